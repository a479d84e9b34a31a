"""What the next pass would do with one instance, without doing it: for `visa reconcile ID --dry-run`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from visa.domain.instance import Facts
from visa.domain.pace import Limits
from visa.domain.plan import InstanceIntent, Seen, plan_instance
from visa.domain.resources import Survey
from visa.domain.steps import Step
from visa.errors import NotFound
from visa.services.reconcile import load, scan
from visa.store.tables import Instance, InstanceStatus


@dataclass(frozen=True)
class Explanation:
    """Observed, intent, facts and the step that follows from them."""

    seen: Seen
    intent: InstanceIntent
    facts: Facts
    step: Step


def explain(
    session: Session, instance_id: str, survey: Survey, *, deployment: str, limits: Limits, now: datetime
) -> Explanation:
    """Plan one instance against a survey. Raises `NotFound`."""
    instance = session.get(Instance, instance_id)
    if instance is None:
        raise NotFound(f"There is no instance {instance_id}.")
    listed = scan.listed(survey, deployment)
    status = session.get_one(InstanceStatus, instance_id)
    seen = load.seen(session, instance, status, listed)
    intent = load.instance_intent(session, instance, deployment, now)
    facts = load.instance_facts(status)
    return Explanation(seen, intent, facts, plan_instance(intent, facts, seen, now, limits))
