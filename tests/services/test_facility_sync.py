from dataclasses import replace

import pytest
from sqlalchemy import select

from visa.domain.resources import MountMode
from visa.errors import BadFiles
from visa.services import catalogue_file as catalogue
from visa.services import facility_sync
from visa.services.facility_sync import SyncReport
from visa.services.mounting import granted
from visa.store.tables import Experiment, Flavour, Image
from visa.testing.builders import ADA, BOB, TEAM, facility_state


def test_reading_the_same_state_again_changes_nothing(sessions, seeded, clock):
    with sessions.write() as session:
        report = facility_sync.sync(session, facility_state(clock.now()), now=clock.now())
    assert report == SyncReport(added=0, changed=0, vanished=0)


def test_who_leaves_the_team_loses_the_mounts(sessions, seeded, clock):
    def rights(who: str):
        with sessions.read() as session:
            actor = seeded.desk(session, who, clock.now()).actor
            return granted(session, actor, session.get_one(Experiment, TEAM), clock.now()).raw

    assert rights(BOB) is MountMode.READ_ONLY
    state = facility_state(clock.now())
    smaller = tuple(replace(one, team_ids=(ADA,)) if one.id == TEAM else one for one in state.experiments)
    with sessions.write() as session:
        facility_sync.sync(session, replace(state, experiments=smaller), now=clock.now())
    assert rights(BOB) is None
    assert rights(ADA) is MountMode.READ_ONLY


def test_an_experiment_that_vanished_keeps_its_row_and_gives_no_rights(sessions, seeded, clock):
    state = facility_state(clock.now())
    without = replace(state, experiments=tuple(one for one in state.experiments if one.id != TEAM))
    with sessions.write() as session:
        assert facility_sync.sync(session, without, now=clock.now()).vanished == 1
        experiment = session.get_one(Experiment, TEAM)
        assert experiment.gone_at == clock.now()
        assert granted(session, seeded.desk(session, ADA, clock.now()).actor, experiment, clock.now()).raw is None
    with sessions.write() as session:
        facility_sync.sync(session, state, now=clock.now())
        assert session.get_one(Experiment, TEAM).gone_at is None


def test_what_left_the_catalogue_is_retired_and_comes_back(sessions, seeded, clock, tmp_path):
    file = tmp_path / "catalogue.yaml"
    entry = "{id: new, name: New, cloud_name: new}"
    file.write_text(
        f"images: [{entry}]\nflavours: [{{id: small, name: S, cloud_name: s, vcpus: 1, memory_mib: 512}}]\n"
    )
    with sessions.write() as session:
        catalogue.load(session, catalogue.read(file), now=clock.now())
        assert {image.id: image.retired_at is None for image in session.scalars(select(Image))} == {
            "xfce": False,
            "new": True,
        }
        assert session.get_one(Flavour, "small").memory_mib == 512


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("images: [", "catalogue.yaml:1"),
        ("images: []\nflavours: []", "images"),
        ("images: [{id: A b, name: x, cloud_name: x}]\nflavours: []", "images.0.id"),
        ("images: [{id: a, name: x, cloud_name: x, colour: red}]\nflavours: []", "images.0.colour"),
    ],
)
def test_a_bad_catalogue_says_where(tmp_path, text, told):
    file = tmp_path / "catalogue.yaml"
    file.write_text(text)
    with pytest.raises(BadFiles, match=told):
        catalogue.read(file)
