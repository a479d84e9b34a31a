"""What people may do with instances and workspaces, and that nothing else happens when they may not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from visa.domain.instance import Phase, Wanted
from visa.errors import Conflict, Forbidden, Invalid, NotFound
from visa.services import instance_views, instances, workspaces
from visa.services.create_instance import NewInstance, Repeat, create
from visa.store.tables import Event, Instance, InstanceStatus, Person, Workspace
from visa.testing.builders import ADA, BOB, GUEST, OPEN, PROPRIETARY, TEAM


def wish(*experiments: str, workspace_id: str | None = None) -> NewInstance:
    return NewInstance("Fit", "xfce", "small", experiments or (TEAM,), "us", workspace_id)


@pytest.fixture
def running(sessions, seeded, clock) -> str:
    """A running instance of Ada's."""
    with sessions.write() as session:
        instance_id = seeded.create(session, ADA, clock.now()).id
        set_phase(session, instance_id, Phase.RUNNING)
    return instance_id


def set_phase(session, instance_id: str, phase: Phase) -> None:
    session.get_one(InstanceStatus, instance_id).phase = phase


def test_creating_writes_intent_facts_workspace_and_event_together(sessions, seeded, clock):
    with sessions.write() as session:
        made = create(session, seeded.desk(session, ADA, clock.now()), wish(TEAM, OPEN))
    with sessions.read() as session:
        assert session.get_one(InstanceStatus, made.id).phase == Phase.NEW
        assert session.get_one(Workspace, made.workspace_id).size_gib == 20
        assert session.scalar(select(Event.kind).where(Event.instance_id == made.id)) == "instance.created"
    assert made.expires_at == clock.now() + timedelta(days=14)


@pytest.mark.parametrize(
    ("who", "experiments", "code"),
    [
        (ADA, (), "needs_experiment"),
        (ADA, (PROPRIETARY,), "unknown_experiment"),
        (ADA, ("nowhere",), "unknown_experiment"),
        (GUEST, (TEAM,), "unknown_experiment"),
    ],
)
def test_experiments_that_are_not_yours_cannot_be_chosen(sessions, seeded, clock, who, experiments, code):
    nothing_else_wrong = NewInstance("Fit", "xfce", "small", experiments, "us")
    with sessions.write() as session, pytest.raises(Invalid) as refused:
        create(session, seeded.desk(session, who, clock.now()), nothing_else_wrong)
    assert (refused.value.code, refused.value.field) == (code, "experiment_ids")


def test_a_guest_may_use_open_data_with_an_own_unix_account(sessions, seeded, clock):
    with sessions.write() as session:
        create(session, seeded.desk(session, GUEST, clock.now()), wish(OPEN))
        assert session.get_one(Person, GUEST).guest_uid == seeded.policy.guest_uid_first


@pytest.mark.parametrize("field", ["image_id", "flavour_id"])
def test_what_is_not_offered_cannot_be_started(sessions, seeded, clock, field):
    values = {"name": "Fit", "image_id": "xfce", "flavour_id": "small", "experiment_ids": (TEAM,), "keyboard": "us"}
    with sessions.write() as session, pytest.raises(Invalid) as refused:
        create(session, seeded.desk(session, ADA, clock.now()), NewInstance(**values | {field: "nothing"}))
    assert refused.value.field == field


def test_the_quota_is_kept_and_says_why(sessions, seeded, clock):
    with sessions.write() as session:
        for _ in range(2):
            create(session, seeded.desk(session, ADA, clock.now()), wish())
    with sessions.write() as session, pytest.raises(Forbidden, match="all 2 desktops"):
        create(session, seeded.desk(session, ADA, clock.now()), wish())


def test_requests_at_the_same_moment_cannot_exceed_the_quota(sessions, seeded, clock):
    def attempt(_: int) -> bool:
        try:
            with sessions.write() as session:
                create(session, seeded.desk(session, ADA, clock.now()), wish())
        except Forbidden:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 2
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Instance)) == 2


def test_repeating_a_request_with_its_key_makes_nothing_twice(sessions, seeded, clock):
    with sessions.write() as session:
        first = create(session, seeded.desk(session, ADA, clock.now()), wish(), repeat=Repeat("k", "h"))
    with sessions.write() as session:
        again = create(session, seeded.desk(session, ADA, clock.now()), wish(), repeat=Repeat("k", "h"))
    assert again.id == first.id
    with sessions.write() as session, pytest.raises(Conflict) as refused:
        create(session, seeded.desk(session, ADA, clock.now()), wish(), repeat=Repeat("k", "other"))
    assert refused.value.code == "key_reused"
    with sessions.write() as session:
        assert create(session, seeded.desk(session, BOB, clock.now()), wish(), repeat=Repeat("k", "h")).id != first.id


VERBS = [
    instances.start,
    instances.stop,
    instances.reboot,
    instances.extend,
    instances.delete,
    lambda session, desk, instance_id: instances.rename(session, desk, instance_id, "x"),
]


@pytest.mark.parametrize("verb", VERBS)
def test_somebody_elses_instance_does_not_exist(sessions, seeded, clock, running, verb):
    with sessions.write() as session, pytest.raises(NotFound):
        verb(session, seeded.desk(session, BOB, clock.now()), running)
    with sessions.read() as session:
        assert session.get_one(Instance, running).revision == 1


@pytest.mark.parametrize("verb", VERBS)
def test_every_change_counts_the_revision_and_is_an_event(sessions, seeded, clock, running, verb):
    with sessions.write() as session:
        if verb is instances.start:
            set_phase(session, running, Phase.FAILED)
        clock.advance(86400)
        verb(session, seeded.desk(session, ADA, clock.now()), running)
    with sessions.read() as session:
        assert session.get_one(Instance, running).revision == 2
        assert session.scalar(select(func.count()).select_from(Event)) == 2


def test_a_verb_that_is_not_allowed_now_says_why(sessions, seeded, clock, running):
    with sessions.write() as session:
        set_phase(session, running, Phase.STARTING)
    with sessions.write() as session, pytest.raises(Conflict) as refused:
        instances.reboot(session, seeded.desk(session, ADA, clock.now()), running)
    assert (refused.value.code, refused.value.public) == ("is_starting", "It is starting.")


def test_deleting_puts_the_workspace_into_the_bin_for_ninety_days(sessions, seeded, clock, running):
    with sessions.write() as session:
        instances.delete(session, seeded.desk(session, ADA, clock.now()), running)
    with sessions.read() as session:
        instance = session.get_one(Instance, running)
        workspace = session.get_one(Workspace, instance.workspace_id)
    assert instance.wanted == Wanted.GONE
    assert workspace.kept_until == clock.now() + timedelta(days=90)


def test_a_workspace_can_be_restored_once_its_machine_is_gone(sessions, seeded, clock, running):
    with sessions.write() as session:
        instances.delete(session, seeded.desk(session, ADA, clock.now()), running)
        workspace_id = session.get_one(Instance, running).workspace_id
    with sessions.write() as session, pytest.raises(Conflict, match="still being deleted"):
        create(session, seeded.desk(session, ADA, clock.now()), wish(workspace_id=workspace_id))
    with sessions.write() as session:
        set_phase(session, running, Phase.GONE)
    with sessions.write() as session, pytest.raises(NotFound):
        create(session, seeded.desk(session, BOB, clock.now()), wish(workspace_id=workspace_id))
    with sessions.write() as session:
        made = create(session, seeded.desk(session, ADA, clock.now()), wish(workspace_id=workspace_id))
        assert made.workspace_id == workspace_id
        assert session.get_one(Workspace, workspace_id).binned_at is None
    with sessions.write() as session, pytest.raises(Conflict, match="uses it"):
        create(session, seeded.desk(session, ADA, clock.now()), wish(workspace_id=workspace_id))


def test_a_workspace_is_deleted_for_ever_only_from_the_bin_and_by_its_name(sessions, seeded, clock, running):
    with sessions.read() as session:
        workspace_id = session.get_one(Instance, running).workspace_id

    def delete(who: str, name: str) -> None:
        with sessions.write() as session:
            desk = seeded.desk(session, who, clock.now())
            workspaces.delete_for_ever(session, desk, workspace_id, confirm_name=name)

    with pytest.raises(Conflict, match="uses it"):
        delete(ADA, "My analysis")
    with sessions.write() as session:
        instances.delete(session, seeded.desk(session, ADA, clock.now()), running)
        set_phase(session, running, Phase.GONE)
    with pytest.raises(NotFound):
        delete(BOB, "My analysis")
    with pytest.raises(Invalid, match="exactly"):
        delete(ADA, "my analysis")
    delete(ADA, "My analysis")
    with sessions.read() as session:
        assert session.get_one(Workspace, workspace_id).wanted == "gone"


def test_lists_are_paged_without_gaps_or_repeats(sessions, seeded, clock):
    with sessions.write() as session:
        for who in (ADA, ADA, BOB):
            create(session, seeded.desk(session, who, clock.now()), wish())
    seen, after = [], None
    with sessions.read() as session:
        actor = seeded.desk(session, ADA, clock.now()).actor
        while page := instance_views.list_mine(
            session, actor, after=after, limit=1, now=clock.now(), policy=seeded.policy
        ):
            seen.append(page[0].instance.id)
            after = (page[0].instance.created_at, page[0].instance.id)
    assert len(seen) == len(set(seen)) == 2
