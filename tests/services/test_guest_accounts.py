"""Unix ids of people without a facility account: one each, and nobody else's."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from visa.services.actors import account
from visa.store.tables import FacilityPerson, Person
from visa.testing.builders import GUEST


def test_guests_whose_first_instances_are_made_at_the_same_moment_get_ids_of_their_own(sessions, seeded, clock):
    guests = [f"guest-{number}" for number in range(6)]
    with sessions.write() as session:
        known = {"issuer": "https://idp.example.org", "email": "", "created_at": clock.now(), "seen_at": clock.now()}
        session.add_all(Person(id=name, subject=name, name=name, **known) for name in guests)
    together = Barrier(len(guests))

    def make(name: str) -> int:
        together.wait()
        with sessions.write() as session:
            seeded.create(session, name, clock.now())
            return account(session, name).uid

    with ThreadPoolExecutor(len(guests)) as pool:
        assert sorted(pool.map(make, guests)) == list(range(200000, 200006))


def test_a_guest_never_gets_an_id_that_the_facility_gave_to_somebody(sessions, seeded, clock):
    with sessions.write() as session:
        session.get_one(FacilityPerson, "ada").uid = 200000
        session.get_one(FacilityPerson, "bob").gid = 200001
        session.flush()
        seeded.create(session, GUEST, clock.now())
        assert account(session, GUEST).uid == 200002
