"""What every verb needs beside the session: who asks, when, and by which rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from visa.ports.clock import NewId
from visa.services.actors import Actor
from visa.services.journal import By
from visa.settings import Policy


@dataclass(frozen=True)
class Desk:
    """One request of one person at one moment. `workspace_gib`: how large a new workspace is in each cloud there is."""

    actor: Actor
    now: datetime
    new_id: NewId
    policy: Policy
    workspace_gib: Mapping[str, int]

    @property
    def by(self) -> By:
        return By("person", self.actor.name, self.actor.person_id)

    @property
    def bin_until(self) -> datetime:
        """Until when a workspace that enters the recycle bin now is kept."""
        return self.now + timedelta(days=self.policy.bin_d)
