"""Volumes and snapshots of Cinder. Nothing here deletes anything but what it is told to."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from visa.adapters.cloud.openstack import marks
from visa.adapters.cloud.openstack.connect import Api, Json, Reply, Service
from visa.adapters.cloud.openstack.paths import safe
from visa.adapters.cloud.openstack.states import snapshot_state, volume_state
from visa.adapters.cloud.openstack.turns import Turns
from visa.domain.resources import Mark, SnapshotSeen, VolumeSeen, VolumeSpec, VolumeState
from visa.errors import Busy, Refused
from visa.settings import OpenStack

_VOLUME_PAGE = 1000


class Volumes:
    """See the module. Cinder takes no key of ours that it would refuse twice: within a process `Turns` keep two threads
    from making one volume twice, between processes the lease of the row; and should two exist, all see the older one.
    """

    def __init__(self, api: Api, deployment: str, settings: OpenStack) -> None:
        self._api = api
        self._deployment = deployment
        self._settings = settings
        self._turns = Turns()

    def survey(self) -> tuple[VolumeSeen, ...]:
        rows = self._api.listed(Service.VOLUME, "/volumes/detail", "volumes", limit=_VOLUME_PAGE)
        return tuple(_seen(mark, row) for mark, row in marks.ours(rows, self._deployment, "volume"))

    def survey_snapshots(self) -> tuple[SnapshotSeen, ...]:
        rows = self._api.listed(Service.VOLUME, "/snapshots/detail", "snapshots", limit=_VOLUME_PAGE)
        return tuple(_snapshot(mark, row) for mark, row in marks.ours(rows, self._deployment, "snapshot"))

    def create(
        self, spec: VolumeSpec, *, source: Mapping[str, str] | None = None, check: Callable[[], None] | None = None
    ) -> VolumeSeen:
        """One that exists is returned; else `check` may refuse, and one is made, filled from `source` if given."""
        order: Json = {
            "name": marks.name(spec.mark),
            "size": spec.size_gib,
            "metadata": marks.metadata(spec.mark),
            "description": f"Workspace of {spec.owner.login}",
            **(source or {}),
        }
        if self._settings.volume_type:
            order["volume_type"] = self._settings.volume_type
        with self._turns.of(spec.mark):
            found = self._find("volumes", spec.mark)
            if found is None and check is not None:
                check()
            return _seen(spec.mark, found or self._made(order))

    def delete(self, ref: str) -> None:
        reply = self._api.delete(Service.VOLUME, f"/volumes/{safe(ref)}")
        if reply.ok or reply.missing:
            return
        self._judge_deletion(ref, reply)

    def snapshot(self, ref: str, mark: Mark) -> SnapshotSeen:
        with self._turns.of(mark):
            found = self._find("snapshots", mark)
            if found is None:
                order = {
                    "volume_id": ref,
                    "name": marks.name(mark),
                    "force": False,  # not of an attached volume: what its machine has not written yet would be missing
                    "metadata": marks.metadata(mark),
                }
                reply = self._api.post(Service.VOLUME, "/snapshots", {"snapshot": order})
                if reply.status in {400, 404, 409}:
                    self.judge_copying(ref, reply)
                found = reply.json()["snapshot"]
        return _snapshot(mark, found)

    def delete_snapshot(self, ref: str) -> None:
        reply = self._api.delete(Service.VOLUME, f"/snapshots/{safe(ref)}")
        if reply.ok or reply.missing:
            return
        answer = self._api.get(Service.VOLUME, f"/snapshots/{safe(ref)}")
        if answer.missing:
            return
        status = answer.json()["snapshot"]["status"]
        if status in {"deleting", "deleted"}:
            return
        if reply.status in {400, 409} and status not in {"available", "error"}:
            words = f"{status}: {reply.words}"
            raise Busy("The snapshot is in a passing state.", retry_after_s=2, code="cloud_conflict", detail=words)
        raise reply.trouble()

    def find(self, ref: str) -> Json | None:
        """One volume as the cloud describes it; None when there is none."""
        reply = self._api.get(Service.VOLUME, f"/volumes/{safe(ref)}")
        return None if reply.missing else dict(reply.json()["volume"])

    def holders(self, ref: str) -> list[str]:
        """The servers that a volume is attached to or reserved for: also known while it is only reserved."""
        rows = self._api.listed(Service.VOLUME, "/attachments/detail", "attachments", volume_id=ref)
        return [row["instance"] for row in rows if row.get("instance") and row.get("volume_id") == ref]

    def _made(self, order: Json) -> Json:
        reply = self._api.post(Service.VOLUME, "/volumes", {"volume": order})
        if reply.status in {400, 404} and "type" in reply.words.lower() and "volume_type" in order:
            raise Refused("The cloud has no such kind of volume.", code="no_such_volume_type", detail=reply.words)
        return dict(reply.json()["volume"])

    def _find(self, kind: str, mark: Mark) -> Json | None:
        """By the whole mark: the filter keeps the list short, and is not believed."""
        filter_by = json.dumps(marks.metadata(mark))
        return marks.oldest(self._api.listed(Service.VOLUME, f"/{kind}/detail", kind, metadata=filter_by), mark)

    def judge_copying(self, ref: str, reply: Reply) -> None:
        """The cloud did not accept to copy a volume: say why, where the volume's state tells."""
        volume = self.find(ref)
        if volume is None or volume["status"] == "deleting":
            raise gone("volume", reply.words)
        words = f"{volume['status']}: {reply.words}"
        if volume["status"] == "in-use" or volume.get("attachments"):
            raise Refused("The volume is attached to a machine.", code="in_use", detail=words)
        if volume["status"] != "available" and volume_state(volume["status"]) is not VolumeState.ERROR:
            raise Busy("The volume is in a passing state.", retry_after_s=2, code="cloud_conflict", detail=words)

    def _judge_deletion(self, ref: str, reply: Reply) -> None:
        """The cloud did not accept to delete a volume: unless it is on its way out already, say why."""
        if reply.status not in {400, 409}:
            raise reply.trouble()
        volume = self.find(ref)
        if volume is None or volume["status"] == "deleting":
            return
        words = f"{volume['status']}: {reply.words}"
        if volume["status"] == "in-use" or volume.get("attachments"):
            raise Refused("The volume is attached to a machine.", code="in_use", detail=words)
        if "snapshot" in reply.words.lower() and volume["status"] == "available":
            raise Refused("The volume still has snapshots.", code="has_snapshots", detail=words)
        raise Busy("The volume is in a passing state.", retry_after_s=2, code="cloud_conflict", detail=words)


def gone(what: str, words: str = "") -> Refused:
    return Refused(f"There is no such {what} (any more).", code="gone", detail=words)


def parsed_time(text: str | None) -> datetime | None:
    """OpenStack writes UTC, mostly without saying so."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _seen(mark: Mark, row: Json) -> VolumeSeen:
    state = volume_state(row["status"])
    return VolumeSeen(
        mark=mark,
        ref=row["id"],
        state=state,
        size_gib=int(row["size"]),
        attached_to=_first(each.get("server_id") for each in row.get("attachments") or ()),
        fault=f"status {row['status']}" if state is VolumeState.ERROR else "",
    )


def _snapshot(mark: Mark, row: Json) -> SnapshotSeen:
    return SnapshotSeen(
        mark, row["id"], row["volume_id"], snapshot_state(row["status"]), parsed_time(row.get("created_at"))
    )


def _first(names: Iterable[str | None]) -> str | None:
    return next((name for name in names if name), None)
