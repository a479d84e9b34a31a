"""What is known of one instance or workspace when its fate is decided, and which ends follow from it.

`load` (a module of its own) fills these from the database; the dry run and the job use the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from visa.domain.deferral import Hindrances
from visa.domain.expiry import Allowance
from visa.domain.fate import Told
from visa.domain.idle import Idle
from visa.domain.instance import Kept, WorkspacePhase
from visa.domain.reclaim import Cause, Moment, Stay, Why
from visa.services.reclaim.terms import leads
from visa.services.wake import Subject
from visa.settings import Policy
from visa.store.tables import Instance, Reclaim, Workspace


@dataclass(frozen=True)
class InstanceCase:
    """A live instance that is not on its way out. `over_since`: it has been too much for its owner since then."""

    instance: Instance
    workspace: Workspace
    allowance: Allowance
    idle: Idle | None
    over_since: datetime | None
    told: Sequence[Told]
    hindrances: Hindrances

    subject = Subject.INSTANCE

    @property
    def subject_id(self) -> str:
        return self.instance.id

    def causes(self, policy: Policy) -> list[Cause]:
        """Its lifetime, and idleness and quota where they count against it. Nothing ends that waits for room."""
        if self.instance.waiting_since is not None:
            return []
        life = self.instance.expires_at - self.instance.lives_from
        ends = self.instance.expires_at
        causes = [Cause(Why.LIFETIME, ends, ends, leads(policy, Why.LIFETIME, life))]
        if self.idle is not None and self.idle.since is not None and self.allowance.idle_d is not None:
            limit = timedelta(days=self.allowance.idle_d)
            idle_leads = leads(policy, Why.IDLE, limit)
            causes.append(Cause(Why.IDLE, self.idle.since, self.idle.since + limit, idle_leads))
        if self.over_since is not None:
            all_leads = leads(policy, Why.QUOTA, timedelta.max)
            causes.append(Cause(Why.QUOTA, self.over_since, self.over_since + max(all_leads), all_leads))
        return causes


@dataclass(frozen=True)
class WorkspaceCase:
    """A workspace that is not to be deleted. `used_since`: an instance with it answers since then.

    `left_by`: its last instance, once no instance with it is left.
    `stay`: None while it is neither in the recycle bin nor in the archive.
    """

    workspace: Workspace
    phase: WorkspacePhase
    used_since: datetime | None
    left_by: str | None
    stay: "Began | None"
    told: Sequence[Told]
    hindrances: Hindrances

    subject = Subject.WORKSPACE

    @property
    def subject_id(self) -> str:
        return self.workspace.id

    def causes(self, policy: Policy) -> list[Cause]:
        """The end of its stay in recycle bin or archive. Without a verified archive no archive ends."""
        if self.stay is None:
            return []
        archived = self.workspace.wanted == Kept.ARCHIVED
        why, ends = (Why.ARCHIVE, self.workspace.archived_until) if archived else (Why.BIN, self.workspace.kept_until)
        if ends is None or (archived and self.phase is not WorkspacePhase.ARCHIVED):
            return []
        length = ends - self.stay.at
        return [Cause(why, ends, ends, leads(policy, why, length), stay=Stay(length, self.stay.lived_s))]


@dataclass(frozen=True)
class Began:
    """When a stay in recycle bin or archive was ordered, and from which lived time on it counts."""

    at: datetime
    lived_s: float


def stay(workspace: Workspace, row: Reclaim | None, moment: Moment) -> Began | None:
    """The beginning of the present stay.

    Its lived time is noted when it is first seen, which can only be later: so no stay is shorter than was promised.
    """
    known = Began(row.stay_from, row.lived_from) if row and row.stay_from and row.lived_from is not None else None
    if workspace.wanted == Kept.ARCHIVED:
        return known or Began(moment.now, moment.lived_s)
    if workspace.binned_at is None:
        return None
    return known if known and known.at == workspace.binned_at else Began(workspace.binned_at, moment.lived_s)
