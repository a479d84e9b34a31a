"""Owners ask for more time than policy gives; support and admins answer, within their scope."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from visa.domain.letters import LetterKind
from visa.errors import Conflict, Forbidden, Invalid, NotFound
from visa.services import instances
from visa.services.actors import load_actor
from visa.services.create_instance import NewInstance, create
from visa.services.journal import By
from visa.services.reclaim import requests
from visa.store.tables import Event, ExtensionRequest, FacilityPerson, Notice, Reclaim, RoleGrant
from visa.testing.builders import ADA, BOB, GUEST, TEAM

EVA = By("person", "Eva", "eva")
REASON = "The second beamtime is in March,\nand the fits are not done."


@pytest.fixture
def session(sessions, seeded):
    with sessions.write() as session:
        yield session


@pytest.fixture
def role(session, clock, new_id):
    def give(person_id, name):
        given = {"person_id": person_id, "role": name, "source": "admin", "granted_by": "test"}
        session.add(RoleGrant(id=new_id(), **given, granted_at=clock.now()))
        session.flush()

    return give


@pytest.fixture
def instance(session, seeded, clock):
    """Ada's, at the end of its longest life: created 55 days ago, it lives for 5 days more."""
    wish = NewInstance("My analysis", "xfce", "small", (TEAM,), "us")
    made = create(session, seeded.desk(session, ADA, clock.now()), wish)
    made.expires_at = made.created_at + timedelta(days=60)
    clock.advance(days=55)
    return made


@pytest.fixture
def ask(session, seeded, clock, instance):
    def make(*, days=40, reason=REASON):
        desk = seeded.desk(session, ADA, clock.now())
        return requests.make(session, desk, instance.id, reason=reason, until=clock.now() + timedelta(days=days))

    return make


@pytest.fixture
def answer(session, clock, new_id):
    def give(request, *, days=None, words="No.", by=EVA):
        until = None if days is None else clock.now() + timedelta(days=days)
        return requests.answer(session, request.id, until=until, words=words, by=by, now=clock.now(), new_id=new_id)

    return give


def letters(session):
    made = select(Notice.kind, Notice.person_id, Notice.state).order_by(Notice.made_at, Notice.person_id)
    return [tuple(row) for row in session.execute(made)]


def test_granting_moves_the_end_and_tells_the_owner(session, instance, ask, answer, clock):
    request, revision = ask(), instance.revision
    answer(request, days=30, words="Until the end of the month.\nNot more.")
    assert (instance.expires_at, instance.revision) == (clock.now() + timedelta(days=30), revision + 1)
    assert (request.state, request.answered_by, request.answered_at) == ("granted", "Eva", clock.now())
    session.flush()
    told = session.scalar(select(Notice).where(Notice.kind == LetterKind.REQUEST_ANSWERED))
    assert (told.person_id, told.facts["granted"]) == (ADA, True)
    assert told.facts["words"] == "Until the end of the month.\nNot more."
    event = session.scalar(select(Event).where(Event.kind == "instance.more_time_granted"))
    assert (event.person_id, event.actor_name) == (ADA, "Eva")


def test_refusing_changes_nothing_but_says_why(session, instance, ask, answer):
    before = instance.expires_at
    request = answer(ask(), words="The image is retired.")
    assert (instance.expires_at, request.state, request.answer) == (before, "refused", "The image is retired.")
    session.flush()
    told = session.scalar(select(Notice).where(Notice.kind == LetterKind.REQUEST_ANSWERED))
    assert (told.facts["granted"], told.facts["words"]) == (False, "The image is retired.")


def test_an_answer_is_given_once_and_the_second_hears_of_the_first(ask, answer, clock):
    request = ask()
    answer(request, days=30)
    with pytest.raises(Conflict, match="Eva has answered it already: it was granted"):
        answer(request, by=By("person", "Other"))


@pytest.mark.parametrize("days", [-1, 0, 4.9, 366])
def test_the_new_end_is_later_than_the_present_one_and_within_a_year(session, instance, ask, answer, days):
    with pytest.raises(Invalid):
        ask(days=days)
    request, before = ask(), instance.expires_at
    with pytest.raises(Invalid):
        answer(request, days=days)
    assert (instance.expires_at, request.state) == (before, "open")


def test_who_can_extend_now_or_later_has_nothing_to_ask_for(session, seeded, instance, ask, clock):
    instance.expires_at = clock.now() + timedelta(days=2)
    with pytest.raises(Conflict, match="You can extend it yourself"):
        ask()
    instance.created_at = clock.now()
    instance.expires_at = clock.now() + timedelta(days=14)
    with pytest.raises(Conflict, match="Then you can extend it"):
        ask()
    instances.delete(session, seeded.desk(session, ADA, clock.now()), instance.id)
    with pytest.raises(Conflict, match="being deleted"):
        ask()


def test_an_extension_of_minutes_is_none_so_one_may_ask(session, instance, ask):
    instance.expires_at -= timedelta(minutes=10)
    assert ask().state == "open"


def test_there_is_one_open_request_an_instance(ask):
    ask()
    with pytest.raises(Conflict, match="asked already"):
        ask()


def test_only_the_owner_asks_and_withdraws(session, seeded, instance, ask, clock):
    request, bob = ask(), seeded.desk(session, BOB, clock.now())
    with pytest.raises(NotFound):
        requests.make(session, bob, instance.id, reason=REASON, until=clock.now() + timedelta(days=40))
    with pytest.raises(NotFound):
        requests.withdraw(session, bob, instance.id, request.id)
    ada = seeded.desk(session, ADA, clock.now())
    assert requests.withdraw(session, ada, instance.id, request.id).state == "withdrawn"
    assert requests.withdraw(session, ada, instance.id, request.id).state == "withdrawn"


def test_what_was_withdrawn_is_not_answered_and_what_was_answered_not_withdrawn(
    session, seeded, instance, ask, answer, clock
):
    ada, withdrawn = seeded.desk(session, ADA, clock.now()), ask()
    requests.withdraw(session, ada, instance.id, withdrawn.id)
    with pytest.raises(Conflict, match="withdrawn"):
        answer(withdrawn, days=20)
    answered = answer(ask())
    with pytest.raises(Conflict, match="Eva has answered"):
        requests.withdraw(session, ada, instance.id, answered.id)


def test_nothing_is_granted_to_what_was_deleted_meanwhile(session, seeded, instance, ask, answer, clock):
    request = ask()
    instances.delete(session, seeded.desk(session, ADA, clock.now()), instance.id)
    with pytest.raises(Conflict, match="recycle bin"):
        answer(request, days=30)
    assert answer(request).state == "refused"


def test_each_support_answers_in_their_scope_and_nobody_else_knows(session, ask, role, clock):
    request = ask()

    def may(person_id):
        return requests.to_answer(session, load_actor(session, person_id, clock.now()), request.id)

    for nobody in (BOB, GUEST):
        with pytest.raises(NotFound):
            may(nobody)
    role(BOB, "instrument_scientist")  # of D1, where the experiment was
    role(GUEST, "instrument_scientist")  # of no instrument
    assert may(BOB) is request
    with pytest.raises(NotFound):
        may(GUEST)
    role(GUEST, "it_support")
    assert may(GUEST) is request


def test_nobody_answers_their_own_request_but_admins(session, ask, role, clock):
    request = ask()
    role(ADA, "it_support")
    with pytest.raises(Forbidden):
        requests.to_answer(session, load_actor(session, ADA, clock.now()), request.id)
    role(ADA, "admin")
    assert requests.to_answer(session, load_actor(session, ADA, clock.now()), request.id) is request


def test_those_who_may_help_get_a_letter_and_admins_only_when_there_is_nobody_else(
    session, seeded, instance, ask, role, clock
):
    role(GUEST, "admin")
    first = ask()
    assert letters(session) == [("request_made", GUEST, "pending")]
    requests.withdraw(session, seeded.desk(session, ADA, clock.now()), instance.id, first.id)
    assert letters(session) == [("request_made", GUEST, "void")]
    clock.advance(60)
    session.get_one(FacilityPerson, BOB).roles = ["staff", "it_support"]
    session.flush()
    ask()
    assert letters(session)[1:] == [("request_made", BOB, "pending")]


def test_a_request_asks_for_a_look(session, instance, ask, answer, clock):
    def look_at():
        return session.get(Reclaim, ("instance", instance.id), populate_existing=True).look_at

    session.get_one(Reclaim, ("instance", instance.id)).look_at = clock.now() + timedelta(days=2)
    session.flush()
    request = ask()
    assert look_at() == clock.now()
    session.get_one(Reclaim, ("instance", instance.id)).look_at = clock.now() + timedelta(days=2)
    session.flush()
    answer(request)
    assert look_at() == clock.now()


def test_asking_and_withdrawing_again_and_again_is_one_letter_a_day(session, seeded, instance, role, ask, clock):
    """Each of them counts and is listed; support has the first one's letter."""

    def sent():
        pending = update(Notice).where(Notice.kind == LetterKind.REQUEST_MADE, Notice.state == "pending")
        session.execute(pending.values(state="sent", sent_at=clock.now()))
        mailed = select(func.count()).where(Notice.kind == LetterKind.REQUEST_MADE, Notice.state == "sent")
        return session.scalar(mailed)

    def again():
        request = ask()
        session.flush()
        mailed = sent()
        requests.withdraw(session, seeded.desk(session, ADA, clock.now()), instance.id, request.id)
        return mailed

    role(GUEST, "it_support")
    for _ in range(4):
        assert again() == 1
        clock.advance(6)
    role(BOB, "it_support")
    assert again() == 2, "who was not told yet is"
    clock.advance(1, days=1)
    assert again() == 4
    listed = session.scalars(select(ExtensionRequest.state)).all()
    assert listed == ["withdrawn"] * 6


def test_a_letter_that_was_not_sent_before_it_was_withdrawn_silences_no_other(
    session, seeded, instance, role, ask, clock
):
    role(GUEST, "it_support")
    for _ in range(2):
        request = ask()
        assert ("request_made", GUEST, "pending") in letters(session)
        requests.withdraw(session, seeded.desk(session, ADA, clock.now()), instance.id, request.id)
        clock.advance(6)
