"""When reclaim may act: cron expressions in a time zone, freezes from one moment to another, and experiments that run.

Everything here only ever delays: outside of a window nothing is taken, and warnings are sent all the same.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from visa.settings.base import Section

MINUTE = timedelta(minutes=1)
LONGEST = timedelta(days=3660)
FIELDS = 5


def _is_cron(expression: str) -> str:
    if len(expression.split()) != FIELDS:
        raise ValueError(f"{expression!r} has not the five fields minute, hour, day, month and weekday")
    try:
        next(CronSim(expression, datetime(2026, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as error:
        raise ValueError(f"{expression!r} is no cron expression that ever comes true: {error}") from error
    return expression


def _is_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error
    return name


class Freeze(Section):
    """Nothing is reclaimed from `begins` until `ends`."""

    begins: AwareDatetime = Field(description="With its offset: 2027-02-01T08:00:00+01:00.")
    ends: AwareDatetime = Field(description="With its offset.")
    reason: str = Field(min_length=1, max_length=200, description="Said to people: maintenance of the storage.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends <= self.begins:
            raise ValueError("it ends before it begins")
        if self.ends - self.begins > LONGEST:
            raise ValueError("it lasts more than ten years; `visa reclaim stop` stops reclaim without an end")
        return self


class Windows(Section):
    """When something may be taken back."""

    timezone: Annotated[str, AfterValidator(_is_zone)] = Field("UTC", description="Of the cron expressions.")
    allow: tuple[Annotated[str, AfterValidator(_is_cron)], ...] = Field(
        ("* * * * *",),
        min_length=1,
        description="Cron expressions of the minutes in which reclaim may act; '* 8-17 * * mon-fri' is office hours.",
    )
    freezes: tuple[Freeze, ...] = Field((), description="Times in which nothing is reclaimed.")
    beamtime: bool = Field(True, description="Nothing is taken while an experiment of the instance runs.")

    def next_open(self, moment: datetime) -> datetime:
        """The first moment from `moment` on in which reclaim may act; `moment` itself when it may now."""
        while True:
            at = min(self._next_minute(expression, moment) for expression in self.allow)
            frozen = [freeze.ends for freeze in self.freezes if freeze.begins <= at < freeze.ends]
            if not frozen:
                return at
            moment = max(frozen).astimezone(UTC)

    def why_closed(self, moment: datetime) -> str:
        """The reason of the freeze that holds at this moment; "" while there is none."""
        return next((freeze.reason for freeze in self.freezes if freeze.begins <= moment < freeze.ends), "")

    def _next_minute(self, expression: str, moment: datetime) -> datetime:
        """`moment` when its minute matches, else the beginning of the next minute that does."""
        local = moment.astimezone(ZoneInfo(self.timezone))
        minute = local.replace(second=0, microsecond=0)
        at = next(CronSim(expression, minute - MINUTE)).astimezone(UTC)
        return max(at, moment)
