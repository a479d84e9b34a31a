"""The cloud port: machines and volumes. Docstrings are obligations, checked by `tests/contract` on every adapter."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from visa.domain.resources import (
    BackupSeen,
    CloudImage,
    Enforcement,
    Mark,
    Mount,
    Offers,
    PortSeen,
    ServerSeen,
    ServerSpec,
    SnapshotSeen,
    Survey,
    Usage,
    VolumeSeen,
    VolumeSpec,
)

Progress = Callable[[int], None]


def unseen(_: int) -> None:
    """Nobody watches."""


class Cloud(Protocol):
    """Obligations of every implementation:

    - Only `Busy`, `Refused` and `Fault` (visa.errors) leave it, whatever the cloud answers or however it breaks.
    - Every resource carries its whole `Mark` from the moment it exists: a process that dies at any point of any call
      leaves nothing that `survey` does not show (or nothing at all).
    - Calls return when the order is accepted, and never wait for its completion; `survey` tells how it goes on.
    - All calls may be made from several threads and several processes at the same time.
    - A call with a ref that does not exist (any more): deleting succeeds, everything else raises `Refused`
      with code "gone".
    """

    def survey(self) -> Survey:
        """Everything of this deployment: complete, or an error. One LIST call a kind, however many there are."""
        ...

    def create_volume(self, spec: VolumeSpec) -> VolumeSeen:
        """Make an empty volume. If one with this mark exists already it is returned unchanged: never a second one."""
        ...

    def delete_volume(self, ref: str) -> None:
        """Delete a volume and everything in it. Its backups stay.

        `Refused` with code "in_use" while it is attached to a server, with code "has_snapshots" while one of them is
        listed, in whatever state; `Busy` while it is being backed up.
        """
        ...

    def snapshot_volume(self, ref: str, mark: Mark) -> SnapshotSeen:
        """Copy a volume's content as it is now; returns an existing snapshot with this mark unchanged.

        It may need the volume it was made of. `Refused` with code "in_use" while that is attached to a server: what a
        machine has not written yet would be missing.
        """
        ...

    def delete_snapshot(self, ref: str) -> None:
        """`Busy` while it is being made, where the cloud cannot break that off."""
        ...

    def archives(self) -> bool:
        """Whether this cloud keeps backups. Costs no call; where it is False the next three are never called."""
        ...

    def create_backup(self, volume_ref: str, mark: Mark) -> BackupSeen:
        """Copy a volume's content to where it outlives the volume; returns an existing one with this mark unchanged.

        AVAILABLE means whole: what was stored has been checked as far as the cloud can. Meanwhile no server gets the
        volume, which may be seen IN_USE and attached to nothing. `Refused` with code "in_use" while the volume is
        attached to a server, with code "has_snapshots" while one of it is listed (some clouds would store the
        difference to it only, and not say so), with code "unsupported" in a cloud that keeps none; `Busy` while
        something else is done with the volume.
        """
        ...

    def delete_backup(self, ref: str) -> None:
        """`Busy` while it is being made or a volume is being filled from it."""
        ...

    def create_volume_from(self, backup_ref: str, spec: VolumeSpec) -> VolumeSeen:
        """Make a volume with the content of a backup, which stays. It is not AVAILABLE before all of it is back.

        If a volume with this mark exists already it is returned unchanged, however it was made: never a second one.
        Should the content not come back, the volume becomes ERROR. `Busy` with code "backup_not_ready" while the backup
        is being made or read. `Refused` with code "broken" when it is in ERROR, with code "other_workspace" when it is
        not of the workspace that `spec.mark` names, with code "too_small" when `spec.size_gib` is less than its size.
        """
        ...

    def create_server(self, spec: ServerSpec) -> ServerSeen:
        """Make and start a machine. If one with this mark exists already it is returned unchanged: never a second one.

        `Refused` with code "volume_in_use" when the volume is attached to another server.
        """
        ...

    def start_server(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        """Start a stopped machine with these mounts; nothing happens when it runs already."""
        ...

    def stop_server(self, ref: str) -> None:
        """Ask for a clean shutdown, forced after the adapter's grace period; nothing happens when it is stopped."""
        ...

    def reboot_server(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        """Clean stop and start, with these mounts."""
        ...

    def delete_server(self, ref: str) -> None:
        """Remove the machine and its disposable disk, never a volume."""
        ...

    def detach_volume(self, server_ref: str, volume_ref: str) -> None:
        """Take a volume from a stopped machine; nothing happens when it is not attached to it."""
        ...

    def set_mounts(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        """Make a running machine show these mounts and no others.

        Nothing happens where the service inside sees to it (`ServerSeen.mounts` is None there).
        """
        ...

    def console(self, ref: str) -> str:
        """The end of what the machine wrote to its console; "" where there is none."""
        ...

    def ports(self) -> tuple[PortSeen, ...]:
        """All network ports of ours; () in a cloud that has none."""
        ...

    def delete_port(self, ref: str) -> None:
        """`Refused` with code "in_use" while a machine has it."""
        ...

    def offers(self) -> Offers:
        """The images and flavours that machines can be made from, also those that nothing of ours uses."""
        ...

    def import_image(self, path: Path, name: str, progress: Progress = unseen) -> CloudImage:
        """Bring a qcow2 file into the cloud. One with the same name and content is returned unchanged.

        `progress` is called with the bytes of each piece that was sent, and with less than 0 when it begins anew.
        `Refused` with code "unsupported" in a cloud that takes none.
        """
        ...

    def usage(self) -> Usage | None:
        """What we use of what the cloud grants us; None in a cloud that grants without limits."""
        ...

    def enforcement(self) -> Enforcement:
        """Which limits of a flavour hold here."""
        ...
