"""A small facility with two people and three experiments, in a database: what most tests begin with."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from visa.domain.facility import Experiment, FacilityPerson, FacilityState, Instrument
from visa.domain.resources import MAIN_CLOUD
from visa.ports.clock import NewId
from visa.services import facility_sync
from visa.services.actors import load_actor
from visa.services.create_instance import NewInstance, create
from visa.services.desk import Desk
from visa.settings import Policy
from visa.store.tables import FacilityPerson as TableOfPeople
from visa.store.tables import Flavour, Image, Instance, LoginSession, Person

ADA, BOB, GUEST = "ada", "bob", "guest"
TEAM, OPEN, PROPRIETARY = "exp-team", "exp-open", "exp-proprietary"
OTHER_CLOUD = "other"
WORKSPACE_GIB = {MAIN_CLOUD: 20, OTHER_CLOUD: 30}


@dataclass(frozen=True)
class Seeded:
    """`policy` has the defaults of the product, whose numbers tests may rely on."""

    policy: Policy
    new_id: NewId

    def desk(self, session: Session, person_id: str, now: datetime) -> Desk:
        """What the verbs need when this person acts now."""
        return Desk(load_actor(session, person_id, now), now, self.new_id, self.policy, WORKSPACE_GIB)

    def create(self, session: Session, person_id: str, now: datetime, *, name: str = "My analysis") -> Instance:
        """An instance of this person on the experiment that everybody may use."""
        wish = NewInstance(name, "xfce", "small", (OPEN,), "us")
        return create(session, self.desk(session, person_id, now), wish)


def seed(session: Session, now: datetime, new_id: NewId) -> Seeded:
    """Ada (principal investigator) and Bob are in the team of one experiment; the guest has no facility account."""
    facility_sync.sync(session, facility_state(now), now=now)
    session.add_all(
        Person(
            id=who,
            issuer="https://idp.example.org",
            subject=f"{who}@example.org",
            name=who.title(),
            email=f"{who}@example.org",
            facility_person_id=None if who == GUEST else who,
            created_at=now,
            seen_at=now,
        )
        for who in (ADA, BOB, GUEST)
    )
    image = {"description": "", "icon": "desktop", "good_for": [], "position": 0}
    session.add(Image(id="xfce", name="Analysis desktop", cloud_name="xfce", **image))
    flavour = {"description": "", "vcpus": 1, "memory_mib": 1024, "position": 0}
    session.add(Flavour(id="small", name="Small", cloud_name="small", **flavour))
    session.flush()
    return Seeded(Policy(), new_id)


def many_people(session: Session, count: int, now: datetime) -> list[str]:
    """More users of the facility, in no team: "p000", "p001", …"""
    names = [f"p{number:03d}" for number in range(count)]
    for uid, who in enumerate(names, 20001):
        account = {"name": who, "email": f"{who}@example.org", "login": who, "uid": uid, "gid": uid, "gids": [uid]}
        session.add(TableOfPeople(id=who, roles=[], **account))
        identity = {"issuer": "https://idp.example.org", "subject": who, "email": "", "created_at": now, "seen_at": now}
        session.add(Person(id=who, name=who, facility_person_id=who, **identity))
    session.flush()
    return names


def offer_elsewhere(session: Session) -> None:
    """The same image and flavour in the other cloud too, as "xfce-other" and "small-other"."""
    image = {"description": "", "icon": "desktop", "good_for": [], "position": 1, "cloud": OTHER_CLOUD}
    session.add(Image(id="xfce-other", name="Analysis desktop elsewhere", cloud_name="xfce", **image))
    flavour = {"description": "", "vcpus": 1, "memory_mib": 1024, "position": 1, "cloud": OTHER_CLOUD}
    session.add(Flavour(id="small-other", name="Small elsewhere", cloud_name="small", **flavour))
    session.flush()


def facility_state(now: datetime) -> FacilityState:
    """The same every time for the same day."""
    today = now.date()
    people = tuple(
        FacilityPerson(who, who.title(), f"{who}@example.org", None, who, uid, uid, (uid,), ())
        for who, uid in ((ADA, 10001), (BOB, 10002))
    )
    experiments = (
        _experiment(TEAM, "A team's own", today, team=(ADA, BOB), public_in_days=1000),
        _experiment(OPEN, "Open to everybody", today, team=(BOB,), public_in_days=-1),
        _experiment(PROPRIETARY, "Never open", today, team=(BOB,), public_in_days=-1, proprietary=True),
    )
    return FacilityState(people, (Instrument("d1", "D1", "Powder diffractometer", (BOB,)),), experiments)


def _experiment(
    name: str, title: str, today: date, *, team: tuple[str, ...], public_in_days: int, proprietary: bool = False
) -> Experiment:
    return Experiment(
        id=name,
        proposal=name.upper(),
        title=title,
        instrument_id="d1",
        starts_on=today - timedelta(days=20),
        ends_on=today - timedelta(days=17),
        pi_id=team[0],
        team_ids=team,
        public_at=today + timedelta(days=public_in_days),
        proprietary=proprietary,
        raw_path=f"/facility/{name}/raw",
        processed_path=f"/facility/{name}/processed",
    )


def sign_in(session: Session, person_id: str, now: datetime) -> LoginSession:
    """A browser in which this person is signed in; its cookie's hash is the person's id."""
    login = LoginSession(
        id=f"login-{person_id}",
        token_hash=person_id,
        person_id=person_id,
        id_token="",
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(hours=12),
    )
    session.add(login)
    return login
