"""Backups of Cinder: copies that outlive their volume, and volumes that are filled from them.

Seen on a real Cinder, and kept in mind here: what is stored of a volume that has snapshots may be the difference to
them only, and is called available (volumes in files); and a volume that comes back gets all the metadata that the first
one had, so it carries the first one's mark whatever was ordered.
"""

from visa.adapters.cloud.openstack import marks
from visa.adapters.cloud.openstack.connect import Api, Json, Service
from visa.adapters.cloud.openstack.paths import safe
from visa.adapters.cloud.openstack.states import backup_state
from visa.adapters.cloud.openstack.turns import Turns
from visa.adapters.cloud.openstack.volumes import Volumes, gone, parsed_time
from visa.domain.resources import BackupSeen, Mark, VolumeSeen, VolumeSpec, VolumeState, belongs_to
from visa.errors import Busy, Refused

_BACKUP_PAGE = 1000


class Backups:
    """See the module. `kept`: the cloud has a backup service that we may use; nothing is asked of it otherwise."""

    def __init__(self, api: Api, volumes: Volumes, deployment: str, *, kept: bool) -> None:
        self._api = api
        self._volumes = volumes
        self._deployment = deployment
        self._turns = Turns()
        self.kept = kept

    def survey(self) -> tuple[BackupSeen, ...]:
        if not self.kept:
            return ()
        rows = self._api.listed(Service.VOLUME, "/backups/detail", "backups", limit=_BACKUP_PAGE)
        return tuple(_seen(mark, row) for mark, row in marks.ours(rows, self._deployment, "backup"))

    def create(self, volume_ref: str, mark: Mark) -> BackupSeen:
        if not self.kept:
            raise Refused("This cloud keeps no backups.", code="unsupported", detail="cloud.openstack.backups is false")
        with self._turns.of(mark):
            return _seen(mark, self._named(mark) or self._made(volume_ref, mark))

    def delete(self, ref: str) -> None:
        reply = self._api.delete(Service.VOLUME, f"/backups/{safe(ref)}")
        if reply.ok or reply.missing:
            return
        backup = self._find(ref)
        if backup is None or backup["status"] in {"deleting", "deleted"}:
            return
        if reply.status in {400, 409} and backup["status"] not in {"available", "error"}:
            words = f"{backup['status']}: {reply.words}"
            raise Busy("The backup is in a passing state.", retry_after_s=2, code="cloud_conflict", detail=words)
        raise reply.trouble()

    def restore(self, ref: str, spec: VolumeSpec) -> VolumeSeen:
        """A new volume with what the backup holds."""
        return self._volumes.create(spec, source={"backup_id": ref}, check=lambda: self._check(ref, spec))

    def _check(self, ref: str, spec: VolumeSpec) -> None:
        backup = self._find(ref) if self.kept else None
        mark = marks.mark_of(backup) if backup else None
        if backup is None or mark is None or backup_state(backup["status"]) is VolumeState.DELETING:
            raise gone("backup", ref)
        if not belongs_to(mark, spec.mark):
            raise Refused(
                "The backup is another workspace's.", code="other_workspace", detail=f"{mark} for {spec.mark}"
            )
        if backup_state(backup["status"]) is VolumeState.ERROR:
            raise Refused("The backup is broken.", code="broken", detail=str(backup.get("fail_reason")))
        if backup["status"] != "available":
            raise Busy("The backup is not ready.", retry_after_s=2, code="backup_not_ready", detail=backup["status"])
        if spec.size_gib < int(backup["size"]):
            words = f"{backup['size']} GiB"
            raise Refused("The backup does not fit into the volume.", code="too_small", detail=words)

    def _made(self, volume_ref: str, mark: Mark) -> Json:
        if self._api.listed(Service.VOLUME, "/snapshots", "snapshots", volume_id=volume_ref):
            raise Refused("The volume still has snapshots.", code="has_snapshots")
        order = {
            "volume_id": volume_ref,
            "name": marks.name(mark),
            "metadata": marks.metadata(mark),
            "force": False,  # not of an attached volume: what its machine has not written yet would be missing
            "incremental": False,  # one that needs no other
        }
        reply = self._api.post(Service.VOLUME, "/backups", {"backup": order})
        if reply.status in {400, 404, 409}:
            self._volumes.judge_copying(volume_ref, reply)
        ref = reply.json()["backup"]["id"]
        return dict(self._api.get(Service.VOLUME, f"/backups/{safe(ref)}").json()["backup"])

    def _named(self, mark: Mark) -> Json | None:
        """By the whole mark; the name only keeps the list short."""
        rows = self._api.listed(Service.VOLUME, "/backups/detail", "backups", name=marks.name(mark))
        return marks.oldest(rows, mark)

    def _find(self, ref: str) -> Json | None:
        reply = self._api.get(Service.VOLUME, f"/backups/{safe(ref)}")
        return None if reply.missing else dict(reply.json()["backup"])


def _seen(mark: Mark, row: Json) -> BackupSeen:
    state = backup_state(row["status"])
    return BackupSeen(
        mark=mark,
        ref=row["id"],
        state=state,
        size_gib=int(row["size"]),
        volume_ref=row.get("volume_id"),
        created_at=parsed_time(row.get("created_at")),
        fault=str(row.get("fail_reason") or f"status {row['status']}") if state is VolumeState.ERROR else "",
    )
