"""The look at what is due: warnings asked for, things taken as intent, and all that holds it off."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from tests.services.reclaim_place import ADMIN, DAY, Place
from visa.domain.instance import Kept, Wanted, WorkspacePhase
from visa.domain.lived import Pace
from visa.services import instances
from visa.services.reclaim import holds, requests, stop
from visa.services.reclaim.enrol import enrol, note_surplus
from visa.services.reclaim.explain import explain
from visa.services.reclaim.look import Looking
from visa.services.wake import Subject, wake
from visa.store.tables import (
    Event,
    Experiment,
    Instance,
    Notice,
    Reclaim,
    RoleGrant,
    Workspace,
    WorkspaceStatus,
)
from visa.testing.builders import ADA, BOB, OPEN


@pytest.fixture
def place(sessions, seeded, clock, new_id) -> Place:
    pace = Pace(step=DAY, settle=DAY / 2)
    return Place(sessions, seeded, clock, Looking(sessions, clock, new_id, {"main": True}, pace)).begin()


def test_at_its_end_an_instance_is_taken_with_its_workspace_kept_and_copied(place):
    assert place.live(13.5) == {}
    assert place.told("lifetime_warning") == [3 * DAY, DAY]
    assert place.live(1) == {"lifetime": 1}
    instance, workspace = place.instance(), place.workspace()
    assert instance.wanted == Wanted.GONE
    assert (workspace.binned_why, workspace.snapshot_no, workspace.copies) == ("lifetime", 1, 1)
    assert workspace.kept_until == workspace.binned_at + 90 * DAY
    with place.sessions.read() as session:
        event = session.scalars(select(Event).where(Event.kind == "instance.reclaimed")).one()
    assert (event.actor_kind, event.actor_name) == ("policy", "the product's policy")
    assert "its lifetime ends. Its owner was told on 2030-01-18" in event.message


@pytest.mark.parametrize("open_end", [date.max, date(9998, 12, 31)])
def test_an_experiment_without_an_end_holds_off_for_ever_and_keeps_no_other_waiting(place, open_end):
    with place.sessions.write() as session:
        session.execute(update(Experiment).values(ends_on=open_end))
    assert place.live(16) == {}
    assert (place.row().axe_at, place.row().delay) == (None, "beamtime")
    with place.sessions.read() as session:
        assert explain(session, Subject.INSTANCE, place.id, place.clock.now()).message.endswith("runs.")


def test_nothing_is_taken_while_its_warnings_are_not_delivered(place):
    assert place.live(30, delivering=False) == {}
    assert place.row().axe_at >= place.clock.now() + 3 * DAY - timedelta(minutes=1)
    place.deliver()
    assert place.live(2.5) == {}
    assert place.live(1) == {"lifetime": 1}


def test_extending_makes_the_warnings_of_the_old_end_void(place):
    place.live(11.5, delivering=False)
    with place.sessions.write() as session:
        instances.extend(session, place.seeded.desk(session, ADA, place.clock.now()), place.id)
    place.look()
    with place.sessions.read() as session:
        assert session.scalars(select(Notice.state)).all() == ["void"]
    assert place.row().axe_at == place.instance().expires_at


def test_a_stay_in_the_bin_ends_in_the_archive_and_that_for_ever(place):
    place.live(14.5)
    place.gone()
    assert place.live(89) == {}
    assert place.told("bin_warning") == [14 * DAY, 3 * DAY]
    assert place.live(1) == {"bin": 1}
    workspace = place.workspace()
    assert (workspace.wanted, workspace.archive_no, workspace.snapshot_no) == (Kept.ARCHIVED, 2, None)
    assert place.live(380, step=DAY) == {}, "what is not seen in the archive is not deleted"
    with place.sessions.write() as session:
        session.execute(update(WorkspaceStatus).values(phase=WorkspacePhase.ARCHIVED))
    assert place.live(13, step=DAY) == {}
    assert place.told("archived") == [timedelta()]
    assert place.live(4, step=DAY) == {"archive": 1}
    assert place.told("archive_warning") == [14 * DAY, 3 * DAY]
    assert place.workspace().wanted == Kept.GONE
    place.clock.advance(days=1)
    place.look()
    assert place.row(Subject.WORKSPACE) is None


def test_without_archives_the_bin_ends_for_ever(place):
    place.looking = replace(place.looking, archives={})
    place.live(14.5)
    place.gone()
    assert place.live(92) == {"bin": 1}
    assert place.workspace().wanted == Kept.GONE


def test_the_copies_are_let_go_once_a_restored_machine_ran_for_a_while(place):
    with place.sessions.write() as session:
        workspace = session.get_one(Workspace, place.workspace_id)
        workspace.snapshot_no, workspace.archive_no, workspace.copies = 1, 2, 2
    assert place.look().tidied == 0
    place.live(1.5)
    assert (place.workspace().snapshot_no, place.workspace().archive_no, place.workspace().copies) == (None, None, 2)


def test_a_hold_keeps_it_and_its_end_gives_full_notice_again(place):
    place.live(13)
    with place.sessions.write() as session:
        about = {"reason": "A paper.", "ends_at": None, "by": ADMIN, "now": place.clock.now()}
        hold = holds.place(session, Subject.INSTANCE, place.id, new_id=place.seeded.new_id, **about)
    assert place.live(20) == {}
    assert (place.row().axe_at, place.row().delay) == (None, "hold")
    with place.sessions.write() as session:
        holds.release(session, hold.id, by=ADMIN, now=place.clock.now())
    assert place.live(2.5) == {}
    assert place.live(1) == {"lifetime": 1}
    assert place.told("lifetime_warning") == [3 * DAY, DAY, 3 * DAY, DAY]


def test_nobody_is_warned_of_what_is_held(place):
    place.live(11.5, delivering=False)
    with place.sessions.write() as session:
        about = {"reason": "A paper.", "ends_at": None, "by": ADMIN, "now": place.clock.now()}
        hold = holds.place(session, Subject.INSTANCE, place.id, new_id=place.seeded.new_id, **about)
    place.look()
    with place.sessions.read() as session:
        assert session.scalars(select(Notice.state)).all() == ["void"]
    with place.sessions.write() as session:
        holds.release(session, hold.id, by=ADMIN, now=place.clock.now())
    place.look()
    with place.sessions.read() as session:
        assert session.scalars(select(Notice.state)).all() == ["pending"]


def test_a_request_holds_it_off_for_some_days_and_not_again_when_refused(place):
    with place.sessions.write() as session:
        instance = session.get_one(Instance, place.id)
        instance.created_at -= 50 * DAY
        instance.expires_at = place.clock.now() + 10 * DAY
    place.live(9.5)
    ask = {"reason": "The fit takes longer.", "until": place.clock.now() + 100 * DAY}
    with place.sessions.write() as session:
        asked = requests.make(session, place.seeded.desk(session, ADA, place.clock.now()), place.id, **ask)
    assert place.live(2) == {}
    assert place.row().delay == "request"
    about = {"until": None, "words": "No.", "by": ADMIN, "now": place.clock.now(), "new_id": place.seeded.new_id}
    with place.sessions.write() as session:
        requests.answer(session, asked.id, **about)
    with place.sessions.write() as session:
        requests.make(session, place.seeded.desk(session, ADA, place.clock.now()), place.id, **ask)
    assert place.live(5) == {"lifetime": 1}


def test_while_all_reclaim_is_stopped_people_are_warned_and_nothing_is_taken(place):
    with place.sessions.write() as session:
        stop.stop(session, reason="Storage", by=ADMIN, now=place.clock.now(), new_id=place.seeded.new_id)
    assert place.live(20) == {}
    assert place.told("lifetime_warning") == [3 * DAY, DAY]
    assert place.row().delay == "stopped"
    with place.sessions.write() as session:
        stop.resume(session, by=ADMIN, now=place.clock.now())
    assert place.live(2.5) == {}, "what came due meanwhile gets its full notice"
    assert place.live(1.5) == {"lifetime": 1}


def test_while_an_experiment_of_it_runs_nothing_is_taken(place):
    ends = place.instance().expires_at.date()
    with place.sessions.write() as session:
        session.execute(
            update(Experiment).where(Experiment.id == OPEN).values(starts_on=ends - DAY, ends_on=ends + 4 * DAY)
        )
        wake(session, Subject.INSTANCE, place.id, at=place.clock.now())
    place.look()
    assert place.row().axe_at == datetime(ends.year, ends.month, ends.day, tzinfo=UTC) + 5 * DAY
    assert place.row().delay == "beamtime"
    assert place.live(17) == {}
    assert place.live(2) == {"lifetime": 1}


def test_outside_of_office_hours_nothing_is_taken(place):
    place.load(windows={"timezone": "UTC", "allow": ["* 8-17 * * tue"]})
    assert place.live(14.75) == {}
    assert place.row().axe_at == datetime(2030, 1, 22, 9, tzinfo=UTC), "an hour late was the warning before"
    assert place.live(0.75) == {"lifetime": 1}


def test_who_has_too_much_is_warned_first_and_then_loses_the_longest_unused(place):
    with place.sessions.write() as session:
        grant = {"id": "g1", "person_id": ADA, "role": "staff", "source": "admin", "granted_by": "test"}
        session.add(RoleGrant(**grant, granted_at=place.clock.now(), ends_at=place.clock.now() + DAY))
    with place.sessions.write() as session:
        for _ in range(2):
            place.clock.advance(60)
            place.seeded.create(session, ADA, place.clock.now())
    place.live(1)
    with place.sessions.write() as session:
        assert list(note_surplus(session, place.seeded.policy, place.clock.now())) == [place.id]
    assert place.live(2.5) == {}
    assert place.told("quota_warning") == [3 * DAY]
    assert place.live(1) == {"quota": 1}
    assert place.instance().wanted == Wanted.GONE


def test_a_clock_that_was_set_takes_nothing_and_is_forgotten(place):
    place.live(13.5)
    place.clock.advance(days=400)
    report = place.look()
    assert (report.taken, bool(report.alert)) == ({}, True)
    place.clock.advance(days=-400)
    place.look()
    report = place.look()
    assert place.row().look_at <= place.clock.now() + DAY, "what the wrong clock wrote binds nobody"
    assert place.live(3) == {"lifetime": 1}


def test_what_was_never_looked_at_is_found(place):
    with place.sessions.write() as session:
        session.delete(session.get_one(Reclaim, (Subject.INSTANCE, place.id)))
    assert enrol(place.sessions, place.clock.now()) == 1
    place.look()
    assert place.row().axe_at == place.instance().expires_at
    assert enrol(place.sessions, place.clock.now()) == 0


def test_what_somebody_changes_at_this_moment_is_left_alone(place, sessions):
    """On PostgreSQL rows are locked one by one; SQLite has one writer, which is waited for."""
    if sessions.engine.dialect.name == "sqlite":
        pytest.skip("one writer")
    with place.sessions.write() as session:
        instances.find_mine(session, place.seeded.desk(session, ADA, place.clock.now()).actor, place.id, lock=True)
        assert place.look().looked == 1, "the workspace is looked at, the instance is not waited for"
    assert place.look().looked == 1


def test_it_is_explained_as_it_is_looked_at(place):
    place.live(12)
    with place.sessions.read() as session:
        said = explain(session, Subject.INSTANCE, place.id, place.clock.now())
    assert said.ends_at == place.row().axe_at == place.instance().expires_at
    assert said.message == place.row().message
    assert said.message == "It is taken back on 2030-01-21 09:00 UTC, because its lifetime ends."


def test_one_that_cannot_be_decided_is_kept_and_keeps_no_other_from_being_taken(place):
    with place.sessions.write() as session:
        other = place.seeded.create(session, BOB, place.clock.now())
    place.live(12)
    with place.sessions.write() as session:
        session.execute(update(Notice).where(Notice.subject_id == place.id).values(announced_for=None))
    taken = place.live(4)
    assert taken == {"lifetime": 1}
    assert place.instance().wanted == Wanted.RUNNING
    assert place.get(Instance, other.id).wanted == Wanted.GONE
    place.clock.advance(DAY.total_seconds())
    report = place.look()
    assert report.undecided == [f"instance {place.id}"]
    assert place.id in report.alert
    assert place.row().look_at == place.clock.now() + timedelta(minutes=10)
    assert "nobody knows which end it named" in place.row().message
