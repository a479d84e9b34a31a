"""The scheduler's letters: with the settings' own mail server, reported when there was something to send."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from scheduler.jobs import send_letters
from tests.mail.mailserver import serving
from visa import bootstrap
from visa.adapters.notify.log import LogNotify
from visa.bootstrap import Runtime, letter_sending
from visa.domain.letters import Facts, LetterKind
from visa.errors import Misconfigured
from visa.services.reclaim import notices
from visa.services.wake import Subject
from visa.settings import Mail, Settings
from visa.store.tables import JobReport
from visa.testing.builders import ADA, Seeded, seed


def nothing(*_):
    raise AssertionError("letters need nothing but mail")


@pytest.fixture
def seeded(sessions, clock, new_id) -> Seeded:
    with sessions.write() as session:
        return seed(session, clock.now(), new_id)


def runtime(sessions, clock, new_id, mail: Mail) -> Runtime:
    settings = Settings(mail=mail, public_url="https://visa.example.org")
    notify = lambda: bootstrap.open_notify(settings)  # noqa: E731
    return Runtime(settings, sessions, clock, new_id, nothing, nothing, nothing, notify)


def test_a_round_sends_what_is_due_and_is_reported_when_there_was_anything(sessions, seeded, clock, new_id):
    with sessions.write() as session:
        instance = seeded.create(session, ADA, clock.now())
        about = {"subject": Subject.INSTANCE, "subject_id": instance.id, "kind": LetterKind.LIFETIME_WARNING}
        facts = Facts(deadline=instance.expires_at, url=f"/instances/{instance.id}", days=14)
        times = {"cycle": instance.expires_at, "lead": timedelta(days=3), "now": clock.now()}
        notices.ask(session, new_id=new_id, person_id=ADA, facts=facts, **about, **times)
    with serving() as server:
        mail = Mail(adapter="smtp", host="127.0.0.1", port=server.port, tls="none", from_address="a@münchen.example")
        mail = mail.model_copy(update={"language": "de"})
        here = runtime(sessions, clock, new_id, mail)
        work = letter_sending(here, holder="scheduler-1")
        server.plan("MAIL", "550 who are you?")
        for seconds in (0, 5, 60, 5):
            clock.advance(seconds)
            send_letters(here, work)
        [got] = server.inbox
    assert "endet am" in got.message.get_body(("plain",)).get_content()
    assert got.message["Message-ID"].endswith("@xn--mnchen-3ya.example>")
    with sessions.read() as session:
        failed, sent = session.scalars(select(JobReport).order_by(JobReport.id))
    assert (failed.job, failed.ok, failed.report["alert"]) == ("letters", False, "mail_sender: 550 who are you?")
    assert (sent.ok, sent.report["sent"], sent.holder) == (True, 1, "scheduler-1")


def test_a_lease_lasts_longer_than_the_slowest_conversation(sessions, clock, new_id):
    """Greeting, EHLO, STARTTLS, EHLO, three steps of a login, MAIL, RCPT, DATA, the letter: each may take so long."""
    work = letter_sending(runtime(sessions, clock, new_id, Mail(timeout_s=20)), holder="scheduler-1")
    assert work.lease_s > 11 * 20
    assert isinstance(work.notify, LogNotify)


def test_a_sender_that_is_no_address_stops_the_scheduler_at_its_start(sessions, clock, new_id):
    with pytest.raises(Misconfigured, match=r"mail\.from_address"):
        letter_sending(runtime(sessions, clock, new_id, Mail(from_address="nobody")), holder="scheduler-1")
