"""Who waits when a shared limit is used up, in which order they are let in, and what happens to them meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from tests.services.limiting import Place, limited
from visa.domain.instance import Phase
from visa.domain.letters import Facts, LetterKind
from visa.domain.lifecycle import Shown
from visa.domain.resources import Share, Usage
from visa.errors import Conflict, Forbidden
from visa.services import cloud_usage, instance_views, instances
from visa.services.reclaim.notices import from_json
from visa.services.reconcile import run_pass
from visa.store.tables import Event, Flavour, Instance, InstanceStatus, Notice
from visa.testing.builders import ADA, BOB, OPEN, TEAM


@pytest.fixture
def one_place(sessions, seeded, clock) -> Place:
    """A cloud with room for one machine."""
    return limited(sessions, seeded, clock, clouds={"main": {"instances": 1}})


def view(place: Place, who: str, instance_id: str) -> instance_views.InstanceView:
    with place.sessions.read() as session:
        desk = place.seeded.desk(session, who, place.clock.now())
        return instance_views.get_mine(session, desk.actor, instance_id, now=desk.now, policy=desk.policy)


def test_who_finds_no_room_waits_with_a_place_and_a_reason(one_place):
    one_place.ask(ADA)
    first, second = one_place.ask(BOB), one_place.ask("p000")
    seen = view(one_place, "p000", second)
    assert (seen.shown, seen.waiting.place, seen.waiting.of) == (Shown.WAITING, 2, 2)
    assert view(one_place, BOB, first).waiting.why == "The only desktop of the cloud is in use."
    assert seen.progress[0].state == "active"


def test_the_loop_makes_nothing_for_who_waits(one_place, work, cloud):
    one_place.ask(ADA)
    waits = one_place.ask(BOB)
    for _ in range(5):
        run_pass(work)
        one_place.clock.advance(1)
    assert [server.mark.id for server in cloud.survey().servers] != []
    assert waits not in [server.mark.id for server in cloud.survey().servers]
    with one_place.sessions.read() as session:
        status = session.get_one(InstanceStatus, waits)
        assert (status.phase, status.code, status.next_look_at) == (Phase.NEW, "waiting", None)


def test_who_is_let_in_lives_from_then_on_and_runs(one_place, settle):
    before = one_place.ask(ADA)
    waits = one_place.ask(BOB)
    settle()
    assert one_place.admit().waiting == 1
    one_place.clock.advance(3 * 86400)
    one_place.leave(before)
    assert one_place.admit().admitted == 1
    settle()
    with one_place.sessions.read() as session:
        instance = session.get_one(Instance, waits)
        assert session.get_one(InstanceStatus, waits).phase == Phase.RUNNING
        assert instance.expires_at - instance.admitted_at == timedelta(days=14)
        told = session.scalar(select(Event.message).where(Event.kind == "instance.admitted"))
    assert told.startswith("There is room now, after 4320 minutes, at place 1 of 1.")


def test_fewer_machines_first_then_the_longest_wait(sessions, seeded, clock):
    place = limited(sessions, seeded, clock, clouds={"main": {"instances": 2}})
    place.ask(ADA)
    place.ask(BOB)
    has_one = place.ask(ADA)
    clock.advance(60)
    first, second = place.ask("p000"), place.ask("p001")
    assert place.line() == [first, second, has_one]


def test_a_limit_of_an_experiment_makes_only_its_own_wait(sessions, seeded, clock):
    place = limited(sessions, seeded, clock, experiment={"instances": 1})
    first = place.ask(ADA, on=(OPEN, TEAM))
    waits = place.ask(BOB, on=(TEAM,))
    assert view(place, BOB, waits).waiting.why == "The only desktop of experiment exp-team is in use."
    place.leave(first)
    assert place.admit().admitted == 1
    assert view(place, BOB, waits).shown == Shown.QUEUED


def test_a_new_request_does_not_overtake_a_big_one_that_waits(sessions, seeded, clock):
    place = limited(sessions, seeded, clock, clouds={"main": {"vcpus": 4}})
    with sessions.write() as session:
        large = {"description": "", "vcpus": 4, "memory_mib": 1024, "position": 1}
        session.add(Flavour(id="large", name="Large", cloud_name="large", **large))
    holds = place.ask(ADA)
    big = place.ask(BOB, flavour="large")
    small = place.ask("p000")
    assert view(place, "p000", small).waiting.code == "behind_others"
    assert (place.admit().admitted, place.holding()) == (0, 1)
    place.leave(holds)
    assert place.admit().admitted == 1
    assert place.line() == [small]
    place.leave(big)
    assert place.admit().admitted == 1


def test_what_others_use_of_the_clouds_own_limits_counts(sessions, seeded, clock):
    place = limited(sessions, seeded, clock)
    place.ask(ADA)
    usage = Usage(Share(3, 5), Share(30, None), Share(0, None), Share(0), Share(0))
    with sessions.write() as session:
        cloud_usage.record(session, "main", usage, now=clock.now())
    place.ask(BOB)
    waits = place.ask("p000")
    assert view(place, "p000", waits).waiting.why == "All 5 desktops of the cloud are in use."
    with sessions.write() as session:
        cloud_usage.record(session, "main", None, now=clock.now())
    assert place.admit().admitted == 1


def test_waiting_counts_for_the_own_allowance_and_not_for_others(one_place):
    one_place.ask(ADA)
    one_place.ask(ADA)
    with pytest.raises(Forbidden, match="all 2 desktops") as refused:
        one_place.ask(ADA)
    assert refused.value.code == "quota_reached"
    assert one_place.holding() == 1


def test_what_can_never_fit_is_refused_in_numbers(sessions, seeded, clock):
    place = limited(sessions, seeded, clock, clouds={"main": {"memory_gib": 0.5}})
    with pytest.raises(Forbidden, match=r"It needs 1 GiB of memory; there is 0[.]5 GiB of memory") as refused:
        place.ask(ADA)
    assert refused.value.code == "never_fits"
    assert place.line() == []


def test_whoever_waits_may_leave_and_is_not_let_in_any_more(one_place, settle):
    holds = one_place.ask(ADA)
    waits, behind = one_place.ask(BOB), one_place.ask("p000")
    with one_place.sessions.write() as session:
        desk = one_place.seeded.desk(session, BOB, one_place.clock.now())
        with pytest.raises(Conflict, match="waits for room"):
            instances.stop(session, desk, waits)
        instances.delete(session, desk, waits)
    assert one_place.line() == [behind]
    one_place.leave(holds)
    assert one_place.admit().admitted == 1
    settle()
    with one_place.sessions.read() as session:
        assert session.get_one(InstanceStatus, waits).phase == Phase.GONE


def test_stopping_and_starting_needs_no_new_room(one_place, settle):
    holds = one_place.ask(ADA)
    waits = one_place.ask(BOB)
    settle()
    for verb in (instances.stop, instances.start):
        with one_place.sessions.write() as session:
            verb(session, one_place.seeded.desk(session, ADA, one_place.clock.now()), holds)
        settle()
        assert one_place.admit().admitted == 0
    assert one_place.line() == [waits]
    assert view(one_place, ADA, holds).shown == Shown.RUNNING


def test_asking_whether_anybody_waits_costs_one_statement(one_place, sessions):
    said: list[str] = []
    event.listen(sessions.engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    assert one_place.admit().waiting == 0
    assert sum(statement.startswith("SELECT") for statement in said) == 1


def test_who_is_let_in_gets_a_letter(one_place):
    """Nobody watches a line for days."""
    before, waits = one_place.ask(ADA), one_place.ask(BOB)
    one_place.leave(before)
    assert one_place.admit().admitted == 1
    assert one_place.admit().admitted == 0
    with one_place.sessions.read() as session:
        notice = session.scalars(select(Notice)).one()
        ends = session.get_one(Instance, waits).expires_at
    assert (notice.person_id, notice.subject_id, notice.kind) == (BOB, waits, LetterKind.ADMITTED)
    assert from_json(notice.facts) == Facts(deadline=ends, url=f"/instances/{waits}")
