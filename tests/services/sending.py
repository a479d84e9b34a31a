"""A mail server, a person who is to be warned, and senders: for the tests of delivery."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from tests.mail.mailserver import MailServer, Received
from visa import letters
from visa.adapters.notify.smtp import SmtpNotify
from visa.domain.letters import Facts, House, LetterKind
from visa.services.reclaim import notices
from visa.services.reclaim.sender import Sending, SendReport, send_due
from visa.services.wake import Subject
from visa.settings import Mail
from visa.store.session import Sessions
from visa.store.tables import Event, LivedTime, Notice, Person
from visa.testing.builders import ADA, Seeded
from visa.testing.clock import FrozenClock

DAY = timedelta(days=1)
KIND = LetterKind.LIFETIME_WARNING
HOUSE = House("Example Facility", "VISA", "https://visa.example.org", "help@example.org")


@dataclass(frozen=True)
class Post:
    """Ada's desktop "My analysis" is `instance`; `deadline` is when its time is over."""

    work: Sending
    server: MailServer
    clock: FrozenClock
    instance: str
    deadline: datetime

    @property
    def sessions(self) -> Sessions:
        return self.work.sessions

    def ask(self, *, lead: timedelta = 3 * DAY, kind: LetterKind = KIND, person_id: str = ADA, **facts: Any) -> str:
        """A notice about the desktop; its id."""
        made, told = [], Facts(deadline=self.deadline, url=f"/instances/{self.instance}", days=14)

        def new_id() -> str:
            made.append(self.work.new_id())
            return made[-1]

        with self.sessions.write() as session:
            subject = {"subject": Subject.INSTANCE, "subject_id": self.instance, "person_id": person_id}
            about = {"kind": kind, "cycle": self.deadline, "lead": lead, "facts": replace(told, **facts)}
            assert notices.ask(session, new_id=new_id, now=self.clock.now(), **subject, **about)
        return made[-1]

    def send(self, **other: Any) -> SendReport:
        """One round, of a sender that differs from the usual one in these."""
        return send_due(replace(self.work, **other))

    def notice(self, notice_id: str) -> Notice:
        with self.sessions.read() as session:
            return session.get_one(Notice, notice_id)

    def events(self) -> list[tuple[str, str]]:
        with self.sessions.read() as session:
            told = select(Event).where(Event.instance_id == self.instance).order_by(Event.id)
            return [
                (one.kind, one.message) for one in session.scalars(told) if "told" in one.kind or "warn" in one.kind
            ]

    def address(self, email: str, *, of: str = ADA) -> None:
        with self.sessions.write() as session:
            session.execute(update(Person).where(Person.id == of).values(email=email, facility_person_id=None))

    def lived(self, lived_s: float) -> None:
        with self.sessions.write() as session:
            now = self.clock.now()
            session.merge(LivedTime(id=1, lived_s=lived_s, at=now, since=now, broken=False))


def body(mail: Received) -> str:
    """The words of a letter, wherever its lines end."""
    plain = mail.message.get_body(("plain",))
    assert plain is not None
    return " ".join(plain.get_content().split())


def notify(port: int) -> SmtpNotify:
    """By the mail server on this port."""
    settings = Mail(adapter="smtp", host="127.0.0.1", port=port, tls="none", from_address="visa@example.org")
    return SmtpNotify(settings, sender_name="VISA")


def post(sessions: Sessions, seeded: Seeded, clock: FrozenClock, server: MailServer) -> Post:
    numbers = itertools.count(1)
    with sessions.write() as session:
        instance = seeded.create(session, ADA, clock.now())
    work = Sending(
        sessions=sessions,
        notify=notify(server.port),
        render=lambda letter: letters.render(letter, "en"),
        house=HOUSE,
        clock=clock,
        new_id=lambda: f"n{next(numbers)}",
        holder="scheduler-1",
        domain="visa.example.org",
        operators=("ops@example.org",),
    )
    return Post(work, server, clock, instance.id, instance.expires_at)


@dataclass(frozen=True)
class Interposed:
    """A way of sending at which something happens before a letter goes out, or after it was accepted."""

    real: Any
    before: Callable[[], object] = lambda: None
    after: Callable[[], object] = lambda: None

    def send(self, mail: Any) -> None:
        self.before()
        self.real.send(mail)
        self.after()
