"""Machines with a service inside: what it reports, the token it has, the mounts it hears of."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from visa.domain.instance import Phase
from visa.errors import Fault, Refused
from visa.services import guests, instances
from visa.services.create_instance import NewInstance, create
from visa.services.facility_sync import sync
from visa.services.guest_tokens import instance_of
from visa.services.reconcile import run_pass
from visa.store.tables import Event, GuestToken, InstanceStatus
from visa.testing.builders import ADA, TEAM, facility_state


@pytest.fixture
def mine(sessions, seeded, clock):
    """An instance of Ada's on the team's experiment."""
    with sessions.write() as session:
        wish = NewInstance("Mine", "xfce", "small", (TEAM,), "us")
        return create(session, seeded.desk(session, ADA, clock.now()), wish).id


@pytest.fixture
def status(sessions, mine):
    def read():
        with sessions.read() as session:
            return session.get_one(InstanceStatus, mine)

    return read


@pytest.fixture
def report(sessions, clock, mine):
    def send(boot, *, up=True):
        with sessions.write() as session:
            guests.keep(session, mine, guests.Report(boot, up, {}), now=clock.now())

    return send


@pytest.fixture
def passes(work, clock):
    def run(count=8):
        for _ in range(count):
            run_pass(work)
            clock.advance(1)

    return run


def act(sessions, seeded, clock, verb, instance_id):
    with sessions.write() as session:
        verb(session, seeded.desk(session, ADA, clock.now()), instance_id)


def test_a_machine_is_ready_when_its_service_says_so_and_not_before(cloud, passes, status, report):
    cloud.has_guests()
    passes()
    assert status().phase == Phase.STARTING
    report("b1", up=False)
    passes(2)
    assert status().phase == Phase.STARTING
    report("b1")
    passes(2)
    assert status().phase == Phase.RUNNING


def test_a_desktop_that_goes_down_is_shown_and_comes_back(cloud, passes, status, report):
    cloud.has_guests()
    passes()
    report("b1")
    passes(2)
    report("b1", up=False)
    passes(2)
    assert status().phase == Phase.STARTING
    report("b1")
    passes(2)
    assert status().phase == Phase.RUNNING


def test_after_a_reboot_only_the_new_boot_counts(cloud, passes, status, report, sessions, seeded, clock, mine):
    cloud.has_guests()
    passes()
    report("b1")
    passes(2)
    act(sessions, seeded, clock, instances.reboot, mine)
    passes(4)
    report("b1")  # a last word of the boot that ends
    passes(4)
    assert status().phase == Phase.STARTING
    report("b2")
    passes(2)
    assert status().phase == Phase.RUNNING


def test_each_machine_has_a_token_of_its_own_which_dies_with_the_instance(cloud, settle, sessions, seeded, clock, mine):
    settle()
    (first,) = (spec.guest_token for spec in cloud.specs.values())
    with sessions.read() as session:
        assert instance_of(session, first) == mine
        assert first not in session.scalars(select(GuestToken.secret_hash)).all()
    act(sessions, seeded, clock, instances.delete, mine)
    settle()
    with sessions.read() as session:
        assert session.scalars(select(GuestToken)).all() == []


def test_a_machine_that_is_made_anew_gets_a_new_token_and_the_old_one_dies(cloud, settle, sessions, mine):
    cloud.fail_builds = 1
    settle()
    old, new = (spec.guest_token for spec in cloud.specs.values())
    assert old != new
    with sessions.read() as session:
        assert (instance_of(session, old), instance_of(session, new)) == (None, mine)


def test_a_machine_whose_create_call_was_lost_keeps_its_token(cloud, settle, sessions, mine):
    cloud.faults.after("create_server", Fault("The cloud did not answer in time."))
    settle()
    (made,) = (spec.guest_token for spec in cloud.specs.values())
    with sessions.read() as session:
        assert instance_of(session, made) == mine


def test_who_leaves_a_team_loses_the_folders_of_a_running_desktop(cloud, settle, sessions, clock, mine):
    settle()
    (ref,) = cloud.mounts
    assert len(cloud.mounts[ref]) == 2
    leave(sessions, clock)
    settle()
    assert cloud.mounts[ref] == ()
    with sessions.read() as session:
        assert "instance.mounts" in session.scalars(select(Event.kind).where(Event.instance_id == mine)).all()


def test_a_folder_that_cannot_be_mounted_leaves_the_machine_running_and_is_told_once(
    cloud, settle, sessions, clock, mine, status, work
):
    settle()
    leave(sessions, clock)

    def refuse(*_):
        raise Refused("The folder is not there.", code="no_such_folder")

    cloud.set_mounts = refuse
    for _ in range(4):
        run_pass(work)
        clock.advance(61)
    assert (status().phase, status().code) == (Phase.RUNNING, "no_such_folder")
    with sessions.read() as session:
        told = select(Event.kind).where(Event.instance_id == mine, Event.kind == "instance.mounts")
        assert len(session.scalars(told).all()) == 1


def leave(sessions, clock):
    """The facility says that the team has nobody any more."""
    state = facility_state(clock.now())
    nobody = tuple(replace(one, team_ids=()) for one in state.experiments)
    with sessions.write() as session:
        sync(session, replace(state, experiments=nobody), now=clock.now())
