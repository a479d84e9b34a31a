"""Reclaim in seconds, with the real processes: two schedulers, a mail server, real files on the local cloud.

A desktop is warned of and taken back, its files go through recycle bin and archive, and are read in the restored one;
while mail is down nothing is taken; left alone in the end, everything goes, after its warnings.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import or_, select, update

from tests.e2e.household import Household, household
from tests.e2e.visitor import Visitor
from tests.mail.mailserver import MailServer, serving
from visa.services.wake import Subject, wake
from visa.settings import Policy
from visa.store.tables import Event, Instance, JobReport, Notice, Reclaim
from visa.testing.sample.people import SAMPLE_PEOPLE

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

PERSON = next(iter(SAMPLE_PEOPLE.values()))
PATIENCE_S = 120
EVER = datetime.min.replace(tzinfo=UTC)
LIFE_S, FIRST_S, LAST_S, KEPT_LAST_S = 8, 4, 2, 2
TAKEN = {  # by which event each kind of warning came true
    "lifetime_warning": "instance.reclaimed",
    "bin_warning": "workspace.archive_wanted",
    "archive_warning": "workspace.purge_wanted",
}


def days(seconds: float) -> float:
    return seconds / 86400


POLICY = Policy.model_validate(
    {
        standing: {
            "lifetime_d": days(LIFE_S),
            "extension_d": days(LIFE_S),
            "max_lifetime_d": days(600),
            "idle_d": None,
            "instances": 5,
        }
        for standing in ("user", "staff")
    }
    | {
        "warnings": {
            "lifetime_d": [days(FIRST_S), days(LAST_S)],
            "bin_d": [days(KEPT_LAST_S)],
            "archive_d": [days(KEPT_LAST_S)],
        },
        "bin_d": days(6),
        "archive_d": days(10),
        "windows": {"beamtime": False},  # experiments of the sample facility run
    }
)


@dataclass
class Post:
    """A mail server that can be shut down, and started again on its port."""

    server: MailServer = field(default_factory=MailServer)
    _running: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        self._running.enter_context(serving(self.server))

    def shut_down(self) -> None:
        """Who connects is refused."""
        self._running.close()


@pytest.fixture
def post() -> Iterator[Post]:
    made = Post()
    made.start()
    yield made
    made.shut_down()


@pytest.fixture
def house(post: Post) -> Iterator[Household]:
    folder = Path(tempfile.mkdtemp(prefix="visa-reclaim-"))
    smtp = {"ADAPTER": "smtp", "HOST": "127.0.0.1", "PORT": str(post.server.port), "TLS": "none", "SEND_S": "0.5"}
    env = {f"VISA_MAIL__{name}": value for name, value in smtp.items()} | {"VISA_RECLAIM__LOOK_S": "0.5"}
    with household(folder, env) as running:
        running.start("scheduler", again="-2")
        running.go_by(POLICY)
        yield running
    shutil.rmtree(folder)


def test_what_is_taken_back_is_warned_of_kept_and_restored(house: Household, post: Post):
    person = Visitor(house.address, PERSON.claims["sub"])
    person.sign_in()
    cloud = house.runtime.open_cloud("main")
    experiment = person.get("/experiments?scope=mine")["items"][0]["id"]
    wish = {"name": "Fit", "image_id": "terminal", "flavour_id": "small", "keyboard": "us"}
    made = person.post("/instances", wish | {"experiment_ids": [experiment]})
    first, workspace = made["id"], made["workspace"]["id"]
    person.until(lambda: person.get(f"/instances/{first}")["phase"] == "running" or None, "it runs")
    (home(house, workspace) / "measured.txt").write_text("what was measured")

    until_gone(person, first)
    assert warned_in_full(house, post, first, "lifetime_warning") == [FIRST_S, LAST_S]
    survey = cloud.survey()
    assert (survey.servers, [one.mark.id for one in survey.snapshots]) == ((), [f"{workspace}.1"])
    shown(person, workspace, "archived")
    assert warned_in_full(house, post, workspace, "bin_warning") == [KEPT_LAST_S]
    survey = cloud.survey()
    assert (survey.volumes, survey.snapshots, len(survey.backups)) == ((), (), 1)

    post.shut_down()
    second = person.post(f"/workspaces/{workspace}/restore")["id"]
    person.until(lambda: person.get(f"/instances/{second}")["phase"] == "running" or None, "it runs again")
    assert (home(house, workspace) / "measured.txt").read_text() == "what was measured"
    late = expires_at(house, second) + timedelta(seconds=LIFE_S)
    person.until(lambda: house.runtime.clock.now() > late or None, "its time was over long ago")
    looked_at_again(house, person, second)
    assert person.get(f"/instances/{second}")["phase"] == "running", "taken although nobody could be told"
    assert all(one.attempts and not one.sent_at for one in warnings(house, second, "lifetime_warning"))

    post.start()
    with house.runtime.sessions.write() as session:  # the pauses between tries are of minutes
        session.execute(update(Notice).where(Notice.state == "pending").values(next_try_at=house.runtime.clock.now()))
    until_gone(person, second)
    assert warned_in_full(house, post, second, "lifetime_warning") == [FIRST_S, LAST_S]
    person.until(lambda: is_purged(person, workspace) or None, "its archive ended", patience_s=PATIENCE_S)
    assert warned_in_full(house, post, workspace, "bin_warning") == [KEPT_LAST_S]
    assert warned_in_full(house, post, workspace, "archive_warning") == [KEPT_LAST_S]
    survey = cloud.survey()
    assert (survey.servers, survey.volumes, survey.snapshots, survey.backups) == ((), (), (), ())
    assert len(schedulers(house)) == 2


def until_gone(person: Visitor, instance_id: str) -> None:
    path = f"/instances/{instance_id}"
    person.until(lambda: person.get(path)["phase"] == "gone" or None, "it was taken back", patience_s=PATIENCE_S)


def looked_at_again(house: Household, person: Visitor, instance_id: str) -> None:
    """A scheduler looks at it from now on: what waits for mail is else looked at every ten minutes."""
    now = house.runtime.clock.now()
    with house.runtime.sessions.write() as session:
        wake(session, Subject.INSTANCE, instance_id, at=now)

    def looked() -> bool | None:
        with house.runtime.sessions.read() as session:
            row = session.get(Reclaim, (Subject.INSTANCE, instance_id))
            assert row is not None, "taken although nobody could be told"
            return (row.looked_at is not None and row.looked_at > now) or None

    person.until(looked, "a scheduler looked at it")


def shown(person: Visitor, workspace_id: str, state: str) -> None:
    def as_wanted() -> bool | None:
        return any(one["id"] == workspace_id and one["state"] == state for one in binned(person)) or None

    person.until(as_wanted, f"the workspace is {state}", patience_s=PATIENCE_S)


def is_purged(person: Visitor, workspace_id: str) -> bool:
    return all(one["id"] != workspace_id for one in binned(person))


def binned(person: Visitor) -> list[dict[str, object]]:
    return list(person.get("/workspaces?state=bin")["items"])


def home(house: Household, workspace_id: str) -> Path:
    """The workspace's files, as they lie on this machine."""
    for mark in house.state.cloud.glob("volumes/*/mark.json"):
        if json.loads(mark.read_text())["mark"]["id"] == workspace_id:
            return mark.parent / "data"
    raise LookupError(f"no volume carries the mark of workspace {workspace_id}")


def expires_at(house: Household, instance_id: str):
    with house.runtime.sessions.read() as session:
        return session.get_one(Instance, instance_id).expires_at


def warned_in_full(house: Household, post: Post, subject_id: str, kind: str) -> list[float]:
    """The warnings before it was last taken, in seconds and in their order: delivered by mail, each so long before."""
    with house.runtime.sessions.read() as session:
        concerned = or_(Event.instance_id == subject_id, Event.workspace_id == subject_id)
        taken = select(Event.at).where(concerned, Event.kind == TAKEN[kind]).order_by(Event.at)
        *before, taken_at = session.scalars(taken)
    sent = [one for one in warnings(house, subject_id, kind) if one.sent_at and one.sent_at > max(before, default=EVER)]
    in_time = [(one.id, one.lead_s, (taken_at - one.sent_at).total_seconds()) for one in sent]
    assert all(passed >= lead for _, lead, passed in in_time), in_time
    arrived = [str(one.message["Message-ID"]) for one in post.server.inbox]
    order = [next(n for n, name in enumerate(arrived) if name.startswith(f"<notice.{one.id}@")) for one in sent]
    assert order == sorted(order)
    return [round(one.lead_s) for one in sent]


def warnings(house: Household, subject_id: str, kind: str) -> list[Notice]:
    """All that were asked for, in the order of their delivery."""
    with house.runtime.sessions.read() as session:
        asked = select(Notice).where(Notice.subject_id == subject_id, Notice.kind == kind)
        return list(session.scalars(asked.order_by(Notice.sent_at, Notice.made_at)))


def schedulers(house: Household) -> set[str]:
    """Who looked at the cloud."""
    with house.runtime.sessions.read() as session:
        return set(session.scalars(select(JobReport.holder).where(JobReport.job == "reconcile")))
