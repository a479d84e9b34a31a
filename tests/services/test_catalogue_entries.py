"""What admins do with entries, what the cloud was seen to have, and what of it people may start."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from visa.domain.resources import CloudImage, Offers
from visa.errors import Conflict, Invalid, NotFound
from visa.services import catalogue, catalogue_file, cloud_offers, instances, offers
from visa.services.catalogue_file import Catalogue
from visa.store.tables import Event, Flavour, Image, RoleGrant
from visa.testing.builders import ADA, BOB, GUEST

NEW = {"id": "new", "name": "New", "description": "", "icon": "desktop", "good_for": [], "cloud_name": "new"}
FILE = Catalogue.model_validate(
    {
        "images": [{"id": "xfce", "name": "From the file", "cloud_name": "xfce"}],
        "flavours": [{"id": "small", "name": "Small", "cloud_name": "small", "vcpus": 1, "memory_mib": 1024}],
    }
)
XFCE = Offers((CloudImage("ref-1", "xfce", ready=True),), ())
OTHER = Offers((CloudImage("ref-2", "other", ready=True),), ())


@pytest.fixture
def session(sessions, seeded, clock):
    with sessions.write() as session:
        given = {"person_id": ADA, "role": "admin", "source": "admin", "granted_by": "test"}
        session.add(RoleGrant(id="grant", **given, granted_at=clock.now()))
        session.flush()
        yield session


@pytest.fixture
def desk(session, seeded, clock):
    return seeded.desk(session, ADA, clock.now())


def placed(entries):
    return [one.model_copy(update={"cloud": "main"}) for one in entries]


def load(session, clock):
    content = Catalogue(images=placed(FILE.images), flavours=placed(FILE.flavours))
    catalogue_file.load(session, content, now=clock.now())


def listed(session, seeded, clock, who):
    actor = seeded.desk(session, who, clock.now()).actor
    return {one.image.id: one.available for one in offers.list_images(session, actor, after=None, limit=10)}


def test_who_is_no_admin_is_told_that_there_is_nothing(session, seeded, clock):
    bob = seeded.desk(session, BOB, clock.now())
    for act in (
        lambda: catalogue.create(session, bob, Image, NEW),
        lambda: catalogue.edit(session, bob, Image, "xfce", {"name": "Mine"}),
        lambda: catalogue.retire(session, bob, Flavour, "small"),
        lambda: catalogue.bring_back(session, bob, Flavour, "small"),
    ):
        with pytest.raises(NotFound):
            act()


def test_every_change_bumps_the_revision_and_tells_who_did_what(session, desk):
    catalogue.create(session, desk, Image, NEW)
    catalogue.edit(session, desk, Image, "new", {"name": "Newer", "cloud_name": "new"})
    catalogue.retire(session, desk, Image, "new")
    entry = catalogue.bring_back(session, desk, Image, "new")
    assert (entry.revision, entry.position, entry.retired_at) == (4, 1, None)
    told = session.execute(select(Event.kind, Event.actor_id, Event.message)).all()
    assert [one.kind for one in told] == ["image.created", "image.edited", "image.retired", "image.brought_back"]
    assert {one.actor_id for one in told} == {ADA}
    assert "name: New → Newer" in told[1].message


def test_a_change_that_changes_nothing_leaves_no_trace(session, desk):
    entry = catalogue.edit(session, desk, Image, "xfce", {"name": "Analysis desktop"})
    catalogue.bring_back(session, desk, Image, "xfce")
    assert (entry.revision, entry.origin) == (1, "file")
    assert session.scalar(select(Event)) is None


def test_an_id_is_given_once_and_a_cloud_has_to_be_there(session, desk):
    with pytest.raises(Conflict):
        catalogue.create(session, desk, Image, NEW | {"id": "xfce"})
    with pytest.raises(Invalid):
        catalogue.create(session, desk, Image, NEW | {"cloud": "nowhere"})


def test_the_file_moves_its_own_entries_and_none_that_an_admin_touched(session, desk, clock):
    load(session, clock)
    assert session.get_one(Image, "xfce").name == "From the file"
    catalogue.edit(session, desk, Image, "xfce", {"name": "By hand"})
    catalogue.create(session, desk, Image, NEW)
    session.flush()
    load(session, clock)
    assert session.get_one(Image, "xfce").name == "By hand"
    assert session.get_one(Image, "new").retired_at is None


def test_an_entry_for_others_is_neither_listed_nor_started(session, seeded, desk, clock):
    catalogue.edit(session, desk, Image, "xfce", {"audience": ["instrument:d1"]})
    session.flush()
    assert listed(session, seeded, clock, BOB).keys() == {"xfce"}
    assert listed(session, seeded, clock, GUEST) == {}
    assert seeded.create(session, BOB, clock.now())
    with pytest.raises(Invalid) as refused:
        seeded.create(session, GUEST, clock.now())
    assert refused.value.code == "not_offered"


def test_what_vanished_from_the_cloud_is_shown_with_since_when_and_not_started(session, seeded, desk, clock):
    assert listed(session, seeded, clock, BOB)["xfce"].allowed  # never looked: not known to be away
    cloud_offers.record(session, "main", XFCE, now=clock.now())
    gone_at = clock.now() + timedelta(hours=1)
    cloud_offers.record(session, "main", OTHER, now=gone_at)
    session.flush()
    view = catalogue.get(session, desk.actor, Image, "xfce")
    assert (view.in_cloud.state, view.in_cloud.since, view.in_cloud.ref) == ("vanished", gone_at, "ref-1")
    assert listed(session, seeded, clock, BOB)["xfce"].reason
    with pytest.raises(Invalid) as refused:
        seeded.create(session, BOB, clock.now())
    assert refused.value.code == "vanished"
    cloud_offers.record(session, "main", XFCE, now=gone_at)
    assert listed(session, seeded, clock, BOB)["xfce"].allowed


def test_an_empty_list_and_another_cloud_say_nothing(session, desk, clock):
    cloud_offers.record(session, "main", XFCE, now=clock.now())
    cloud_offers.record(session, "main", Offers((), ()), now=clock.now())
    cloud_offers.record(session, "other", OTHER, now=clock.now())
    assert catalogue.get(session, desk.actor, Image, "xfce").in_cloud.state == "here"
    assert catalogue.get(session, desk.actor, Flavour, "small").in_cloud.state == "unknown"


def test_lifetimes_of_an_entry_count_at_create_and_at_extension(session, seeded, desk, clock):
    numbers = {"lifetime_d": 2, "extension_d": 3, "max_lifetime_d": 4}
    catalogue.edit(session, desk, Image, "xfce", {"lifetimes": {"user": numbers}})
    catalogue.edit(session, desk, Flavour, "small", {"lifetimes": {"staff": numbers}})
    made = seeded.create(session, BOB, clock.now())
    assert made.expires_at == clock.now() + timedelta(days=2)
    session.flush()
    clock.advance(days=1)
    instances.extend(session, seeded.desk(session, BOB, clock.now()), made.id)
    assert made.expires_at == made.created_at + timedelta(days=4)


def test_retired_entries_say_how_many_still_use_them(session, seeded, desk, clock):
    seeded.create(session, BOB, clock.now())
    catalogue.retire(session, desk, Image, "xfce")
    session.flush()
    seen = {"after": None, "limit": 10}
    assert catalogue.list_all(session, desk.actor, Image, include_retired=False, **seen) == []
    (view,) = catalogue.list_all(session, desk.actor, Image, include_retired=True, **seen)
    assert view.in_use == 1
