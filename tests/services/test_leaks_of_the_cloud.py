"""Leaks on the fake cloud with real databases: found, remembered, cured when allowed; and never by mistake."""

from dataclasses import replace
from datetime import timedelta

import pytest

from visa.domain.instance import Phase, WorkspacePhase
from visa.domain.leaks import Rules
from visa.domain.resources import Account, Mark, PortSeen, Power, ServerSpec, VolumeSpec, VolumeState
from visa.errors import CloudError, Fault
from visa.services import leaks
from visa.store.tables import Instance, InstanceStatus, WorkspaceStatus
from visa.testing.builders import ADA
from visa.testing.cloud import FakeCloud

RULES = Rules(timedelta(minutes=15), delete_servers=True, max_share=0.2)
NOBODY = Account("nobody", 10009, 10009)


@pytest.fixture
def mine(sessions, seeded, clock, settle):
    """A running instance, which no look may ever harm."""
    with sessions.write() as session:
        made = seeded.create(session, ADA, clock.now()).id
    settle()
    return made


def orphan(cloud, name="nobodys"):
    volume = cloud.create_volume(VolumeSpec(Mark(cloud.deployment, "volume", name), 1, NOBODY))
    cloud.survey()
    mark = Mark(cloud.deployment, "server", name)
    spec = ServerSpec(mark, "n", "xfce", 1, 1, volume.ref, NOBODY, (), "us", "small")
    return cloud.create_server(spec).ref, volume.ref


def look(work, clock, rules=RULES, times=1):
    for _ in range(times):
        clock.advance(6 * 60)
        report = leaks.look(work, rules)
    return report


def listed(sessions):
    with sessions.read() as session:
        return {(leak.kind, leak.ref): leak.cure for leak in leaks.list_all(session)}


def test_nothing_is_found_where_everything_has_a_row(mine, work, clock):
    assert look(work, clock) == leaks.LeakReport()


def test_an_orphan_is_reported_at_once_and_ended_step_by_step_when_it_lasted(mine, work, clock, cloud, sessions):
    server, volume = orphan(cloud)
    report = look(work, clock)
    assert (report.servers, report.volumes, report.cured) == (1, 1, 0)
    assert set(listed(sessions)) == {("server", server), ("volume", volume)}
    report = look(work, clock, times=8)
    assert [seen.mark.id for seen in cloud.survey().servers] == [mine]
    assert volume in {seen.ref for seen in cloud.survey().volumes}
    assert listed(sessions) == {("volume", volume): ""}
    assert "visa leaks" in report.alert


def test_without_leave_it_is_only_reported(mine, work, clock, cloud):
    server, _ = orphan(cloud)
    report = look(work, clock, replace(RULES, delete_servers=False), times=10)
    assert report.cured == 0
    assert {seen.ref: seen.power for seen in cloud.survey().servers}[server] is Power.ACTIVE


def test_a_machine_that_finished_in_the_database_and_lives_on_is_a_leak(mine, work, clock, cloud, sessions):
    with sessions.write() as session:
        session.get_one(InstanceStatus, mine).phase = Phase.GONE
    assert look(work, clock).servers == 1


def test_what_is_gone_by_itself_is_forgotten(mine, work, clock, cloud, sessions):
    server, _ = orphan(cloud)
    look(work, clock)
    cloud.lose_server(server)
    look(work, clock)
    assert ("server", server) not in listed(sessions)


def test_another_deployment_is_not_even_seen(mine, work, clock, cloud, sessions, new_id):
    orphan(FakeCloud("another", clock, new_id, neighbour=cloud))
    assert look(work, clock, times=10) == leaks.LeakReport()
    assert listed(sessions) == {}


def test_a_cloud_that_cannot_be_listed_says_nothing(mine, work, clock, cloud, sessions):
    orphan(cloud)
    look(work, clock)
    before = listed(sessions)
    cloud.faults.before("survey", Fault("The cloud failed."))
    with pytest.raises(CloudError):
        look(work, clock)
    cloud.empty_surveys = 1
    assert "lacks" in look(work, clock).alert
    assert listed(sessions) == before


def test_on_the_wrong_database_nothing_is_touched(mine, work, clock, cloud, sessions):
    for number in range(4):
        orphan(cloud, name=f"of-the-right-database-{number}")
    report = look(work, clock, times=10)
    assert "right database" in report.alert
    assert report.cured == 0
    assert len(cloud.survey().servers) == 5
    assert all(seen.power is Power.ACTIVE for seen in cloud.survey().servers)


def test_a_loose_port_is_freed_when_it_lasted(mine, work, clock, cloud, sessions):
    cloud.put_port(PortSeen("p1", None))
    cloud.put_port(PortSeen("p2", "a-machine"))
    look(work, clock, times=5)
    assert [port.ref for port in cloud.ports()] == ["p2"]


def test_a_cloud_that_refuses_is_asked_again(mine, work, clock, cloud, sessions):
    orphan(cloud)
    cloud.faults.before("stop_server", Fault("Not now."))
    look(work, clock, times=9)
    assert [seen.mark.id for seen in cloud.survey().servers] == [mine]


def changed_list(cloud, change):
    """From now on the cloud's list is shown changed."""
    survey = cloud.survey
    cloud.survey = lambda: change(survey())


def test_a_machine_is_not_deleted_while_only_the_volume_says_that_it_is_attached(mine, work, clock, cloud, sessions):
    server, volume = orphan(cloud)
    changed_list(
        cloud,
        lambda seen: replace(
            seen, servers=tuple(replace(one, volume_refs=()) if one.ref == server else one for one in seen.servers)
        ),
    )
    look(work, clock, times=10)
    assert cloud.calls["detach_volume"] == 1
    assert [seen.mark.id for seen in cloud.survey().servers] == [mine]
    assert volume in {seen.ref for seen in cloud.survey().volumes}


def test_a_volume_of_somebody_else_is_not_taken_from_a_machine(mine, work, clock, cloud, sessions):
    theirs = FakeCloud("another", clock, work.new_secret, neighbour=cloud).plant_volume(Mark("another", "volume", "v"))
    server = cloud.plant_server(Mark("test", "server", "nobodys"), volume_refs=(theirs.ref,)).ref
    look(work, clock, times=10)
    assert not {"stop_server", "detach_volume", "delete_server"} & set(cloud.calls)
    assert listed(sessions) == {("server", server): ""}


def test_no_machine_goes_while_a_volume_is_attached_to_nobody_knows_what(mine, work, clock, cloud, sessions):
    cloud.plant_server(Mark("test", "server", "nobodys"))
    lost = cloud.plant_volume(Mark("test", "volume", "nobodys"))
    cloud._machines.disks.volumes[lost.ref] = replace(lost, state=VolumeState.IN_USE)
    look(work, clock, times=10)
    assert not cloud.calls["stop_server"]


def test_copies_of_nobody_are_reported_and_left_alone(mine, work, clock, cloud, sessions):
    snapshot = cloud.plant_snapshot(Mark("test", "snapshot", "nobodys.1"))
    backup = cloud.plant_backup(Mark("test", "backup", "nobodys.2"))
    report = look(work, clock, times=10)
    assert listed(sessions) == {("snapshot", snapshot.ref): "", ("backup", backup.ref): ""}
    assert (report.snapshots, report.backups) == (1, 1)
    assert "2 volumes, snapshots or backups" in report.alert
    assert not cloud.calls["delete_snapshot"] + cloud.calls["delete_backup"]


def test_copies_of_a_workspace_that_has_a_row_are_no_leaks(mine, work, clock, cloud, sessions):
    with sessions.read() as session:
        workspace = session.get_one(Instance, mine).workspace_id
    cloud.plant_snapshot(Mark("test", "snapshot", f"{workspace}.1"))
    cloud.plant_backup(Mark("test", "backup", f"{workspace}.2"))
    assert look(work, clock, times=10) == leaks.LeakReport()


def test_copies_that_outlived_their_workspace_are_leaks(mine, work, clock, cloud, sessions):
    with sessions.write() as session:
        workspace = session.get_one(Instance, mine).workspace_id
        session.get_one(InstanceStatus, mine).phase = Phase.GONE
        session.get_one(WorkspaceStatus, workspace).phase = WorkspacePhase.GONE
    cloud.plant_snapshot(Mark("test", "snapshot", f"{workspace}.1"))
    cloud.plant_backup(Mark("test", "backup", f"{workspace}.2"))
    report = look(work, clock, times=2)
    assert (report.snapshots, report.backups) == (1, 1)


def test_a_mark_of_another_kind_is_not_ours(mine, work, clock, cloud, sessions):
    cloud.plant_server(Mark("test", "Server", "nobodys"))
    cloud.plant_volume(Mark("test", "server", "nobodys"))
    look(work, clock, times=10)
    assert listed(sessions) == {}
