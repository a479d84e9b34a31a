"""What must be seen safe before a machine is deleted. Reads only what the cloud showed, never what we believe."""

from dataclasses import dataclass

from visa.domain.resources import SnapshotSeen, VolumeSeen, VolumeState


@dataclass(frozen=True)
class Doubt:
    """Why the machine must not be deleted yet."""

    code: str
    message: str


def doubt(volume: VolumeSeen | None) -> Doubt | None:
    """None when the workspace's volume was listed in a state in which deleting the machine cannot harm it."""
    if volume is None:
        return Doubt("workspace_missing", "Its workspace was not found in the cloud; nothing is deleted until it is.")
    match volume.state:
        case VolumeState.AVAILABLE | VolumeState.IN_USE:
            return None
        case VolumeState.CREATING | VolumeState.DELETING | VolumeState.ERROR:
            words = f": {volume.fault}" if volume.fault else ""
            return Doubt("workspace_unsafe", f"Its workspace is in state {volume.state}{words}; the machine is kept.")


def copy_doubt(volume: VolumeSeen | None, snapshot: SnapshotSeen | None) -> Doubt | None:
    """None when the snapshot that is wanted of this volume was listed whole.

    None as well for a volume that a broken machine did not let go: it cannot be copied before that machine is gone.
    """
    if volume is None or volume.state is not VolumeState.AVAILABLE:
        return None
    if snapshot is None:
        return Doubt("snapshot_wanted", "A copy of its workspace is made first; the machine is kept until it is there.")
    if snapshot.volume_ref != volume.ref:
        return Doubt("snapshot_foreign", "The copy of its workspace is of another volume; the machine is kept.")
    if snapshot.state is VolumeState.ERROR:
        return Doubt("snapshot_broken", "The copy of its workspace failed and is made again; the machine is kept.")
    if snapshot.state is not VolumeState.AVAILABLE:
        return Doubt("snapshot_wanted", "A copy of its workspace is being made; the machine is kept until it is there.")
    return None


def evidence(volume: VolumeSeen | None, snapshot: SnapshotSeen | None) -> str:
    """What was seen safe before the machine went, in a sentence; "" when nothing was."""
    if volume is None:
        return ""
    said = f"Its workspace was seen safe in the cloud ({volume.ref}, {volume.state})"
    return f"{said}, with a whole copy ({snapshot.ref})." if snapshot else f"{said}."
