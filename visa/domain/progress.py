"""How far a start has come, as the steps that a person waits for."""

from collections.abc import Mapping
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
    """`step` is one of `STEPS`; `at` is when it was done, or since when it is active, where that is known."""

    step: str
    state: StepState
    at: datetime | None


STEPS = ("queued", "workspace", "machine", "desktop")
_REACHED = {Phase.BUILDING: 2, Phase.STARTING: 3, Phase.STOPPED: 2, Phase.STOPPING: 2, Phase.DELETING: 2}


def progress(
    shown: Shown,
    phase: Phase,
    *,
    workspace_ready: bool,
    created_at: datetime,
    phase_since: datetime,
    entered: Mapping[Phase, datetime],
) -> tuple[Milestone, ...]:
    """The steps in order. Exactly one is active or failed while it is on the way; all are done once it runs.

    `entered` tells when phases were last entered: a machine is begun when its workspace is ready, and so on.
    """
    ends = (created_at, entered.get(Phase.BUILDING), entered.get(Phase.STARTING, entered.get(Phase.RUNNING)))
    if shown is Shown.RUNNING:
        return tuple(Milestone(step, StepState.DONE, at) for step, at in zip(STEPS, (*ends, phase_since), strict=True))
    reached = 0 if shown is Shown.WAITING else _REACHED.get(phase, 2 if workspace_ready else 1)
    now_state = StepState.FAILED if shown is Shown.FAILED else StepState.ACTIVE
    states = [StepState.DONE] * reached + [now_state] + [StepState.WAITING] * (len(STEPS) - reached - 1)
    times = [*ends[:reached], phase_since] + [None] * (len(STEPS) - reached - 1)
    return tuple(Milestone(step, state, at) for step, state, at in zip(STEPS, states, times, strict=True))
