"""The sentence of the event that entering a phase writes."""

from visa.domain.instance import Phase, WorkspacePhase
from visa.store.tables import InstanceStatus, WorkspaceStatus

_INSTANCE = {
    Phase.NEW: "It waits to be made.",
    Phase.BUILDING: "The machine is being made.",
    Phase.STARTING: "The machine is starting.",
    Phase.RUNNING: "The desktop is ready.",
    Phase.STOPPING: "The machine is shutting down.",
    Phase.STOPPED: "The machine is off.",
    Phase.DELETING: "The machine is being deleted; the workspace is kept.",
    Phase.GONE: "The machine is deleted; the workspace is in the recycle bin.",
    Phase.FAILED: "It failed.",
}
_WORKSPACE = {
    WorkspacePhase.NEW: "The workspace waits to be made.",
    WorkspacePhase.BUILDING: "The workspace is being made.",
    WorkspacePhase.AVAILABLE: "The workspace is ready.",
    WorkspacePhase.ARCHIVING: "The workspace is on its way into the archive.",
    WorkspacePhase.ARCHIVED: "The workspace is in the archive, seen whole; its volume is deleted.",
    WorkspacePhase.RESTORING: "The workspace comes back from the archive.",
    WorkspacePhase.DELETING: "The workspace is being deleted for ever.",
    WorkspacePhase.GONE: "The workspace is deleted for ever.",
    WorkspacePhase.FAILED: "The workspace cannot be used.",
}


def say(status: InstanceStatus | WorkspaceStatus, phase: str, why: str | None) -> str:
    """One sentence for a phase, with the reason when it failed."""
    known = isinstance(status, InstanceStatus)
    sentence = _INSTANCE[Phase(phase)] if known else _WORKSPACE[WorkspacePhase(phase)]
    return f"{sentence} {why}" if phase == Phase.FAILED and why else sentence
