"""The plan as golden text, and what must hold for any state whatever."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visa.domain.instance import Doing, Facts, Phase, Wanted, WorkspacePhase
from visa.domain.pace import Limits
from visa.domain.plan import InstanceIntent, Seen, plan_instance
from visa.domain.resources import (
    Account,
    Mark,
    Mount,
    MountMode,
    Power,
    ServerSeen,
    ServerSpec,
    VolumeSeen,
    VolumeState,
)
from visa.domain.steps import CreateServer, DeleteServer, Finish, Rest

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
INTENT = InstanceIntent(Wanted.RUNNING, 1, 0, SPEC, WorkspacePhase.AVAILABLE, False, NOW)
FACTS = Facts(phase=Phase.NEW, seen_revision=1)
VOLUME = VolumeSeen(Mark("test", "volume", "w1"), "v1", VolumeState.AVAILABLE, 20)
FOREIGN = Mount("/data/x", "/data/x/raw", MountMode.READ_ONLY)
HELD = replace(VOLUME, state=VolumeState.IN_USE, attached_to="s1")


def server(power: Power, *, ready: bool = False) -> ServerSeen:
    return ServerSeen(Mark("test", "server", "i1"), "s1", power, "unix:/s1", ready, ("v1",))


def golden(intent: InstanceIntent, facts: Facts, seen: Seen) -> str:
    step = plan_instance(intent, facts, seen, NOW, LIMITS)
    if not isinstance(step, Rest):
        return type(step).__name__
    look = "" if step.look_at is None else f" look in {(step.look_at - NOW).total_seconds():g} s"
    return f"Rest {step.phase}{look}{f' because {step.code}' if step.code else ''}"


ago = timedelta(seconds=1)
long_ago = timedelta(hours=1)
RUNNING = replace(FACTS, phase=Phase.RUNNING, ref="s1")
GONE = replace(INTENT, wanted=Wanted.GONE, revision=2)
STOPPED = replace(INTENT, wanted=Wanted.STOPPED, revision=2)
CREATING = replace(FACTS, phase=Phase.BUILDING, doing=Doing.CREATE, doing_since=NOW - ago)

READY = server(Power.ACTIVE, ready=True)

TABLE = [
    ("first look", INTENT, FACTS, Seen(None, VOLUME), "CreateServer"),
    ("not let in yet", replace(INTENT, admitted=False), FACTS, Seen(None, VOLUME), "Rest new because waiting"),
    ("not let in and not wanted", replace(GONE, admitted=False), FACTS, Seen(None, VOLUME), "Finish"),
    ("no workspace yet", replace(INTENT, workspace_phase=WorkspacePhase.NEW), FACTS, Seen(None, None),
     "Rest new look in 0.25 s because workspace"),
    ("workspace broken", replace(INTENT, workspace_phase=WorkspacePhase.FAILED), FACTS, Seen(None, None),
     "Rest failed look in 60 s because workspace_unusable"),
    ("create call of unknown outcome", INTENT, CREATING, Seen(None, VOLUME), "Rest building look in 4 s"),
    ("deleted meanwhile", GONE, CREATING, Seen(None, VOLUME), "Rest building look in 4 s"),
    ("never made, deleted", GONE, FACTS, Seen(None, VOLUME), "Finish"),
    ("building", INTENT, CREATING, Seen(server(Power.BUILDING), VOLUME), "Rest building look in 0.25 s"),
    ("building for too long", INTENT, replace(CREATING, doing_since=NOW - long_ago),
     Seen(server(Power.BUILDING), VOLUME), "DeleteServer"),
    ("on, desktop silent", INTENT, CREATING, Seen(server(Power.ACTIVE), VOLUME), "Rest starting look in 0.25 s"),
    ("desktop answers", INTENT, CREATING, Seen(server(Power.ACTIVE, ready=True), VOLUME), "Rest running"),
    ("settled", INTENT, RUNNING, Seen(server(Power.ACTIVE, ready=True), VOLUME), "Rest running"),
    ("missing once", INTENT, RUNNING, Seen(None, VOLUME), "Rest running look in 1 s"),
    ("missing for long", INTENT, replace(RUNNING, missing_since=NOW - long_ago), Seen(None, VOLUME), "CreateServer"),
    ("reboot wanted", replace(INTENT, restart_nonce=1, revision=2), RUNNING,
     Seen(server(Power.ACTIVE, ready=True), VOLUME), "RebootServer"),
    ("stop wanted", STOPPED, RUNNING, Seen(server(Power.ACTIVE, ready=True), VOLUME), "StopServer"),
    ("stop ordered", STOPPED, replace(RUNNING, phase=Phase.STOPPING, doing=Doing.STOP, doing_since=NOW - ago,
     seen_revision=2), Seen(server(Power.ACTIVE), VOLUME), "Rest stopping look in 4 s"),
    ("stopped", STOPPED, RUNNING, Seen(server(Power.STOPPED), VOLUME), "Rest stopped"),
    ("went off by itself", INTENT, RUNNING, Seen(server(Power.STOPPED), VOLUME), "StartServer"),
    ("keeps going off", INTENT, replace(RUNNING, attempts=4), Seen(server(Power.STOPPED), VOLUME),
     "Rest failed look in 60 s because keeps_stopping"),
    ("broken while building", INTENT, CREATING, Seen(server(Power.ERROR), VOLUME), "Rest building look in 1 s"),
    ("broken while building, a while ago", INTENT, replace(CREATING, doing_since=NOW - long_ago),
     Seen(server(Power.ERROR), VOLUME), "DeleteServer"),
    ("broken after it worked", replace(INTENT, ever_ready=True), RUNNING, Seen(server(Power.ERROR), VOLUME),
     "Rest failed look in 60 s because machine_error"),
    ("mounts to be changed", INTENT, RUNNING, Seen(replace(READY, mounts=(FOREIGN,)), VOLUME), "SetMounts"),
    ("mounts as they should be", INTENT, RUNNING, Seen(replace(READY, mounts=()), VOLUME), "Rest running"),
    ("delete: clean stop first", GONE, RUNNING, Seen(server(Power.ACTIVE, ready=True), VOLUME), "StopServer"),
    ("delete: reboots just now", replace(GONE, ever_ready=True), RUNNING, Seen(server(Power.BUILDING), HELD),
     "Rest deleting look in 0.25 s"),
    ("delete: never came up", GONE, RUNNING, Seen(server(Power.BUILDING), HELD), "DeleteServer"),
    ("delete: frozen, so wake it for a clean stop", replace(GONE, ever_ready=True), RUNNING,
     Seen(server(Power.FROZEN), HELD), "StartServer"),
    ("frozen from outside", INTENT, RUNNING, Seen(server(Power.FROZEN), HELD), "StartServer"),
    ("delete: off, workspace held", GONE, RUNNING, Seen(server(Power.STOPPED), HELD), "DetachVolume"),
    ("delete: workspace being let go", GONE, RUNNING,
     Seen(replace(server(Power.STOPPED), volume_refs=()), replace(HELD, attached_to=None)),
     "Rest deleting look in 0.25 s"),
    ("delete: off, workspace free", GONE, RUNNING, Seen(server(Power.STOPPED), VOLUME), "DeleteServer"),
    ("delete: broken, workspace held", GONE, RUNNING, Seen(server(Power.ERROR), HELD), "DetachVolume"),
    ("delete: broken and does not let go", GONE, replace(RUNNING, doing=Doing.DETACH, doing_since=NOW - long_ago),
     Seen(server(Power.ERROR), HELD), "DeleteServer"),
    ("delete: workspace not seen", GONE, RUNNING, Seen(server(Power.STOPPED), None),
     "Rest deleting look in 60 s because workspace_missing"),
    ("delete: workspace in error", GONE, RUNNING, Seen(server(Power.STOPPED), replace(VOLUME, state=VolumeState.ERROR)),
     "Rest deleting look in 60 s because workspace_unsafe"),
    ("deleted, missing once", GONE, replace(RUNNING, phase=Phase.DELETING), Seen(None, VOLUME),
     "Rest deleting look in 1 s"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("intent", "facts", "seen", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_plan_is_as_written(intent: InstanceIntent, facts: Facts, seen: Seen, expected: str):
    assert golden(intent, facts, seen) == expected


@pytest.mark.parametrize("power", list(Power))
@pytest.mark.parametrize("wanted", list(Wanted))
@pytest.mark.parametrize("long", [ago, long_ago], ids=["just ordered", "ordered long ago"])
def test_a_machine_that_people_worked_in_never_goes_with_its_workspace_in_it(
    power: Power, wanted: Wanted, long: timedelta
):
    """Except a broken one that was asked in vain to let go, and one that the cloud itself is deleting."""
    intent = replace(INTENT, wanted=wanted, ever_ready=True, revision=3)
    for doing in Doing:
        facts = replace(RUNNING, doing=doing, doing_since=NOW - long)
        step = plan_instance(intent, facts, Seen(server(power), HELD), NOW, LIMITS)
        if power is Power.DELETING or (power is Power.ERROR and doing in {Doing.DETACH, Doing.DELETE}):
            continue
        assert not isinstance(step, DeleteServer), (power, wanted, doing)


moments = st.none() | st.integers(0, 5000).map(lambda seconds: NOW - timedelta(seconds=seconds))
any_facts = st.builds(
    Facts,
    phase=st.sampled_from(list(Phase)),
    ref=st.none() | st.just("s1"),
    seen_revision=st.integers(0, 2),
    seen_nonce=st.integers(0, 2),
    doing=st.sampled_from(list(Doing)),
    doing_since=moments,
    missing_since=moments,
    attempts=st.integers(0, 2000),
    code=st.none() | st.just("why"),
    message=st.none() | st.just("Why."),
)
any_intent = st.builds(
    replace,
    st.just(INTENT),
    wanted=st.sampled_from(list(Wanted)),
    revision=st.integers(1, 2),
    restart_nonce=st.integers(0, 2),
    workspace_phase=st.sampled_from(list(WorkspacePhase)),
    ever_ready=st.booleans(),
    phase_since=st.integers(0, 5000).map(lambda seconds: NOW - timedelta(seconds=seconds)),
)
any_server = st.none() | st.builds(server, st.sampled_from(list(Power)), ready=st.booleans())
any_volume = st.none() | st.builds(
    replace,
    st.just(VOLUME),
    state=st.sampled_from(list(VolumeState)),
    attached_to=st.none() | st.sampled_from(["s1", "s2"]),
)
any_seen = st.builds(Seen, any_server, any_volume)
any_case = given(intent=any_intent, facts=any_facts, seen=any_seen)


@any_case
def test_there_is_always_exactly_one_step_and_it_never_looks_back(intent, facts, seen):
    step = plan_instance(intent, facts, seen, NOW, LIMITS)
    if isinstance(step, Rest) and step.look_at is not None:
        assert step.look_at > NOW


@any_case
def test_a_machine_is_deleted_for_its_owner_only_when_its_workspace_was_seen_safe(intent, facts, seen):
    step = plan_instance(intent, facts, seen, NOW, LIMITS)
    if isinstance(step, DeleteServer) and not step.again:
        assert intent.wanted is Wanted.GONE
        assert seen.server.power is not Power.ACTIVE
        assert seen.volume.state in {VolumeState.AVAILABLE, VolumeState.IN_USE}
        assert seen.server.power is not Power.STOPPED or seen.volume.attached_to != seen.server.ref


@any_case
def test_a_machine_that_has_ever_worked_is_never_replaced_because_of_an_error(intent, facts, seen):
    step = plan_instance(intent, facts, seen, NOW, LIMITS)
    if isinstance(step, DeleteServer) and step.again:
        assert not intent.ever_ready


@any_case
def test_nothing_is_created_that_is_seen_or_may_still_appear(intent, facts, seen):
    step = plan_instance(intent, facts, seen, NOW, LIMITS)
    if isinstance(step, CreateServer):
        assert seen.server is None
        assert intent.wanted is Wanted.RUNNING
        if facts.doing is Doing.CREATE and facts.doing_since is not None:
            assert NOW - facts.doing_since >= timedelta(seconds=LIMITS.settle_s)
        if facts.ref is not None:
            assert NOW - facts.missing_since >= timedelta(seconds=LIMITS.absence_s)


@any_case
def test_a_row_is_closed_only_when_nothing_is_seen_or_may_still_appear(intent, facts, seen):
    step = plan_instance(intent, facts, seen, NOW, LIMITS)
    if isinstance(step, Finish):
        assert intent.wanted is Wanted.GONE
        assert seen.server is None
        if facts.ref is not None:
            assert NOW - facts.missing_since >= timedelta(seconds=LIMITS.absence_s)
