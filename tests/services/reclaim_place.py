"""One desktop under reclaim, on a clock that is moved by hand: letters are delivered when the test says so."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from visa.domain.instance import Phase, WorkspacePhase
from visa.services import policies
from visa.services.journal import By
from visa.services.reclaim.look import Looking, LookReport, look
from visa.services.wake import Subject, wake
from visa.store.tables import (
    Instance,
    InstanceStatus,
    LivedTime,
    Notice,
    Reclaim,
    Workspace,
    WorkspaceStatus,
)
from visa.testing.builders import ADA

DAY = timedelta(days=1)
ADMIN = By("person", "Admin", "admin")


@dataclass
class Place:
    """Ada's desktop, and a mail server that delivers what it is told to."""

    sessions: object
    seeded: object
    clock: object
    looking: Looking
    id: str = ""
    workspace_id: str = ""

    def begin(self) -> "Place":
        with self.sessions.write() as session:
            instance = self.seeded.create(session, ADA, self.clock.now())
            session.execute(update(InstanceStatus).values(phase=Phase.RUNNING, ready_at=self.clock.now()))
            session.execute(update(WorkspaceStatus).values(phase=WorkspacePhase.AVAILABLE))
            self.id, self.workspace_id = instance.id, instance.workspace_id
        return self

    def look(self) -> LookReport:
        return look(self.looking)

    def live(self, days: float, *, delivering: bool = True, step: timedelta = DAY / 4) -> dict[str, int]:
        """So many days, in which schedulers look and letters are delivered; what was taken."""
        taken: dict[str, int] = {}
        for _ in range(round(timedelta(days=days) / step)):
            self.clock.advance(step.total_seconds())
            reports = [self.look()]
            if delivering and reports[0].asked:
                self.deliver()
                reports.append(self.look())
            for why, count in ((why, count) for report in reports for why, count in report.taken.items()):
                taken[why] = taken.get(why, 0) + count
        return taken

    def deliver(self) -> None:
        """All letters that wait are delivered now."""
        with self.sessions.write() as session:
            lived_s = session.get_one(LivedTime, 1).lived_s
            for one in session.scalars(select(Notice).where(Notice.state == "pending")):
                one.state, one.sent_at, one.lived_s = "sent", self.clock.now(), lived_s
                if one.kind.endswith("warning"):
                    deadline = datetime.fromisoformat(one.facts["deadline"])
                    one.announced_for = max(deadline, self.clock.now() + timedelta(seconds=one.lead_s))
                    wake(session, Subject(one.subject), one.subject_id, at=self.clock.now())

    def get(self, table, row_id):
        with self.sessions.read() as session:
            return session.get(table, row_id)

    def instance(self) -> Instance:
        return self.get(Instance, self.id)

    def workspace(self) -> Workspace:
        return self.get(Workspace, self.workspace_id)

    def row(self, subject=Subject.INSTANCE) -> Reclaim:
        row_id = self.id if subject is Subject.INSTANCE else self.workspace_id
        return self.get(Reclaim, (subject, row_id))

    def told(self, kind: str) -> list[timedelta]:
        with self.sessions.read() as session:
            rows = session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.made_at)).all()
        return [timedelta(seconds=row.lead_s) for row in rows if row.state == "sent"]

    def load(self, **changes) -> None:
        with self.sessions.write() as session:
            policy = policies.in_force(session).policy
            wanted = policy.model_validate(policy.model_dump() | changes)
            policies.load(session, wanted, by="test", note="", now=self.clock.now())

    def gone(self) -> None:
        """The reconcile loop worked off that the machine is to go."""
        with self.sessions.write() as session:
            session.execute(update(InstanceStatus).values(phase=Phase.GONE))
