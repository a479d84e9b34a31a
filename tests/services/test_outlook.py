"""What will come is said stage by stage, by the same code that acts."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from tests.services.reclaim_place import ADMIN, DAY, Place
from visa.domain.instance import Kept, Wanted, WorkspacePhase
from visa.domain.lived import Pace
from visa.domain.reclaim import Why
from visa.errors import NotFound
from visa.services.actors import load_actor
from visa.services.reclaim import holds, outlook
from visa.services.reclaim.look import Looking
from visa.services.reclaim.outlook import What
from visa.services.wake import Subject
from visa.store.tables import Instance, RoleGrant, WorkspaceStatus
from visa.testing.builders import ADA, BOB


@pytest.fixture
def place(sessions, seeded, clock, new_id) -> Place:
    pace = Pace(step=DAY, settle=DAY / 2)
    return Place(sessions, seeded, clock, Looking(sessions, clock, new_id, {"main": True}, pace)).begin()


def foreseen(place: Place, *, who: str = ADA, workspace: bool = False, archives: bool = True):
    now = place.clock.now()
    with place.sessions.read() as session:
        actor = load_actor(session, who, now)
        if workspace:
            return outlook.of_workspace(session, actor, place.workspace_id, archives={"main": archives}, now=now)
        return outlook.of_instance(session, actor, place.id, archives={"main": archives}, now=now)


def stages(found):
    return [(one.what, one.at, one.follows) for one in found.stages]


def test_from_the_first_warning_to_the_end_of_the_archive(place):
    ends = place.instance().expires_at
    found = foreseen(place)
    assert (found.why, found.off) == (Why.LIFETIME, None)
    assert stages(found) == [
        (What.WARNING, ends - 3 * DAY, False),
        (What.WARNING, ends - DAY, False),
        (What.TAKEN, ends, False),
        (What.ARCHIVED, ends + 90 * DAY, True),
        (What.DELETED, ends + (90 + 365) * DAY, True),
    ]
    assert stages(foreseen(place, archives=False))[3:] == [(What.DELETED, ends + 90 * DAY, True)]
    place.load(archive=False)
    assert stages(foreseen(place))[3:] == [(What.DELETED, ends + 90 * DAY, True)]


def test_what_was_announced_is_what_comes(place):
    place.live(12)
    first, second, *_ = foreseen(place).stages
    assert (first.delivered, second.delivered) == (True, False)
    place.live(3)
    assert place.instance().wanted == Wanted.GONE
    assert foreseen(place) == outlook.Outlook(), "it is on its way out"


def test_a_workspace_from_the_bin_through_the_archive(place):
    place.live(14)
    place.look()
    place.gone()
    kept_until = place.workspace().kept_until
    binned = foreseen(place, workspace=True)
    assert (binned.why, stages(binned)[-2:]) == (
        Why.BIN,
        [(What.ARCHIVED, kept_until, False), (What.DELETED, kept_until + 365 * DAY, True)],
    )
    place.live(92, step=DAY)
    assert place.workspace().wanted == Kept.ARCHIVED
    with place.sessions.write() as session:
        session.execute(update(WorkspaceStatus).values(phase=WorkspacePhase.ARCHIVED))
    place.live(1)
    archived = foreseen(place, workspace=True)
    assert (archived.why, archived.stages[-1]) == (
        Why.ARCHIVE,
        replace(archived.stages[-1], what=What.DELETED, at=place.workspace().archived_until, follows=False),
    )


def test_what_is_held_has_no_stages_and_says_why(place):
    with place.sessions.write() as session:
        told = {"reason": "A paper.", "ends_at": None, "by": ADMIN, "now": place.clock.now()}
        holds.place(session, Subject.INSTANCE, place.id, new_id=place.seeded.new_id, **told)
    found = foreseen(place)
    assert (found.why, found.off, found.says, found.stages) == (None, "hold", "Kept by Admin: A paper.", ())


def test_support_sees_it_and_nobody_else(place):
    with pytest.raises(NotFound):
        foreseen(place, who=BOB)
    with pytest.raises(NotFound):
        foreseen(place, who=BOB, workspace=True)
    with place.sessions.write() as session:
        given = {"id": "grant", "person_id": BOB, "role": "it_support", "source": "admin", "granted_by": "test"}
        session.add(RoleGrant(**given, granted_at=place.clock.now()))
    assert foreseen(place, who=BOB) == foreseen(place)
    assert foreseen(place, who=BOB, workspace=True) == foreseen(place, workspace=True)


def test_what_waits_for_room_has_no_end(place):
    with place.sessions.write() as session:
        session.execute(update(Instance).values(waiting_since=place.clock.now()))
    assert foreseen(place) == outlook.Outlook()
