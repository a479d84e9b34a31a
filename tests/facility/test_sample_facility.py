"""The sample facility as the platform reads it: people, experiments, and folders that agree with both."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from visa.adapters.facility.file import FileFacility
from visa.domain.facility import FacilityState
from visa.domain.mounts import is_open
from visa.services.facility_sync import SyncReport, sync
from visa.testing.sample.people import ACCOUNTS, SAMPLE_PEOPLE, choices_json, user_claims


@pytest.fixture
def state(sample: Path) -> FacilityState:
    return FileFacility(sample).read()


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def test_it_has_three_instruments_and_six_experiments(state):
    assert [one.id for one in state.instruments] == ["kestrel", "heron", "osprey"]
    assert len(state.experiments) == 6
    assert {one.instrument_id for one in state.experiments} == {"kestrel", "heron", "osprey"}


def test_one_experiment_is_open_one_proprietary_and_one_going_on(state, today):
    def chosen(condition) -> list[str]:
        return [one.id for one in state.experiments if condition(one)]

    assert chosen(lambda one: is_open(public_at=one.public_at, proprietary=one.proprietary, today=today)) == ["sc4102"]
    assert chosen(lambda one: one.proprietary) == ["in0893"]
    assert chosen(lambda one: one.starts_on <= today <= one.ends_on) == ["ma6120"]


def test_eight_people_can_sign_in_and_the_guest_alone_has_no_account(state):
    assert len(SAMPLE_PEOPLE) == 8
    assert [login for login, one in SAMPLE_PEOPLE.items() if one.account is None] == ["albuquerque"]
    assert state.people == ACCOUNTS
    roles = {role for one in state.people for role in one.roles}
    assert roles == {"staff", "instrument_scientist", "it_support", "admin"}


def test_two_teams_have_a_principal_each_and_one_experiment_a_collaborator(state):
    assert {one.pi_id for one in state.experiments} == {"p1001", "p1003"}
    assert all(one.pi_id in one.team_ids and len(one.team_ids) > 1 for one in state.experiments)
    teams = {one.id: one.team_ids for one in state.experiments}
    assert teams["sc5877"] == ("p1003", "p1004", "p1002")


def test_every_member_is_in_the_group_that_may_read_the_experiment(state):
    groups = {one.id: set(one.gids) for one in state.people}
    for number, one in enumerate(state.experiments):
        assert all(31001 + number in groups[who] for who in one.team_ids), one.id


def test_names_and_titles_are_a_trial_for_pages(state):
    names = "".join(one.name for one in state.people)
    assert "ß" in names
    assert "山" in names
    assert max(len(one.title) for one in state.experiments) > 200


def test_claims_link_to_accounts_by_orcid_or_propose_by_mail():
    for one in SAMPLE_PEOPLE.values():
        assert {"sub", "name", "given_name", "family_name", "preferred_username", "email"} <= set(one.claims)
        if one.account:
            assert one.claims.get("orcid") == one.account.orcid
            assert one.claims["email"] == one.account.email
            assert one.claims["preferred_username"] == one.account.login


def test_the_development_provider_is_fed_with_everybody_and_a_line_about_each():
    entries = json.loads(choices_json())
    assert [one["claims"] for one in entries] == [dict(one.claims) for one in SAMPLE_PEOPLE.values()]
    assert all(one["note"] for one in entries)
    assert [json.loads(text)["sub"] for text in user_claims()] == [one.claims["sub"] for one in SAMPLE_PEOPLE.values()]


def test_every_experiment_has_its_folders_with_data_and_a_readme(state):
    for one in state.experiments:
        assert one.raw_path.endswith("/RAW_DATA")
        assert list(Path(one.raw_path).glob("*.nxs")), one.id
        assert list(Path(one.processed_path).glob("*.nxs")), one.id
        assert one.proposal in (Path(one.raw_path) / "README.txt").read_text()


def test_paths_are_laid_out_as_facilities_do(state, sample):
    first = state.experiments[0]
    assert first.raw_path == f"{sample}/data/visitor/ma6120/kestrel/20261122/RAW_DATA"


def test_all_of_it_is_about_20_megabytes(sample):
    assert 15e6 < sum(path.stat().st_size for path in files(sample)) < 25e6


def test_readmes_fit_a_terminal_and_say_who_may_read(state):
    texts = {one.id: (Path(one.raw_path) / "README.txt").read_text() for one in state.experiments}
    assert all(len(line) <= 78 for text in texts.values() for line in text.splitlines())
    assert "Public since 2025-10-17" in texts["sc4102"]
    assert "never public" in texts["in0893"]
    assert "public from 2029-11-25 on" in texts["ma6120"]


def test_the_database_takes_it_and_a_second_reading_changes_nothing(state, sessions):
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    with sessions.write() as session:
        assert sync(session, state, now=now).added == 7 + 3 + 6
    with sessions.write() as session:
        assert sync(session, state, now=now) == SyncReport(added=0, changed=0, vanished=0)
