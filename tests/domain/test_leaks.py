"""What counts as a leak and what may be done about it; never anything about a volume."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visa.domain.leaks import Cure, Kind, Known, Leak, Rules, cure, endable, leaks, suspicious
from visa.domain.resources import (
    BackupSeen,
    Mark,
    PortSeen,
    Power,
    ServerSeen,
    SnapshotSeen,
    Survey,
    VolumeSeen,
    VolumeState,
)

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)
RULES = Rules(timedelta(minutes=15), delete_servers=True, max_share=0.2)


def server(ref, owner, power=Power.ACTIVE, volumes=()):
    return ServerSeen(Mark("d", "server", owner), ref, power, volume_refs=volumes)


def volume(ref, owner):
    return VolumeSeen(Mark("d", "volume", owner), ref, VolumeState.AVAILABLE, 1)


def survey(servers=(), volumes=(), snapshots=(), backups=()):
    return Survey(tuple(servers), tuple(volumes), tuple(snapshots), tuple(backups))


def copies(owner):
    """A snapshot and a backup of one workspace."""
    snapshot = SnapshotSeen(Mark("d", "snapshot", f"{owner}.1"), f"s-{owner}", "v1", VolumeState.AVAILABLE)
    backup = BackupSeen(Mark("d", "backup", f"{owner}.2"), f"b-{owner}", VolumeState.ERROR, 1, None, None)
    return survey(snapshots=[snapshot], backups=[backup])


def found(seen, ports=(), machines=None, workspaces=()):
    return {(leak.kind, leak.ref) for leak in leaks(seen, ports, Known(machines or {}, frozenset(workspaces)))}


def test_what_has_a_row_is_no_leak():
    seen = survey([server("s1", "i1")], [volume("v1", "w1")])
    assert found(seen, [PortSeen("p1", "s1")], {"i1": "s1"}, {"w1"}) == set()


def test_what_has_none_is_one():
    seen = survey([server("s1", "i1")], [volume("v1", "w1")])
    assert found(seen, [PortSeen("p1", None)]) == {(Kind.SERVER, "s1"), (Kind.VOLUME, "v1"), (Kind.PORT, "p1")}


def test_copies_are_accounted_for_by_their_workspace_and_belong_to_it():
    assert found(copies("w1"), workspaces={"w1"}) == set()
    assert found(copies("w1"), workspaces={"w2"}) == {(Kind.SNAPSHOT, "s-w1"), (Kind.BACKUP, "b-w1")}
    assert {leak.owner for leak in leaks(copies("w1"), (), Known({}, frozenset()))} == {"w1"}


def test_copies_are_never_deleted_however_long_they_belong_to_nobody():
    for leak in leaks(copies("w1"), (), Known({}, frozenset())):
        assert cure(leak, None, NOW - timedelta(days=1000), NOW, RULES) is Cure.LEAVE


def test_a_machine_whose_create_call_is_under_way_is_no_leak():
    assert found(survey([server("s1", "i1")]), machines={"i1": None}) == set()


def test_a_second_machine_of_one_row_is_a_leak_once_the_first_is_known_and_listed():
    two = survey([server("s1", "i1"), server("s2", "i1")])
    assert found(two, machines={"i1": "s1"}) == {(Kind.SERVER, "s2")}
    assert found(two, machines={"i1": None}) == set()
    assert found(survey([server("s2", "i1")]), machines={"i1": "s1"}) == set()


def test_a_port_that_a_machine_has_is_left_alone_whosever_that_is():
    assert found(survey(), [PortSeen("p1", "somebody-elses")]) == set()


@pytest.mark.parametrize(
    ("servers", "unknown", "doubted"), [(100, 3, False), (100, 20, False), (100, 21, True), (4, 4, True), (3, 3, False)]
)
def test_too_many_leaks_mean_the_wrong_database(servers, unknown, doubted):
    seen = survey([server(f"s{i}", f"i{i}") for i in range(servers)])
    some = [Leak(Kind.SERVER, f"s{i}", f"i{i}") for i in range(unknown)]
    assert suspicious(some, seen, 0.2) is doubted


@pytest.mark.parametrize(
    ("power", "volumes", "step"),
    [
        (Power.ACTIVE, ("v1",), Cure.STOP),
        (Power.STOPPED, ("v1",), Cure.DETACH),
        (Power.STOPPED, (), Cure.DELETE),
        (Power.ERROR, ("v1",), Cure.LEAVE),
        (Power.ERROR, (), Cure.DELETE),
        (Power.STOPPING, ("v1",), Cure.LEAVE),
        (Power.FROZEN, (), Cure.LEAVE),
    ],
)
def test_a_machine_ends_step_by_step(power, volumes, step):
    one = server("s1", "i1", power, volumes)
    assert cure(Leak(Kind.SERVER, "s1", "i1"), one, NOW - timedelta(hours=1), NOW, RULES) is step


any_server = st.none() | st.builds(
    server,
    st.just("s1"),
    st.just("i1"),
    st.sampled_from(Power),
    st.sampled_from([(), ("v1",)]),
)


@given(st.sampled_from(Kind), any_server, st.integers(0, 10**6), st.booleans())
def test_volumes_are_never_touched_and_nothing_before_its_time_or_without_leave(kind, one, age_s, allowed):
    rules = replace(RULES, delete_servers=allowed)
    step = cure(Leak(kind, "s1", "i1"), one, NOW - timedelta(seconds=age_s), NOW, rules)
    if kind in {Kind.VOLUME, Kind.SNAPSHOT} or not allowed or timedelta(seconds=age_s) < rules.quiet:
        assert step is Cure.LEAVE
    if step is Cure.DELETE and kind is Kind.SERVER:
        assert one is not None
        assert one.volume_refs == ()


@pytest.mark.parametrize("state", VolumeState)
def test_a_machine_stays_while_its_volume_is_in_a_state_that_is_not_safe(state):
    seen = survey([server("s1", "i1", Power.STOPPED)], [replace(volume("v1", "w1"), state=state, attached_to="s1")])
    safe = state in {VolumeState.AVAILABLE, VolumeState.IN_USE}
    assert {ref: one.volume_refs for ref, one in endable(seen).items()} == ({"s1": ("v1",)} if safe else {})


def test_of_two_machines_of_one_row_neither_is_ended_here():
    two = survey([server("s1", "i1", Power.STOPPED), server("s2", "i1", Power.STOPPED)])
    (second,) = leaks(two, (), Known({"i1": "s1"}, frozenset()))
    assert cure(second, two.servers[1], NOW - timedelta(days=1), NOW, RULES) is Cure.LEAVE
