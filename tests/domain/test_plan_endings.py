"""A cloud that hangs in some state for ever: it is asked less and less often, and what people read stands still."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from visa.domain.belief import Belief, Tally, belief
from visa.domain.instance import Doing, Facts, Phase, Wanted, WorkspacePhase
from visa.domain.pace import ORDERS, Limits
from visa.domain.plan import InstanceIntent, Seen, plan_instance
from visa.domain.resources import Account, Mark, Power, ServerSeen, ServerSpec, VolumeSeen, VolumeState
from visa.domain.steps import Finish, RebootServer, Rest, StartServer, StopServer

NOW = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
LIMITS = Limits(
    absence_s=2,
    empty_absence_s=600,
    settle_s=5,
    build_timeout_s=600,
    stable_s=60,
    max_attempts=5,
    backoff_s=2,
    max_backoff_s=300,
)
SPEC = ServerSpec(
    Mark("test", "server", "i1"), "mine", "xfce", 1, 1024, "v1", Account("ada", 10001, 10001), (), "us", "small"
)
VOLUME = VolumeSeen(Mark("test", "volume", "w1"), "v1", VolumeState.IN_USE, 20)


def watched(intent: InstanceIntent, facts: Facts, seen: Seen, *, hours: float) -> tuple[int, list[str]]:
    """Records what the loop would, in a cloud where nothing ever happens: how often it looked, and the phases shown."""
    now, end, looks, phases = NOW, NOW + timedelta(hours=hours), 0, [facts.phase]
    while now < end:
        step = plan_instance(intent, facts, seen, now, LIMITS)
        looks += 1
        if isinstance(step, Finish):
            break
        if isinstance(step, Rest):
            kept = {} if step.keep_doing else {"doing": Doing.NOTHING, "doing_since": None}
            facts = replace(facts, phase=step.phase, code=step.code, message=step.message, **kept)
            look_at = step.look_at
        else:
            starting, stopping = isinstance(step, StartServer | RebootServer), isinstance(step, StopServer)
            phase = Phase.STARTING if starting else Phase.STOPPING if stopping else Phase.DELETING
            facts = replace(facts, phase=phase, doing=ORDERS[type(step)], doing_since=now)
            look_at = now + timedelta(seconds=0.25)
        facts = replace(facts, attempts=step.attempts, seen_revision=intent.revision)
        if facts.phase != phases[-1]:
            phases.append(facts.phase)
            intent = replace(intent, phase_since=now)
        if look_at is None:
            break
        now = look_at
    return looks, phases


@pytest.mark.parametrize("ever_ready", [False, True])
@pytest.mark.parametrize("before", [Phase.BUILDING, Phase.RUNNING, Phase.STOPPING, Phase.FAILED])
@pytest.mark.parametrize("power", list(Power))
@pytest.mark.parametrize("wanted", list(Wanted))
def test_no_state_is_asked_after_for_ever_nor_flickers(wanted: Wanted, power: Power, before: Phase, ever_ready: bool):
    intent = InstanceIntent(wanted, 1, 0, SPEC, WorkspacePhase.AVAILABLE, ever_ready, NOW)
    seen = Seen(ServerSeen(SPEC.mark, "s1", power, "unix:/s1", False, ("v1",)), VOLUME)
    looks, phases = watched(intent, Facts(before, "s1", 1), seen, hours=6)
    ordered = (power is Power.ACTIVE and wanted is not Wanted.RUNNING) or wanted is Wanted.GONE
    assert looks < (6 * 3600 / LIMITS.settle_s * 2 + 10 if ordered else 1000), phases
    if wanted is not Wanted.GONE and power is not Power.ACTIVE:
        assert len(phases) <= 12, phases
    if wanted is Wanted.RUNNING:
        assert phases[-1] == Phase.FAILED


@pytest.mark.parametrize(
    ("machines", "volumes", "verdict"),
    [
        (Tally(0, 0), Tally(0, 0), Belief.FULL),
        (Tally(1, 0), Tally(1, 0), Belief.FULL),
        (Tally(1, 1), Tally(1, 0), Belief.FULL),
        (Tally(1, 1), Tally(1, 1), Belief.SLOW),
        (Tally(0, 0), Tally(1, 1), Belief.SLOW),
        (Tally(3, 3), Tally(3, 3), Belief.SLOW),
        (Tally(4, 4), Tally(4, 0), Belief.NONE),
        (Tally(4, 0), Tally(4, 4), Belief.NONE),
        (Tally(4, 4), Tally(4, 4), Belief.NONE),
        (Tally(100, 50), Tally(100, 0), Belief.FULL),
        (Tally(100, 51), Tally(100, 0), Belief.NONE),
    ],
)
def test_what_a_list_is_worth_by_what_it_lacks(machines: Tally, volumes: Tally, verdict: Belief):
    assert belief(machines, volumes, max_missing_share=0.5) is verdict
