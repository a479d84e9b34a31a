"""One transaction for one request of the signed-in person, with their roles as they are at this moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.guard import caller
from api.shell import shell
from visa.services.actors import Actor, load_actor
from visa.services.desk import Desk
from visa.services.policies import in_force


@dataclass(frozen=True)
class Work:
    """What an operation works with."""

    session: Session
    desk: Desk

    @property
    def actor(self) -> Actor:
        return self.desk.actor


@contextmanager
def reading() -> Iterator[Work]:
    """One consistent view of the database."""
    with shell().runtime.sessions.read() as session:
        yield Work(session, _desk(session))


@contextmanager
def writing() -> Iterator[Work]:
    """Everything in it happens, or nothing when it ends with an error."""
    with shell().runtime.sessions.write() as session:
        yield Work(session, _desk(session))


def _desk(session: Session) -> Desk:
    runtime = shell().runtime
    now = runtime.clock.now()
    return Desk(
        actor=load_actor(session, caller().person_id, now),
        now=now,
        new_id=runtime.new_id,
        policy=in_force(session).policy,
        workspace_gib={cloud.name: cloud.workspace_gib for cloud in runtime.settings.clouds},
    )
