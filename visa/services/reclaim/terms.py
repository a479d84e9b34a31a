"""The policy's numbers as reclaim uses them: which warnings come before which end, and when reclaim may act at all."""

from datetime import UTC, date, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from visa.domain.deferral import FAR
from visa.domain.letters import LetterKind
from visa.domain.reclaim import Why
from visa.settings import Policy

LETTERS = {
    Why.LIFETIME: LetterKind.LIFETIME_WARNING,
    Why.IDLE: LetterKind.IDLE_WARNING,
    Why.QUOTA: LetterKind.QUOTA_WARNING,
    Why.BIN: LetterKind.BIN_WARNING,
    Why.ARCHIVE: LetterKind.ARCHIVE_WARNING,
}
CAUSES = {kind: why for why, kind in LETTERS.items()}


def leads(policy: Policy, why: Why, length: timedelta) -> tuple[timedelta, ...]:
    """The warnings before an end that comes `length` after its beginning.

    Those that would come before the beginning are left out, except for the shortest: it is given in any case, and
    moves the end on.
    """
    days = _days(policy, why)
    fitting = [lead for one in days if (lead := timedelta(days=one)) < length]
    return tuple(fitting) or (timedelta(days=min(days)),)


def _days(policy: Policy, why: Why) -> tuple[float, ...]:
    match why:
        case Why.LIFETIME:
            return policy.warnings.lifetime_d
        case Why.IDLE:
            return policy.warnings.idle_d
        case Why.QUOTA:
            return policy.warnings.quota_d
        case Why.BIN:
            return policy.warnings.bin_d
        case Why.ARCHIVE:
            return policy.warnings.archive_d
        case _ as never:
            assert_never(never)


def beamtime(policy: Policy, first: date, last: date) -> tuple[datetime, datetime]:
    """From when until when an experiment runs that the facility dates by days, both included."""
    zone = ZoneInfo(policy.windows.timezone)
    last = min(last, FAR.date())  # "9999-12-31" stands for no end
    begins, ends = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    return begins.astimezone(UTC), ends.astimezone(UTC)
