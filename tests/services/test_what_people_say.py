"""Reasons and answers are checked once, for the API and commands: what fits no column or page is refused with words."""

from datetime import timedelta

import pytest

from visa.errors import Invalid
from visa.services import policies, said
from visa.services.journal import By
from visa.services.reclaim import holds, requests, stop
from visa.services.wake import Subject
from visa.settings import Policy
from visa.testing.builders import ADA

EVA = By("person", "Eva Admin", "eva")
DAY = timedelta(days=1)


@pytest.fixture
def session(sessions, seeded):
    with sessions.write() as session:
        yield session


@pytest.fixture
def instance(session, seeded, clock):
    return seeded.create(session, ADA, clock.now())


@pytest.fixture
def hold(session, instance, clock, new_id):
    def place(reason: str, ends_at=None):
        about = {"reason": reason, "ends_at": ends_at, "by": EVA, "now": clock.now(), "new_id": new_id}
        return holds.place(session, Subject.INSTANCE, instance.id, **about)

    return place


WRONG = [
    ("", "The reason is missing."),
    ("  ", "The reason is missing."),
    ("x" * 501, "at most 500 characters; these are 501"),
    ("one\ntwo", "one line without control characters"),
    ("bell \a", "one line without control characters"),
    ("caf\udce9", "one line without control characters"),
]


@pytest.mark.parametrize(("reason", "words"), WRONG)
def test_a_hold_and_a_stop_need_a_reason_that_fits(session, hold, clock, new_id, reason: str, words: str):
    with pytest.raises(Invalid, match=words) as refused:
        hold(reason)
    assert refused.value.field == "reason"
    with pytest.raises(Invalid, match=words):
        stop.stop(session, reason=reason, by=EVA, now=clock.now(), new_id=new_id)
    assert stop.stopped(session) is None


def test_what_is_kept_is_composed_and_has_no_spaces_around_it(session, hold):
    assert hold(" Gru\u0308n " + "x" * 490).reason == "Gr\u00fcn " + "x" * 490
    session.flush()  # as PostgreSQL has it, which counts characters


def test_a_hold_ends_in_a_hundred_years_at_most(hold, clock):
    with pytest.raises(Invalid, match="at most a hundred years") as refused:
        hold("A thesis", clock.now() + (holds.AT_MOST_D + 1) * DAY)
    assert refused.value.field == "ends_at"
    assert hold("A thesis", clock.now() + holds.AT_MOST_D * DAY).ends_at is not None


def test_a_request_needs_a_reason_and_a_refusal_words(session, seeded, instance, clock, new_id):
    instance.expires_at = clock.now() + 10 * DAY
    instance.created_at = clock.now() - 50 * DAY
    desk, until = seeded.desk(session, ADA, clock.now()), clock.now() + 30 * DAY
    for reason in ("", " no ", "x" * 2001):
        with pytest.raises(Invalid, match="reason"):
            requests.make(session, desk, instance.id, reason=reason, until=until)
    asked = requests.make(session, desk, instance.id, reason="A second\r\nbeamtime", until=until)
    assert asked.reason == "A second\nbeamtime"
    answer = {"by": EVA, "now": clock.now(), "new_id": new_id}
    for words in ("", " \n ", "x" * 2001, "bell \a"):
        with pytest.raises(Invalid, match="answer"):
            requests.answer(session, asked.id, until=None, words=words, **answer)
    assert requests.answer(session, asked.id, until=until, words="", **answer).state == "granted"


def test_a_policy_s_note_fits(session, clock):
    with pytest.raises(Invalid, match="The note may have at most 500"):
        policies.load(session, Policy(bin_d=30), by="test", note="x" * 501, now=clock.now())


def test_too_short_is_said_with_how_long_it_has_to_be():
    with pytest.raises(Invalid, match="The reason needs at least 10 characters"):
        said.paragraphs("so so", "the reason", field="reason", at_most=20, at_least=10)
