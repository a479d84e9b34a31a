"""Two requests at the same moment, on the database that really runs them side by side: what was read is read again
once the lock is held."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError

from tests.services.limiting import limited
from visa.domain.instance import Kept, Phase
from visa.errors import Conflict
from visa.services import facility_sync, restore, workspaces
from visa.services.journal import SYSTEM, By
from visa.services.reclaim import holds, requests, stop
from visa.services.restore import Changes
from visa.services.wake import Subject
from visa.store.session import Sessions
from visa.store.tables import Instance, InstanceStatus, Person, ReclaimStop, Workspace
from visa.testing.builders import ADA, GUEST, Seeded, facility_state

NAMED = "pg_advisory_xact_lock"


@pytest.fixture
def database_kind():
    """SQLite lets only one transaction write at a time, so there is no race to lose."""
    return "postgresql"


def before_the_lock(sessions: Sessions, lock: str, meanwhile: Callable[[], object]) -> None:
    """Run `meanwhile` when this thread is about to lock a row of the table `lock` (or `NAMED`) for the first time."""
    mine, pending = threading.get_ident(), [meanwhile]

    @event.listens_for(sessions.engine, "before_cursor_execute")
    def look(_connection, _cursor, statement, *_rest):
        locks = "FOR UPDATE" in statement or "FOR NO KEY UPDATE" in statement
        this = locks and f"FROM {lock} " in statement.replace("\n", "")
        if pending and threading.get_ident() == mine and (this or (lock in statement and lock == NAMED)):
            other = threading.Thread(target=pending.pop())
            other.start()
            other.join()


def test_a_workspace_that_is_deleted_for_ever_at_this_moment_is_not_restored(sessions, seeded: Seeded, clock):
    with sessions.write() as session:
        instance = seeded.create(session, ADA, clock.now())
        workspace = session.get_one(Workspace, instance.workspace_id)
        workspace.binned_at = clock.now()
        session.get_one(InstanceStatus, instance.id).phase = Phase.GONE

    def delete_it() -> None:
        with sessions.write() as other:
            desk = seeded.desk(other, ADA, clock.now())
            workspaces.delete_for_ever(other, desk, workspace.id, confirm_name=workspace.name)

    before_the_lock(sessions, "workspace", delete_it)
    with pytest.raises(Conflict), sessions.write() as session:
        restore.restore(session, seeded.desk(session, ADA, clock.now()), workspace.id, Changes())
    with sessions.read() as session:
        assert session.get_one(Workspace, workspace.id).wanted == Kept.GONE
        assert len(session.scalars(select(Instance)).all()) == 1


def test_two_stop_all_reclaim_at_once_and_one_row_says_so(sessions, clock, new_id):
    def throw(who: str) -> None:
        with sessions.write() as session:
            stop.stop(session, reason=who, by=By("person", who), now=clock.now(), new_id=new_id)

    before_the_lock(sessions, NAMED, lambda: throw("Eva"))
    throw("Ole")
    with sessions.read() as session:
        assert [one.stopped_by for one in session.scalars(select(ReclaimStop))] == ["Eva"]


def test_nothing_is_taken_any_more_once_reclaim_is_stopped(sessions, clock, new_id):
    """A look that may take things is let finish first."""

    def throw(*, patience_ms: int) -> None:
        with sessions.write() as session:
            session.execute(text(f"SET LOCAL lock_timeout = {patience_ms}"))
            stop.stop(session, reason="Now", by=SYSTEM, now=clock.now(), new_id=new_id)

    with sessions.write() as one, sessions.write() as another:
        assert stop.may_take(one)
        assert stop.may_take(another)
        with pytest.raises(DBAPIError):
            throw(patience_ms=50)
    throw(patience_ms=5000)
    with sessions.write() as session:
        assert not stop.may_take(session)


@pytest.fixture
def asked(sessions, seeded: Seeded, clock) -> str:
    """Ada's open request for a desktop that has its longest life."""
    with sessions.write() as session:
        instance = seeded.create(session, ADA, clock.now())
        instance.expires_at = clock.now() + timedelta(days=60)
        until = clock.now() + timedelta(days=90)
        desk = seeded.desk(session, ADA, clock.now())
        return requests.make(session, desk, instance.id, reason="The second beamtime", until=until).id


def test_of_two_answers_at_once_the_second_hears_who_was_faster(sessions, clock, new_id, asked: str):
    def answer(who: str, *, days: int) -> None:
        until = clock.now() + timedelta(days=days)
        with sessions.write() as session:
            requests.answer(session, asked, until=until, words="", by=By("person", who), now=clock.now(), new_id=new_id)

    before_the_lock(sessions, "instance", lambda: answer("Eva", days=80))
    with pytest.raises(Conflict, match="Eva has answered it already"):
        answer("Ole", days=70)
    with sessions.read() as session:
        (instance,) = session.scalars(select(Instance))
        assert (instance.expires_at, instance.revision) == (clock.now() + timedelta(days=80), 2)


def test_an_answer_that_crosses_its_withdrawal_is_refused(sessions, seeded: Seeded, clock, new_id, asked: str):
    def withdraw() -> None:
        with sessions.write() as session:
            request = requests.find(session, asked)
            requests.withdraw(session, seeded.desk(session, ADA, clock.now()), request.instance_id, asked)

    before_the_lock(sessions, "instance", withdraw)
    until = clock.now() + timedelta(days=80)
    with pytest.raises(Conflict, match="withdrawn"), sessions.write() as session:
        requests.answer(session, asked, until=until, words="", by=By("person", "E"), now=clock.now(), new_id=new_id)


def test_two_holds_at_once_are_one(sessions, seeded: Seeded, clock, new_id):
    with sessions.write() as session:
        instance_id = seeded.create(session, ADA, clock.now()).id

    def place(who: str) -> None:
        with sessions.write() as session:
            holds.place(
                session,
                Subject.INSTANCE,
                instance_id,
                reason="A thesis",
                ends_at=None,
                by=By("person", who),
                now=clock.now(),
                new_id=new_id,
            )

    before_the_lock(sessions, "instance", lambda: place("Eva"))
    with pytest.raises(Conflict, match="Eva holds it"):
        place("Ole")


def test_two_first_desktops_of_a_guest_at_once_get_one_account(sessions, seeded: Seeded, clock, new_id):
    guest = seeded.policy.guest.model_copy(update={"instances": 2})
    generous = Seeded(seeded.policy.model_copy(update={"guest": guest}), new_id)

    def make() -> None:
        with sessions.write() as session:
            generous.create(session, GUEST, clock.now())

    before_the_lock(sessions, "person", make)
    make()
    with sessions.read() as session:
        assert len(session.scalars(select(Instance)).all()) == 2
        assert session.get_one(Person, GUEST).guest_uid == seeded.policy.guest_uid_first


def test_two_schedulers_read_the_facility_for_the_first_time_at_once(sessions, clock):
    """Both would add the same people: the second to commit would end with an error, at its start with its process."""
    state, started, troubles = facility_state(clock.now()), threading.Barrier(2), []

    def read() -> None:
        try:
            with sessions.write() as session:
                session.execute(select(1))
                started.wait(20)
                facility_sync.sync(session, state, now=clock.now())
        except DBAPIError as trouble:
            troubles.append(trouble)

    both = [threading.Thread(target=read) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(30)
    assert troubles == []


@pytest.mark.parametrize(
    ("limits", "lock"),
    [({"experiment": {"instances": 1}}, "experiment"), ({"clouds": {"main": {"instances": 1}}}, NAMED)],
)
def test_what_is_used_is_counted_once_the_limit_is_locked(sessions, seeded: Seeded, clock, limits, lock):
    """Another person's request commits just before this one has the lock: this one must see it, and wait."""
    place = limited(sessions, seeded, clock, **limits)
    before_the_lock(sessions, lock, lambda: place.ask("p001"))
    place.ask("p000")
    assert (place.holding(), len(place.line())) == (1, 1)
