"""How often one address may do something: a bucket of tokens for each, in this process's memory.

For what anybody can ask of us before we know who it is, and what costs a row in the database each time. An address
may be a whole campus: limits have to be far above what people do, and only bound what a program can do.
"""

import ipaddress
import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

MOST_ADDRESSES = 10_000


@dataclass
class _Bucket:
    tokens: float
    at: datetime


class Pace:
    """At most `per_min` at once, and as many in each minute after that. Safe to use from several threads."""

    def __init__(self, per_min: int, *, most_addresses: int = MOST_ADDRESSES) -> None:
        self._per_min, self._most = per_min, most_addresses
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, address: str, now: datetime) -> int:
        """0: go on, and it is counted; else after how many seconds there is room again."""
        with self._lock:
            bucket = self._bucket(_who(address), now)
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                return 0
            return math.ceil((1 - bucket.tokens) * 60 / self._per_min)

    def _bucket(self, who: str, now: datetime) -> _Bucket:
        """Filled up for the time since it was last asked for. Of too many, the one longest unused goes."""
        bucket = self._buckets.setdefault(who, _Bucket(self._per_min, now))
        self._buckets.move_to_end(who)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        passed_s = max(0.0, (now - bucket.at).total_seconds())
        bucket.tokens = min(self._per_min, bucket.tokens + passed_s * self._per_min / 60)
        bucket.at = max(bucket.at, now)
        return bucket


def _who(address: str) -> str:
    """A home has a whole /64 of IPv6, and may take another address of it for every request."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    return str(known.ipv4_mapped or ipaddress.ip_network((known, 64), strict=False))
