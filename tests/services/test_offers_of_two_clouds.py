"""What people may combine when there are two clouds, and what the catalogue and the settings may say of them."""

from pathlib import Path

import pytest

from visa.bootstrap import open_cloud, require_known_clouds
from visa.errors import BadFiles, Invalid, Misconfigured
from visa.services import catalogue_file as catalogue
from visa.services import instances, offers
from visa.services.create_instance import NewInstance, create
from visa.services.restore import Changes, restore
from visa.settings import Settings, load
from visa.store.tables import Flavour, Image, Instance, InstanceStatus, JobReport, Workspace
from visa.testing.builders import ADA, OPEN, OTHER_CLOUD, offer_elsewhere

CLOUDS = ("main", OTHER_CLOUD)
FLAVOUR = "flavours: [{id: s, name: Small, vcpus: 1, memory_mib: 512, cloud_name: s}]\n"


@pytest.fixture
def both(sessions, seeded) -> None:
    with sessions.write() as session:
        offer_elsewhere(session)


def wish(image: str, flavour: str, workspace_id: str | None = None) -> NewInstance:
    return NewInstance("Fit", image, flavour, (OPEN,), "us", workspace_id)


def binned(sessions, seeded, clock, image: str, flavour: str) -> str:
    """A workspace in the recycle bin whose instance is gone."""
    with sessions.write() as session:
        desk = seeded.desk(session, ADA, clock.now())
        made = create(session, desk, wish(image, flavour))
        instances.delete(session, desk, made.id)
        session.get_one(InstanceStatus, made.id).phase = "gone"
        return made.workspace_id


def file_of(folder: Path, image: str) -> Path:
    file = folder / "catalogue.yaml"
    file.write_text(f"images: [{{id: xfce, name: Desktop, cloud_name: x{image}}}]\n{FLAVOUR}")
    return file


def test_a_new_workspace_is_made_in_the_cloud_of_the_image_and_as_large_as_there(both, sessions, seeded, clock):
    with sessions.write() as session:
        made = create(session, seeded.desk(session, ADA, clock.now()), wish("xfce-other", "small-other"))
        workspace = session.get_one(Workspace, made.workspace_id)
    assert (workspace.cloud, workspace.size_gib) == (OTHER_CLOUD, 30)


@pytest.mark.parametrize(("image", "flavour"), [("xfce", "small-other"), ("xfce-other", "small")])
def test_image_and_flavour_of_two_clouds_are_refused_in_plain_words(both, sessions, seeded, clock, image, flavour):
    with sessions.write() as session, pytest.raises(Invalid) as refused:
        create(session, seeded.desk(session, ADA, clock.now()), wish(image, flavour))
    assert (refused.value.code, refused.value.field) == ("other_cloud", "flavour_id")
    assert "does not run where" in refused.value.public
    assert "cloud" not in refused.value.public


def test_a_workspace_is_not_taken_to_another_cloud_and_stays_in_the_bin(both, sessions, seeded, clock):
    workspace_id = binned(sessions, seeded, clock, "xfce-other", "small-other")
    with sessions.write() as session:
        desk = seeded.desk(session, ADA, clock.now())
        for attempt in (
            lambda: create(session, desk, wish("xfce", "small", workspace_id)),
            lambda: restore(session, desk, workspace_id, Changes(image_id="xfce", flavour_id="small")),
        ):
            with pytest.raises(Invalid) as refused:
                attempt()
            assert (refused.value.code, refused.value.field) == ("other_cloud", "image_id")
            assert session.get_one(Workspace, workspace_id).binned_at is not None


def test_a_restored_workspace_stays_in_its_cloud(both, sessions, seeded, clock):
    workspace_id = binned(sessions, seeded, clock, "xfce-other", "small-other")
    with sessions.write() as session:
        again = restore(session, seeded.desk(session, ADA, clock.now()), workspace_id, Changes())
        assert session.get_one(Instance, again.id).image_id == "xfce-other"
        assert session.get_one(Workspace, workspace_id).cloud == OTHER_CLOUD


def test_what_is_in_a_cloud_that_the_settings_lack_cannot_be_started(sessions, seeded, clock):
    with sessions.write() as session:
        session.get_one(Image, "xfce").cloud = "given-up"
        with pytest.raises(Invalid) as refused:
            create(session, seeded.desk(session, ADA, clock.now()), wish("xfce", "small"))
    assert refused.value.code == "not_offered"


def test_a_flavour_says_what_its_own_cloud_enforces(both, sessions, seeded, clock):
    with sessions.write() as session:
        for cloud, memory in (("main", True), (OTHER_CLOUD, False)):
            said = {"memory": memory, "cpu": True, "note": ""}
            times = {"started_at": clock.now(), "finished_at": clock.now()}
            session.add(JobReport(job=offers.CLOUD_JOB, cloud=cloud, holder="h", ok=True, report=said, **times))
        desk = seeded.desk(session, ADA, clock.now())
        listed = offers.list_flavours(session, desk, after=None, limit=10)
    assert {offer.flavour.id: offer.enforcement.memory for offer in listed} == {"small": True, "small-other": False}


def test_an_entry_of_the_catalogue_without_a_cloud_is_in_the_first(tmp_path):
    assert catalogue.read(file_of(tmp_path, ""), ("ill", "ess")).images[0].cloud == "ill"
    assert catalogue.read(file_of(tmp_path, ", cloud: ess"), ("ill", "ess")).images[0].cloud == "ess"


def test_an_entry_in_a_cloud_that_there_is_not_is_named(tmp_path):
    with pytest.raises(BadFiles, match=r"images: xfce: there is no cloud 'nowhere', only main, other"):
        catalogue.read(file_of(tmp_path, ", cloud: nowhere"), CLOUDS)


def test_an_entry_does_not_move_to_another_cloud(sessions, seeded, clock, tmp_path):
    """What was made from it is in its cloud, and may have to be made anew there."""
    content = catalogue.read(file_of(tmp_path, f", cloud: {OTHER_CLOUD}"), CLOUDS)
    with sessions.write() as session, pytest.raises(BadFiles, match="it is in the cloud 'main'"):
        catalogue.load(session, content, now=clock.now())


def settings_with(*more: dict[str, object]) -> Settings:
    return load(more_clouds=more)


def test_two_clouds_need_two_names_and_two_places(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Misconfigured, match="two clouds have the name 'main'"):
        settings_with({"root": "elsewhere"})
    with pytest.raises(Misconfigured, match="'main' and 'other' are one and the same cloud"):
        settings_with({"name": "other"})
    with pytest.raises(Misconfigured, match=r"more_clouds\.0\.name"):
        settings_with({"name": "Not a name", "root": "elsewhere"})
    assert [cloud.name for cloud in settings_with({"name": "other", "deployment": "visa-2"}).clouds] == list(CLOUDS)


def test_a_cloud_that_there_is_not_cannot_be_opened(monkeypatch, tmp_path, clock):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Misconfigured, match="there is no cloud 'nowhere' in the settings, only main, other"):
        open_cloud(settings_with({"name": "other", "root": "there"}), "nowhere", clock)


class TheRuntime:
    """As much of a runtime as the check asks for."""

    def __init__(self, settings: Settings, sessions) -> None:
        self.settings, self.sessions = settings, sessions


def test_a_scheduler_does_not_start_when_something_is_in_a_cloud_that_the_settings_lack(
    both, sessions, seeded, clock, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    other = {"name": OTHER_CLOUD, "deployment": "visa-2"}
    require_known_clouds(TheRuntime(settings_with(other), sessions))
    with pytest.raises(Misconfigured, match="images and flavours in 'other'"):
        require_known_clouds(TheRuntime(load(), sessions))
    binned(sessions, seeded, clock, "xfce-other", "small-other")
    with sessions.write() as session:
        for entry in (session.get_one(Image, "xfce-other"), session.get_one(Flavour, "small-other")):
            entry.retired_at = clock.now()
    with pytest.raises(Misconfigured, match="workspaces in 'other'"):
        require_known_clouds(TheRuntime(load(), sessions))
