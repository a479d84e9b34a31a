"""What keeps things whatever the policy says: holds on instances and workspaces, and the switch for all of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from visa.errors import Conflict, Invalid, NotFound
from visa.services import instances
from visa.services.journal import By
from visa.services.reclaim import holds, stop
from visa.services.wake import Subject
from visa.store.tables import Event, Reclaim, ReclaimStop
from visa.testing.builders import ADA

EVA = By("person", "Eva Admin", "eva")


@pytest.fixture
def session(sessions, seeded):
    with sessions.write() as session:
        yield session


@pytest.fixture
def instance(session, seeded, clock):
    return seeded.create(session, ADA, clock.now())


@pytest.fixture
def place(session, clock, new_id):
    def keep(subject, subject_id, *, days=None, reason="A thesis depends on it"):
        ends_at = None if days is None else clock.now() + timedelta(days=days)
        return holds.place(
            session, subject, subject_id, reason=reason, ends_at=ends_at, by=EVA, now=clock.now(), new_id=new_id
        )

    return keep


def test_placing_and_releasing_asks_for_a_look_at_both_and_tells_the_owner(session, instance, place, clock):
    def looked_later():
        session.execute(update(Reclaim).values(look_at=clock.now() + timedelta(days=30)))

    def woken():
        return set(session.scalars(select(Reclaim.subject).where(Reclaim.look_at == clock.now())))

    looked_later()
    hold = place(Subject.INSTANCE, instance.id)
    assert woken() == {"instance", "workspace"}
    looked_later()
    holds.release(session, hold.id, by=EVA, now=clock.now())
    assert woken() == {"instance", "workspace"}
    session.flush()
    told = session.scalars(select(Event).where(Event.person_id == ADA, Event.actor_name == "Eva Admin")).all()
    assert [(one.kind, one.workspace_id) for one in told] == [
        ("instance.held", instance.workspace_id),
        ("instance.hold_released", instance.workspace_id),
    ]


def test_there_is_one_hold_a_subject_and_another_says_whose_it_is(session, instance, place, clock):
    place(Subject.INSTANCE, instance.id, days=1)
    with pytest.raises(Conflict, match="Eva Admin holds it until"):
        place(Subject.INSTANCE, instance.id)
    clock.advance(days=1)
    place(Subject.INSTANCE, instance.id)


def test_what_is_not_there_or_over_is_not_held(session, instance, place, seeded, clock):
    for subject in Subject:
        with pytest.raises(NotFound):
            place(subject, "nothing")
    with pytest.raises(Invalid):
        place(Subject.INSTANCE, instance.id, days=0)
    instances.delete(session, seeded.desk(session, ADA, clock.now()), instance.id)
    with pytest.raises(Conflict, match="A hold on its workspace keeps its files"):
        place(Subject.INSTANCE, instance.id)


def test_holds_are_listed_newest_first_page_by_page(session, instance, place, clock):
    released = place(Subject.INSTANCE, instance.id)
    holds.release(session, released.id, by=EVA, now=clock.now())
    clock.advance(60)
    first = place(Subject.INSTANCE, instance.id)
    clock.advance(60)
    second = place(Subject.WORKSPACE, instance.workspace_id)
    now = clock.now()
    newest = holds.list_all(session, with_over=True, after=None, limit=2, now=now)
    assert [(one.hold.id, one.name, one.owner.name, one.in_force) for one in newest] == [
        (second.id, "My analysis", "Ada", True),
        (first.id, "My analysis", "Ada", True),
    ]
    after = (first.placed_at, first.id)
    assert [one.hold.id for one in holds.list_all(session, with_over=True, after=after, limit=9, now=now)] == [
        released.id
    ]
    assert len(holds.list_all(session, with_over=False, after=None, limit=9, now=now)) == 2


def test_the_switch_is_thrown_once_and_says_who_did(session, clock, new_id):
    assert stop.stopped(session) is None
    assert stop.resume(session, by=EVA, now=clock.now()) is None
    first = stop.stop(session, reason="Storage moves", by=EVA, now=clock.now(), new_id=new_id)
    again = stop.stop(session, reason="Me too", by=By("person", "Other"), now=clock.now(), new_id=new_id)
    assert (again.id, again.reason, again.stopped_by) == (first.id, "Storage moves", "Eva Admin")
    assert stop.stopped(session) is first
    clock.advance(days=1)
    assert stop.resume(session, by=By("system", "Visa"), now=clock.now()) is first
    assert stop.stopped(session) is None
    assert (first.resumed_by, first.resumed_at) == ("Visa", clock.now())
    assert len(session.scalars(select(ReclaimStop)).all()) == 1
    kinds = session.scalars(select(Event.kind).where(Event.kind.like("reclaim.%")).order_by(Event.id)).all()
    assert kinds == ["reclaim.stopped", "reclaim.resumed"]
