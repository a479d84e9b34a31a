"""What a person sees of an instance and may do with it: two tables, and all rules about what may be wanted next."""

from dataclasses import dataclass
from enum import StrEnum

from visa.domain.instance import Phase, Wanted


class Shown(StrEnum):
    """The one word for an instance, made of what is wanted and what is so."""

    WAITING = "waiting"
    QUEUED = "queued"
    BUILDING = "building"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    REBOOTING = "rebooting"
    DELETING = "deleting"
    GONE = "gone"
    FAILED = "failed"


class Action(StrEnum):
    CONNECT = "connect"
    START = "start"
    STOP = "stop"
    REBOOT = "reboot"
    EXTEND = "extend"
    RENAME = "rename"
    DELETE = "delete"


@dataclass(frozen=True)
class Verdict:
    """Whether something may be done; if not, a stable code and a sentence for the person."""

    allowed: bool
    code: str | None = None
    reason: str | None = None


YES = Verdict(True)


def no(code: str, reason: str) -> Verdict:
    return Verdict(False, code, reason)


_SHOWN: dict[Wanted, dict[Phase, Shown]] = {
    Wanted.RUNNING: {
        Phase.NEW: Shown.QUEUED,
        Phase.BUILDING: Shown.BUILDING,
        Phase.STARTING: Shown.STARTING,
        Phase.RUNNING: Shown.RUNNING,
        Phase.STOPPING: Shown.STOPPING,
        Phase.STOPPED: Shown.STARTING,
        Phase.DELETING: Shown.BUILDING,
        Phase.GONE: Shown.GONE,
        Phase.FAILED: Shown.FAILED,
    },
    Wanted.STOPPED: {
        Phase.NEW: Shown.STOPPING,
        Phase.BUILDING: Shown.STOPPING,
        Phase.STARTING: Shown.STOPPING,
        Phase.RUNNING: Shown.STOPPING,
        Phase.STOPPING: Shown.STOPPING,
        Phase.STOPPED: Shown.STOPPED,
        Phase.DELETING: Shown.STOPPING,
        Phase.GONE: Shown.GONE,
        Phase.FAILED: Shown.FAILED,
    },
    Wanted.GONE: {phase: Shown.GONE if phase is Phase.GONE else Shown.DELETING for phase in Phase},
}

_BUSY = {
    Shown.WAITING: "It waits for room.",
    Shown.QUEUED: "It is waiting to be made.",
    Shown.BUILDING: "It is being made.",
    Shown.STARTING: "It is starting.",
    Shown.STOPPING: "It is stopping.",
    Shown.REBOOTING: "It is rebooting.",
    Shown.DELETING: "It is being deleted.",
    Shown.GONE: "It is deleted.",
    Shown.FAILED: "It has failed.",
    Shown.STOPPED: "It is stopped.",
    Shown.RUNNING: "It is running.",
}

_ALLOWED: dict[Action, frozenset[Shown]] = {
    Action.CONNECT: frozenset({Shown.RUNNING}),
    Action.START: frozenset({Shown.STOPPED, Shown.STOPPING, Shown.FAILED}),
    Action.STOP: frozenset(
        {Shown.RUNNING, Shown.STARTING, Shown.BUILDING, Shown.QUEUED, Shown.REBOOTING, Shown.FAILED}
    ),
    Action.REBOOT: frozenset({Shown.RUNNING, Shown.FAILED}),
    Action.EXTEND: frozenset(Shown) - {Shown.WAITING, Shown.DELETING, Shown.GONE},
    Action.RENAME: frozenset(Shown) - {Shown.DELETING, Shown.GONE},
    Action.DELETE: frozenset(Shown) - {Shown.DELETING, Shown.GONE},
}


def shown(wanted: Wanted, phase: Phase, *, restart_pending: bool, waiting: bool = False) -> Shown:
    """The word for an instance. A reboot that is wanted but not yet ordered shows as such; so does waiting for room."""
    word = _SHOWN[wanted][phase]
    if waiting and word is Shown.QUEUED:
        return Shown.WAITING
    return Shown.REBOOTING if word is Shown.RUNNING and restart_pending else word


def allowed_actions(word: Shown, *, extension: Verdict) -> dict[Action, Verdict]:
    """Each action with its verdict for the owner. `extension` is what `expiry` says of extending."""
    verdicts = {action: YES if word in states else _refusal(word) for action, states in _ALLOWED.items()}
    if verdicts[Action.EXTEND].allowed:
        verdicts[Action.EXTEND] = extension
    return verdicts


def _refusal(word: Shown) -> Verdict:
    return no(f"is_{word}", _BUSY[word])
