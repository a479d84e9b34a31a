"""Our mark on a resource: three metadata entries, all of which must be there and equal. Names prove nothing.

Resources have a name as well, for whoever reads the cloud's own pages, and because Nova cannot filter by metadata.
"""

from collections.abc import Iterable

from visa.adapters.cloud.openstack.connect import Json
from visa.domain.resources import Mark

DEPLOYMENT, KIND, ID = "visa_deployment", "visa_kind", "visa_id"


def metadata(mark: Mark) -> dict[str, str]:
    return {DEPLOYMENT: mark.deployment, KIND: mark.kind, ID: mark.id}


def mark_of(row: Json) -> Mark | None:
    """The mark on a listed resource; None when it is not one of any visa."""
    found = row.get("metadata") or {}
    if not all(found.get(key) for key in (DEPLOYMENT, KIND, ID)):
        return None
    return Mark(found[DEPLOYMENT], found[KIND], found[ID])


def name(mark: Mark) -> str:
    return f"{mark.deployment}-{mark.id}"


def ours(rows: Iterable[Json], deployment: str, kind: str) -> list[tuple[Mark, Json]]:
    """Those of this deployment with their marks; of several with one mark the oldest is last, so that it wins."""
    marked = ((mark_of(row), row) for row in rows)
    mine = [(mark, row) for mark, row in marked if mark and (mark.deployment, mark.kind) == (deployment, kind)]
    return sorted(mine, key=lambda each: _age(each[1]), reverse=True)


def oldest(rows: Iterable[Json], mark: Mark) -> Json | None:
    """The one with exactly this mark. Of several (two processes made one at the same moment) all see the same one."""
    return min((row for row in rows if mark_of(row) == mark), key=_age, default=None)


def _age(row: Json) -> tuple[str, str]:
    return str(row.get("created_at") or row.get("created") or ""), str(row["id"])
