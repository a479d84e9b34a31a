"""How far a start has come, as the steps that a person waits for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from visa.domain.instance import Phase
from visa.domain.lifecycle import Shown


class StepState(StrEnum):
    WAITING = "waiting"
    ACTIVE = "active"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Milestone:
    """`step` is one of `STEPS`; `at` is since when its state holds, where that is known."""

    step: str
    state: StepState
    at: datetime | None


STEPS = ("queued", "workspace", "machine", "desktop")
_REACHED = {Phase.BUILDING: 2, Phase.STARTING: 3, Phase.STOPPED: 2, Phase.STOPPING: 2, Phase.DELETING: 2}


def progress(
    shown: Shown, phase: Phase, *, workspace_ready: bool, created_at: datetime, phase_since: datetime
) -> tuple[Milestone, ...]:
    """The steps in order. Exactly one is active or failed while it is on the way; all are done once it runs."""
    if shown is Shown.RUNNING:
        return tuple(Milestone(step, StepState.DONE, phase_since) for step in STEPS)
    reached = _REACHED.get(phase, 2 if workspace_ready else 1)
    now_state = StepState.FAILED if shown is Shown.FAILED else StepState.ACTIVE
    states = [StepState.DONE] * reached + [now_state] + [StepState.WAITING] * (len(STEPS) - reached - 1)
    times = [created_at] * reached + [phase_since] + [None] * (len(STEPS) - reached - 1)
    return tuple(Milestone(step, state, at) for step, state, at in zip(STEPS, states, times, strict=True))
