"""What the small facility of reclaim_world.py is made of: a policy in hours, wrong clocks, a mail server, troubles."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from visa.domain.lived import Pace
from visa.domain.mail import Mail
from visa.errors import Busy, Fault, Refused
from visa.settings import Policy
from visa.testing.clock import FrozenClock
from visa.testing.faults import Crash, Trouble, When

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEP = timedelta(minutes=20)
PACE = Pace(step=2 * STEP, agree=timedelta(seconds=30), settle=HOUR)
SELDOM = 6
"""Of so many looks, one finds what was never looked at, and counts who has too much."""
SLACK = PACE.step + timedelta(minutes=5)
"""Clocks that disagree may add up to one step each; where they never did, what is promised holds to the second."""


def hours(number: float) -> float:
    return number / 24


def policy(**other: Any) -> Policy:
    """Everything in hours."""
    ends = {"lifetime_d": hours(10), "extension_d": hours(10), "max_lifetime_d": hours(30), "idle_d": hours(7)}
    said: dict[str, Any] = {
        "user": {**ends, "instances": 2},
        "guest": {**ends, "instances": 1},
        "warnings": {
            "lifetime_d": [hours(4), hours(2)],
            "idle_d": [hours(3)],
            "quota_d": [hours(3)],
            "bin_d": [hours(5), hours(2.03)],  # no multiple of a step, so that what is early by seconds is seen
            "archive_d": [hours(4), hours(2)],
        },
        "bin_d": hours(12),
        "archive_d": hours(10),
        "idle": {"known_min": 90},
        "request_hold_d": hours(3),
    }
    return Policy.model_validate(said | other)


POLICIES = (policy(), policy(archive=False), policy(snapshot=False), policy(bin_d=hours(6), archive_d=hours(6)))


class Skewed:
    """A clock that is off the true one."""

    def __init__(self, true: FrozenClock) -> None:
        self.true, self.off = true, timedelta()

    def now(self) -> datetime:
        return self.true.now() + self.off


class AtOnce(Executor):
    """Calls are made where they are asked for: every run is the same."""

    def submit(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(call(*args, **kwargs))
        return future


@dataclass
class Post:
    """The mail server, which takes `slow_s` for a letter. `delivered`: by the notice's id, when it truly was."""

    clock: FrozenClock
    state: str = "up"
    slow_s: float = 0.0
    delivered: dict[str, datetime] = field(default_factory=dict)

    def send(self, mail: Mail) -> None:
        if self.state == "down":
            raise Busy("The mail server is away.", retry_after_s=60, code="mail_unreachable")
        if self.state == "refuses":
            raise Refused("No such mailbox.", code="address_refused")
        self.clock.advance(self.slow_s)
        self.delivered[mail.message_id.split("@")[0].removeprefix("<notice.")] = self.clock.now()
        if self.state == "unknown":
            raise Fault("The connection ended.", code="mail_unknown")


TROUBLES: dict[str, Callable[[], Trouble]] = {
    "killed before": lambda: Trouble(When.BEFORE, Crash()),
    "killed after": lambda: Trouble(When.AFTER, Crash()),
    "time-out before": lambda: Trouble(When.BEFORE, Fault("Time-out.")),
    "time-out after": lambda: Trouble(When.AFTER, Fault("Time-out.")),
    "done late": lambda: Trouble(When.LATE, Fault("Time-out."), late_s=4),
    "busy": lambda: Trouble(When.BEFORE, Busy("Slow down.", retry_after_s=7)),
    "gone": lambda: Trouble(When.BEFORE, Refused("Not found.", code="gone")),
}
