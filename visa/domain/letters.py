"""What the platform writes to people about, and what each kind of letter has to say. Words and looks: visa.letters."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from visa.domain.idle import Signal
from visa.domain.quota import Number


class LetterKind(StrEnum):
    """The value names the template."""

    LIFETIME_WARNING = "lifetime_warning"
    IDLE_WARNING = "idle_warning"
    QUOTA_WARNING = "quota_warning"
    BIN_WARNING = "bin_warning"
    ARCHIVE_WARNING = "archive_warning"
    RECLAIMED = "reclaimed"
    ARCHIVED = "archived"
    REQUEST_MADE = "request_made"
    REQUEST_ANSWERED = "request_answered"
    ADMITTED = "admitted"
    TOLD_OPERATORS = "told_operators"


class TakenFor(StrEnum):
    """Why a desktop was taken back."""

    LIFETIME = "lifetime"
    IDLE = "idle"
    QUOTA = "quota"


@dataclass(frozen=True)
class QuietSince:
    """One signal, and the last moment when it was active or not known (aware)."""

    signal: Signal
    since: datetime


@dataclass(frozen=True)
class Over:
    """One limit that is exceeded, in the units of `number`; an experiment's when it is named, else the person's."""

    number: Number
    used: int
    limit: int
    experiment: str = ""


@dataclass(frozen=True)
class Stuck:
    """One thing for operators to look at: what it is about, the trouble in a sentence, since when, where to look."""

    about: str
    trouble: str
    since: datetime
    url: str = ""


@dataclass(frozen=True)
class House:
    """Who writes: names of facility and platform, address of the pages, address of support, the IANA time zone."""

    facility: str
    site: str
    url: str
    support: str
    zone: str = "Etc/UTC"


@dataclass(frozen=True)
class Facts:
    """What a letter states; each kind uses those that it needs (an absent one is a mistake of the caller).

    deadline        *_warning: when it happens. reclaimed, archived: until when Restore works.
                    request_made: until when the person asks for. request_answered: until when it now lives, if granted.
                    admitted: when the new desktop ends
    url             the page to act on: the instance, the bin, the request, the page of notices
    extend_url      where one click extends; "" where policy allows none, then the letter says to ask
    days            the policy's number that the deadline follows from (lifetime, idle limit, time in bin or archive)
    signals         idle_warning: what was quiet, since when
    over            quota_warning: what is exceeded
    taken_for       reclaimed: why
    archived_until  bin_warning: the workspace is archived until then; None: it is deleted for ever
    asked_by        request_made: who asks
    granted         request_answered
    words           request_made: their reason; request_answered: support's answer; may have several lines
    stuck           told_operators
    """

    deadline: datetime | None = None
    url: str = ""
    extend_url: str = ""
    days: float | None = None
    signals: tuple[QuietSince, ...] = ()
    over: tuple[Over, ...] = ()
    taken_for: TakenFor | None = None
    archived_until: datetime | None = None
    asked_by: str = ""
    granted: bool | None = None
    words: str = ""
    stuck: tuple[Stuck, ...] = ()


@dataclass(frozen=True)
class Letter:
    """One letter to one person about one instance or workspace, whose name is `subject_name`."""

    kind: LetterKind
    person_name: str
    subject_name: str
    house: House
    facts: Facts = field(default_factory=Facts)
