"""Moments and spans as people of three languages write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
# German in the dative, as after "nach", "seit" and "von": templates are worded so that it is always right.
UNITS = {
    "en": (("day", "days"), ("hour", "hours"), ("minute", "minutes")),
    "de": (("Tag", "Tagen"), ("Stunde", "Stunden"), ("Minute", "Minuten")),
    "fr": (("jour", "jours"), ("heure", "heures"), ("minute", "minutes")),
}
MINUTES = (24 * 60, 60, 1)


def day(moment: datetime, language: str) -> str:
    """Such as "Monday 30 November"; `moment` in the zone to show."""
    weekday, month = DAYS[language][moment.weekday()], MONTHS[language].split()[moment.month - 1]
    if language == "de":
        return f"{weekday}, {moment.day}. {month}"
    return f"{weekday} {'1er' if language == 'fr' and moment.day == 1 else moment.day} {month}"


def when(moment: datetime, language: str, zone: str) -> str:
    """Such as "Monday 30 November 2026, 14:05 CET (13:05 UTC)": in the site's zone, and in UTC for everybody else."""
    local, utc = moment.astimezone(ZoneInfo(zone)), moment.astimezone(UTC)
    told = f"{day(local, language)} {local.year}{_at(language)}{_clock(local, language)} {_zone(local)}"
    if local.utcoffset() == utc.utcoffset():
        return told
    other_day = "" if local.date() == utc.date() else f"{day(utc, language)}{_at(language)}"
    return f"{told} ({other_day}{_clock(utc, language)} UTC)"


def span(days: float, language: str) -> str:
    """Such as "14 days", "1 Stunde", "4,5 jours", in the largest unit of which there is at least one."""
    for minutes, (one, many) in zip(MINUTES, UNITS[language], strict=True):
        count = round(days * 24 * 60 / minutes, 1)
        if count >= 1 or minutes == 1:
            return f"{decimal(count, language)} {one if count == 1 else many}"
    raise AssertionError("minutes are the last unit")


def decimal(value: float, language: str) -> str:
    """With the sign of the language, and no more digits than needed."""
    return f"{value:g}" if language == "en" else f"{value:g}".replace(".", ",")


def _at(language: str) -> str:
    return " à " if language == "fr" else ", "


def _clock(moment: datetime, language: str) -> str:
    if language == "fr":
        return f"{moment.hour}\u00a0h\u00a0{moment.minute:02}"
    return f"{moment:%H:%M}" + (" Uhr" if language == "de" else "")


def _zone(moment: datetime) -> str:
    name = moment.tzname() or ""
    return name if name.isalpha() else f"UTC{moment:%z}"
