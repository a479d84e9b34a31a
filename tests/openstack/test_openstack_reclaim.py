"""Reclaim by the policy, in seconds, on real Nova and Cinder: copied, archived, restored, and what it held is there."""

from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.openstack.ground import held, put
from tests.openstack.scene import Scene
from visa.bootstrap import SystemClock, random_id
from visa.domain.instance import Phase, WorkspacePhase
from visa.domain.letters import House
from visa.domain.mail import Mail
from visa.services import policies
from visa.services.reclaim.look import Looking, look
from visa.services.reclaim.sender import Sending, send_due
from visa.settings import Policy
from visa.store.tables import Instance, WorkspaceStatus

LIFE_S, LEAD_S, BIN_S, ARCHIVE_S = 15, 3, 5, 15


def days(seconds: float) -> float:
    return seconds / 86400


@dataclass
class Post:
    """Takes every letter."""

    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        self.sent.append(mail)


@dataclass
class Reclaiming:
    """The jobs of reclaim beside the scene's loop."""

    scene: Scene
    looking: Looking
    sending: Sending
    post: Post

    def until(self, holds, what):
        def look_and_ask():
            look(self.looking)
            send_due(self.sending)
            return holds()

        return self.scene.until(look_and_ask, what)


@pytest.fixture
def reclaiming(scene: Scene) -> Reclaiming:
    clock, post = SystemClock(), Post()
    user = {"lifetime_d": days(LIFE_S), "extension_d": 1, "max_lifetime_d": 60, "instances": 2}
    leads = {f"{end}_d": [days(LEAD_S)] for end in ("lifetime", "bin", "archive")}
    said = {"user": user, "warnings": leads, "bin_d": days(BIN_S), "archive_d": days(ARCHIVE_S)}
    with scene.sessions.write() as session:
        policy = Policy.model_validate(said)
        policies.load(session, policy, by="test", note="", now=clock.now())
    house = House("Facility", "VISA", "https://visa.example.org", "help@example.org")
    words = SimpleNamespace(subject="", text="", html="")
    looking = Looking(scene.sessions, clock, random_id, {"main": True})
    sending = Sending(scene.sessions, post, lambda _: words, house, clock, random_id, "sender", "example.org")
    return Reclaiming(scene, looking, sending, post)


def test_what_reclaim_took_comes_back_from_the_archive_with_its_files(scene: Scene, reclaiming: Reclaiming):
    first = scene.create()
    scene.until_phase(first, Phase.RUNNING)
    workspace_id = scene.workspace_of(first)
    (volume,) = scene.ground.volumes(scene.deployment)
    put(volume["id"], "what was measured")
    ends_in(scene, first, LIFE_S)

    reclaiming.until(lambda: scene.status(first).phase == Phase.GONE, "taken back")
    assert scene.ground.servers(scene.deployment) == []
    assert len(reclaiming.post.sent) >= 1

    reclaiming.until(lambda: phase(scene, workspace_id) == WorkspacePhase.ARCHIVED, "archived")
    assert scene.ground.volumes(scene.deployment) == []
    (backup,) = scene.ground.backups(scene.deployment)
    assert (backup["status"], backup["snapshot_id"]) == ("available", None)

    second = scene.create(workspace_id=workspace_id)
    scene.until_phase(second, Phase.RUNNING)
    scene.assert_one_of_each(second)
    (restored,) = scene.ground.volumes(scene.deployment)
    assert restored["id"] != volume["id"]
    assert held(restored["id"]) == "what was measured"

    ends_in(scene, second, LEAD_S)
    reclaiming.until(lambda: phase(scene, workspace_id) == WorkspacePhase.GONE, "deleted for ever at its end")
    assert scene.ground.servers(scene.deployment) == []
    assert scene.ground.volumes(scene.deployment) == []
    assert scene.ground.backups(scene.deployment) == []


def ends_in(scene: Scene, instance_id: str, seconds: float) -> None:
    """Its time, which began when it was asked for, counts from now: making it takes as long as it takes."""
    with scene.sessions.write() as session:
        session.get_one(Instance, instance_id).expires_at = SystemClock().now() + timedelta(seconds=seconds)


def phase(scene: Scene, workspace_id: str) -> str:
    with scene.sessions.read() as session:
        return session.get_one(WorkspaceStatus, workspace_id).phase
