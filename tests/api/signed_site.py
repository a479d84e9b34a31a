"""The application on a real port with the development provider beside it: people, and what tests look at."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from api.app import create_app
from tests.api.place import make_runtime
from tests.api.served import Visitor, serving
from visa.bootstrap import Runtime
from visa.cli.demo import ports
from visa.cli.demo.children import Children, Program
from visa.cli.demo.readiness import answers
from visa.domain.facility import FacilityPerson, FacilityState
from visa.ports.clock import NewId
from visa.services import facility_sync
from visa.settings import Settings
from visa.store.session import Sessions
from visa.store.tables import Event, Person
from visa.testing.clock import FrozenClock

ADA, BEA, CY, MONITORING = "ada@example.org", "bea@example.org", "cy@example.org", "test@example.org"
ADMINS = "urn:geant:example.org:group:visa:admins#login.example.org"
PEOPLE = [
    {
        "claims": {
            "sub": ADA,
            "name": "  Ada\u0000  Lo\u0308velace ",
            "email": "ada@home.example.org",
            "orcid": "https://orcid.org/0000-0002-1825-0097",
            "eduperson_entitlement": [ADMINS, "urn:mace:example.org:something-else"],
        }
    },
    {"claims": {"sub": BEA, "given_name": "Bea", "family_name": "B", "email": "Bea@Facility.example.org"}},
    {"claims": {"sub": CY, "email": "cy@example.org", "eduperson_entitlement": ADMINS.replace("login.", "evil.")}},
    {"claims": {"sub": MONITORING, "name": "Probe"}},
]


@dataclass(frozen=True)
class Site:
    origin: str
    runtime: Runtime
    clock: FrozenClock

    def visitor(self) -> Visitor:
        return Visitor(self.origin)

    def count(self, table: type) -> int:
        with self.runtime.sessions.read() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def person(self, subject: str) -> Person:
        with self.runtime.sessions.read() as session:
            return session.scalars(select(Person).where(Person.subject == subject)).one()

    def events(self, kind: str) -> list[Event]:
        with self.runtime.sessions.read() as session:
            return list(session.scalars(select(Event).where(Event.kind == kind)))


@contextmanager
def development_provider(folder: Path) -> Iterator[str]:
    """The address of a running provider with these people."""
    (folder / "people.json").write_text(json.dumps(PEOPLE))
    port = ports.choose(0, purpose="provider", option="")
    command = [sys.executable, "-m", "visa.testing.provider", "--port", str(port)]
    address, children = f"http://127.0.0.1:{port}", Children(folder)
    ready = answers(f"{address}/.well-known/openid-configuration")
    try:
        children.start(Program("provider", [*command, "--people", str(folder / "people.json")], ready))
        children.wait_ready("provider")
        yield address
    finally:
        children.stop_all()


@contextmanager
def signed_site(
    provider: str, url: str, sessions: Sessions, new_id: NewId, *, folder: Path, clock: FrozenClock
) -> Iterator[Site]:
    """The application, and a facility that knows an Ada by ORCID and a Bea by e-mail address."""
    (folder / "index.html").write_text("<!doctype html><title>pages</title>")
    port = ports.choose(0, purpose="api", option="")
    settings = Settings(
        environment="development",
        public_url=f"http://127.0.0.1:{port}",
        database={"url": url},
        api={"web_root": folder},
        identity={
            "issuer": provider,
            "client_secret": "secret",
            "scopes": ("openid", "profile", "email"),
            "entitlement_roles": {ADMINS: "admin"},
        },
    )
    runtime = make_runtime(settings, sessions, clock, new_id)
    people = tuple(
        FacilityPerson(name, name.title(), f"{name}@facility.example.org", orcid, name, uid, uid, (), ())
        for name, orcid, uid in (("ada", "0000-0002-1825-0097", 10001), ("bea", None, 10002))
    )
    with sessions.write() as session:
        facility_sync.sync(session, FacilityState(people, (), ()), now=clock.now())
    with serving(create_app(runtime), port):
        yield Site(settings.public_url, runtime, clock)
