"""When reclaim may act: cron expressions in a time zone, and freezes."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from visa.settings.windows import Windows

OFFICE = Windows(timezone="Europe/Paris", allow=("* 8-17 * * mon-fri",))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_without_windows_it_is_open_at_every_moment() -> None:
    now = utc("2027-01-31T23:59:59.5")
    assert Windows().next_open(now) == now


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2027-01-29T16:59:59", "2027-01-29T16:59:59"),  # Friday 17:59:59 in Paris
        ("2027-01-29T17:00:00", "2027-02-01T07:00:00"),  # 18:00: Monday 8:00
        ("2027-07-02T16:00:00", "2027-07-05T06:00:00"),  # the same in summer time
    ],
)
def test_office_hours_are_those_of_the_facility(now: str, opens: str) -> None:
    assert OFFICE.next_open(utc(now)) == utc(opens)


def test_a_freeze_closes_windows_until_it_ends_and_a_window_opens() -> None:
    freeze = {"begins": "2027-02-01T00:00:00+01:00", "ends": "2027-02-05T20:00:00+01:00", "reason": "storage"}
    windows = Windows.model_validate({**OFFICE.model_dump(), "freezes": [freeze]})
    assert windows.next_open(utc("2027-02-02T10:00:00")) == utc("2027-02-08T07:00:00")
    assert windows.why_closed(utc("2027-02-02T10:00:00")) == "storage"
    assert windows.why_closed(utc("2027-02-05T19:00:00")) == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"allow": ["* 25 * * *"]},
        {"allow": ["0 * 8 * * *"]},
        {"allow": ["0 0 30 2 *"]},
        {"allow": []},
        {"timezone": "Mars/Olympus"},
        {"timezone": "../etc/passwd"},
        {"freezes": [{"begins": "2027-02-01T00:00:00", "ends": "2027-02-05T20:00:00+01:00", "reason": "no offset"}]},
        {"freezes": [{"begins": "2027-02-06T00:00:00Z", "ends": "2027-02-05T20:00:00Z", "reason": "backwards"}]},
        {"freezes": [{"begins": "2027-02-06T00:00:00Z", "ends": "9999-12-31T23:59:59Z", "reason": "for ever"}]},
    ],
)
def test_what_never_opens_or_cannot_be_read_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Windows.model_validate(wrong)
