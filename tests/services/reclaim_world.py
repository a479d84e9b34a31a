"""A small facility under reclaim: a true time, clocks that may be wrong, mail that may be down, a cloud that fails.

What is promised is judged by the true time and by what the cloud holds, never by what the services believe.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import func, select

from tests.services.conftest import LIMITS
from tests.services.reclaim_parts import PACE, POLICIES, SELDOM, SLACK, AtOnce, Post, Skewed, policy
from visa.domain.instance import Phase, Wanted
from visa.domain.letters import House
from visa.domain.reclaim import Why
from visa.domain.resources import Account, Mark, Power, VolumeSpec, VolumeState, workspace_of
from visa.services import policies
from visa.services.reclaim import explain, stop, terms
from visa.services.reclaim.enrol import enrol, note_surplus
from visa.services.reclaim.look import Looking, look
from visa.services.reclaim.sender import Sending, send_due
from visa.services.reconcile import Work, anything_due, run_pass
from visa.services.wake import Subject
from visa.store.session import Sessions
from visa.store.tables import Event, Hold, Instance, InstanceStatus, Notice, Reclaim, Workspace
from visa.testing.builders import Seeded, seed
from visa.testing.clock import FrozenClock, counting_ids
from visa.testing.cloud import FakeCloud
from visa.testing.faults import Crash, Trouble


@dataclass
class Scheduler:
    """One process; killed and started again it has another name."""

    clock: Skewed
    looking: Looking
    sending: Sending
    work: Work


class World:
    """`broken` is set to what promise was broken."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions, self.clock = sessions, FrozenClock()
        self.new_id, self.post = counting_ids(), Post(self.clock)
        self.cloud = FakeCloud("test", self.clock, self.new_id)
        self.cloud.tells_use()
        for name in ("build_s", "stop_s", "delete_s", "snapshot_s", "backup_s"):
            setattr(self.cloud.pace, name, 1)
        with sessions.write() as session:
            self.seeded = Seeded(policy(), seed(session, self.clock.now(), self.new_id).new_id)
            policies.load(session, policy(), by="test", note="", now=self.clock.now())
        self.skews = [Skewed(self.clock), Skewed(self.clock)]
        self.clocks_set_at: datetime | None = None
        self.schedulers = [self._start(skew) for skew in self.skews]
        self.files: dict[str, str] = {}  # workspace → what is in it
        self.let_go: set[str] = set()  # workspaces that their owner deleted for ever, or whose time is truly over
        self.by_owner: set[str] = set()  # instances that their owner deleted
        self.binned: dict[str, datetime] = {}
        self.archived: dict[str, datetime] = {}
        self.troubles: list[Trouble] = []
        self.cloud.faults.chooser = self._trouble
        self.looks, self.taken = 0, 0
        self.foreign = self._neighbour()

    def _start(self, skew: Skewed) -> Scheduler:
        name = f"scheduler-{self.new_id()}"
        looking = Looking(self.sessions, skew, self.new_id, {"main": True}, PACE)
        house = House("Facility", "VISA", "https://visa.example.org", "help@example.org")
        written = SimpleNamespace(subject="", text="", html="")
        sending = Sending(self.sessions, self.post, lambda _: written, house, skew, self.new_id, name, "example.org")
        work = Work(self.sessions, self.cloud, skew, "test", name, 60, LIMITS, 0.5, AtOnce(), self.new_id)
        return Scheduler(skew, looking, sending, work)

    def _neighbour(self) -> Any:
        other = FakeCloud("other", self.clock, self.new_id, neighbour=self.cloud)
        other.create_volume(VolumeSpec(Mark("other", "volume", "w"), 5, Account("x", 1, 1)))
        other.survey()
        return lambda: other.survey().volumes

    def _trouble(self, operation: str, _count: int) -> Trouble | None:
        quiet = {"offers", "usage", "enforcement", "ports"}
        return self.troubles.pop() if self.troubles and operation not in quiet else None

    # What happens

    def set_clock(self, number: int, off: timedelta) -> None:
        """From now on this scheduler's clock is off the true time by so much."""
        if self.skews[number].off or off:
            self.clocks_set_at = self.clock.now()
        self.skews[number].off = off

    def activate(self, number: int) -> None:
        """One scheduler looks, sends and makes two passes; it may die in any of it."""
        scheduler = self.schedulers[number]
        with self._living(number):
            self._look(scheduler)
            send_due(scheduler.sending)
        with self._living(number):
            for _ in range(2):
                if not self._anything_due(scheduler):
                    break
                machines = self._machines()
                try:
                    run_pass(scheduler.work)
                finally:
                    self._machines_went(machines)
                self.clock.advance(2)
        self.check()

    def _anything_due(self, scheduler: Scheduler) -> bool:
        with self.sessions.read() as session:
            return anything_due(session, "main", scheduler.clock.now()) or bool(self.looks % 2)

    def _look(self, scheduler: Scheduler) -> None:
        now = scheduler.clock.now()
        self.looks += 1
        if self.looks % SELDOM == 1:
            with self.sessions.write() as session:
                note_surplus(session, policies.in_force(session).policy, now)
            enrol(self.sessions, now)
        before = self._intents(now)
        report = look(scheduler.looking)
        assert not report.undecided
        self._taken(before, report.stopped or bool(report.alert))

    @contextmanager
    def _living(self, number: int) -> Iterator[None]:
        try:
            yield
        except Crash:
            self.schedulers[number] = self._start(self.skews[number])

    def survey(self) -> Any:
        troubles, self.troubles = self.troubles, []
        try:
            return self.cloud.survey()
        finally:
            self.troubles = troubles

    # What is promised

    def check(self) -> None:
        """Everything that has to be so at every moment."""
        survey = self.survey()
        marks = [one.mark for one in (*survey.servers, *survey.volumes)]
        assert len(marks) == len(set(marks)), "doubled: two machines or volumes of one mark"
        assert len(self.foreign()) == 1, "foreign: a neighbour's volume was touched"
        holders = {one.ref: one.mark.id for one in survey.servers}
        volumes = {one.mark.id: one for one in survey.volumes}
        whole = {
            (workspace_of(one.mark), self.cloud.contents.get(one.ref))
            for one in survey.backups
            if one.state is VolumeState.AVAILABLE
        }
        with self.sessions.read() as session:
            used = dict(session.execute(select(Instance.id, Instance.workspace_id)).all())
            running = set(
                session.scalars(select(InstanceStatus.instance_id).where(InstanceStatus.phase == Phase.RUNNING))
            )
        for workspace_id, volume in volumes.items():
            if volume.attached_to is not None:
                assert used[holders[volume.attached_to]] == workspace_id, "foreign: another's volume is attached"
        for workspace_id, content in self.files.items():
            if workspace_id in self.let_go:
                continue
            volume = volumes.get(workspace_id)
            here = volume is not None and self.cloud.contents.get(volume.ref) == content
            assert here or (workspace_id, content) in whole, f"lost: nothing holds the files of {workspace_id}"
            if any(used[one] == workspace_id for one in running):
                assert here, f"lost: a desktop runs without the files of {workspace_id}"

    def _machines(self) -> dict[str, str]:
        """The machines that are there: ref → instance."""
        return {one.ref: one.mark.id for one in self.survey().servers if one.power is not Power.DELETING}

    def _machines_went(self, before: dict[str, str]) -> None:
        """Each that was deleted had its workspace safe, seen by what the cloud holds right after."""
        survey = self.survey()
        there = {one.ref for one in survey.servers if one.power is not Power.DELETING}
        volumes = {one.mark.id: one for one in survey.volumes}
        with self.sessions.read() as session:
            for ref, instance_id in before.items():
                instance = session.get_one(Instance, instance_id)
                workspace = session.get_one(Workspace, instance.workspace_id)
                if ref in there or workspace.id not in self.files or workspace.id in self.let_go:
                    continue
                volume = volumes.get(workspace.id)
                assert volume is not None, "a machine went whose workspace was not there"
                assert volume.attached_to is None, "a machine went that still held its workspace"
                if instance.wanted == Wanted.GONE and instance_id not in self.by_owner and workspace.snapshot_no:
                    mark = Mark("test", "snapshot", f"{workspace.id}.{workspace.snapshot_no}")
                    copies = [one for one in survey.snapshots if one.mark == mark]
                    assert copies, "a machine went before its workspace was copied"
                    assert copies[0].state is VolumeState.AVAILABLE, "a machine went before the copy was whole"

    def _intents(self, now: datetime) -> dict[str, Any]:
        """What can be taken, with what reclaim must go by, and what the dry run says of each."""
        with self.sessions.read() as session:
            held = {(one.subject, one.subject_id) for one in session.scalars(select(Hold)) if one.released_at is None}
            due = select(Reclaim.subject, Reclaim.subject_id).where(Reclaim.look_at <= now)
            rows = session.execute(due).all()
            ids = {subject: [one for kind, one in rows if kind == subject] for subject in Subject}
            newest = session.scalar(select(func.max(Event.id))) or 0
            said = {
                (one.case.subject, one.case.subject_id): one
                for one in (explain.explained(session, ids, now) if rows else ())
                if one.ends_at is not None and one.ends_at <= now + 2 * PACE.step
            }
            is_stopped = stop.stopped(session) is not None
            expires = dict(session.execute(select(Instance.id, Instance.expires_at)).all())
        return {"held": held, "event": newest, "said": said, "stopped": is_stopped, "expires": expires}

    def _taken(self, before: dict[str, Any], nothing_may_be: bool) -> None:
        """Judge all that was taken by this look."""
        kinds = ("instance.reclaimed", "workspace.archive_wanted", "workspace.purge_wanted")
        with self.sessions.read() as session:
            for event in session.scalars(select(Event).where(Event.id > before["event"], Event.kind.in_(kinds))):
                workspace = session.get_one(Workspace, event.workspace_id)
                assert not nothing_may_be, "taken while nothing may be taken"
                assert not before["stopped"], "taken while all reclaim was stopped"
                self.taken += 1
                if event.kind == "instance.reclaimed":
                    key = (Subject.INSTANCE, event.instance_id)
                    assert (Subject.WORKSPACE, workspace.id) not in before["held"], "taken while its workspace was held"
                    self._warned(session, *key, Why(workspace.binned_why or ""), before)
                    self.binned[workspace.id] = self.clock.now()
                else:
                    key = (Subject.WORKSPACE, workspace.id)
                    self._stayed(session, event.kind, workspace, before)
                assert key not in before["held"], "taken while it was held"
                assert key in before["said"], "taken, and the dry run did not say so"

    def _slack(self, since: datetime) -> timedelta:
        """What was promised since then holds to the second if all clocks were right from then on."""
        were_set = self.clocks_set_at is not None and self.clocks_set_at >= since
        return SLACK if were_set or any(one.off for one in self.skews) else timedelta()

    def _stayed(self, session: Any, kind: str, workspace: Workspace, before: dict[str, Any]) -> None:
        from_archive = workspace.id in self.archived
        why, since = (
            (Why.ARCHIVE, self.archived[workspace.id]) if from_archive else (Why.BIN, self.binned[workspace.id])
        )
        self._warned(session, Subject.WORKSPACE, workspace.id, why, before)
        shortest = min(one.archive_d if from_archive else one.bin_d for one in POLICIES)
        assert self.clock.now() - since >= timedelta(days=shortest) - self._slack(since), (
            f"a stay ({why}) was cut short"
        )
        if kind == "workspace.archive_wanted":
            self.archived[workspace.id] = self.clock.now()
        else:
            self.let_go.add(workspace.id)

    def _warned(self, session: Any, subject: Subject, subject_id: str, why: Why, before: dict[str, Any]) -> None:
        """Every warning was truly delivered, for this very end, and given in full."""
        kind = terms.LETTERS[why]
        told = select(Notice).where(Notice.subject == subject, Notice.subject_id == subject_id, Notice.kind == kind)
        sent = [one for one in session.scalars(told) if one.id in self.post.delivered]
        assert sent, f"taken ({why}) without a warning"
        cycles: dict[datetime, set[float]] = {}
        for one in sent:
            cycles.setdefault(one.cycle, set()).add(one.lead_s)
        if why is Why.LIFETIME:
            assert max(cycles) >= before["expires"][subject_id], "taken by the warnings of an end that was moved"
        leads = {lead.total_seconds() for lead in terms.leads(policies.in_force(session).policy, why, timedelta.max)}
        assert any(leads <= given for given in cycles.values()), f"taken ({why}) without one of its warnings"
        for one in sent:  # those of ends that are no more, too: nobody loses a thing earlier than any letter said
            lead, delivered = timedelta(seconds=one.lead_s), self.post.delivered[one.id]
            passed = self.clock.now() - delivered
            assert passed >= lead - self._slack(delivered), (
                f"a warning ({why}) of {lead} was given only {passed} before"
            )
