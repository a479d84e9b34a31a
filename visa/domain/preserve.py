"""What must be seen safe before a machine is deleted. Reads only what the cloud showed, never what we believe."""

from dataclasses import dataclass

from visa.domain.resources import VolumeSeen, VolumeState


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
