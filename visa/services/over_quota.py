"""Who has more than they may have now, because a role ended or a limit was lowered, and which of it is too much.

Only machines that have a place: who waits and may have less by now is just not let in. Nothing is taken here: it is
said which, and since when; warning and taking back are reclaim's.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from visa.domain.access import Standing
from visa.domain.instance import Wanted
from visa.domain.quota import Held, Limits, Number, surplus
from visa.services import allowances
from visa.services.idleness import idleness
from visa.services.standings import AT_ONCE, standings
from visa.settings import Policy
from visa.store.tables import Flavour, Instance, InstanceStatus


def over_quota(
    session: Session, policy: Policy, known: Mapping[str, datetime], *, now: datetime
) -> dict[str, datetime]:
    """What is too much, each with since when: as it was `known`, else now. What is left out is not, or not any more.

    The longest unused ones are chosen, and no more than needed. One grouped query finds the few who can be over at all.
    """
    limits = {who: allowances.own_limits(policy, who) for who in Standing}
    suspects = _suspects(session, limits)
    who = standings(session, suspects, now)
    chosen = {
        one
        for person_id, having in _having(session, policy, suspects, now)
        for one in surplus(limits[who[person_id]], having)
    }
    return {one: known.get(one, now) for one in sorted(chosen)}


def _suspects(session: Session, limits: Mapping[Standing, Limits]) -> list[str]:
    """Everybody who has more than somebody may have: only they can have more than they may."""
    sums = {
        Number.INSTANCES: func.count(Instance.id),
        Number.VCPUS: func.sum(Flavour.vcpus),
        Number.MEMORY_MIB: func.sum(Flavour.memory_mib),
        Number.GPUS: func.sum(Flavour.gpus),
    }
    lowest = {
        number: min(said)
        for number in Number
        if (said := [limit for each in limits.values() if (limit := each.of(number)) is not None])
    }
    if not lowest:
        return []
    over = or_(*(sums[number] > limit for number, limit in lowest.items()))
    people = select(Instance.owner_id).join(InstanceStatus, InstanceStatus.instance_id == Instance.id)
    people = people.join(Flavour, Flavour.id == Instance.flavour_id).where(*_COUNTS).group_by(Instance.owner_id)
    return list(session.scalars(people.having(over).order_by(Instance.owner_id)))


def _having(session: Session, policy: Policy, person_ids: list[str], now: datetime) -> Iterator[tuple[str, list[Held]]]:
    """What each has, with the last that anybody may have used it."""
    for start in range(0, len(person_ids), AT_ONCE):
        query = select(Instance, Flavour).join(InstanceStatus).join(Flavour)
        query = query.where(Instance.owner_id.in_(person_ids[start : start + AT_ONCE]), *_COUNTS)
        rows = session.execute(query).all()
        use = idleness(session, policy, [instance.id for instance, _ in rows], now)
        found: dict[str, list[Held]] = {}
        for instance, flavour in rows:
            held = Held(instance.id, allowances.amount_of(flavour), use[instance.id].last_use or instance.lives_from)
            found.setdefault(instance.owner_id, []).append(held)
        yield from found.items()


_COUNTS = (allowances.LIVE, allowances.ADMITTED, Instance.wanted != Wanted.GONE)
"""What is on its way out is no longer too much."""
