"""Cinder's backups in a folder, and volumes that are as large as they say when they come back.

Cinder opens a volume that is a file for writing anew and leaves out what is zero at its end, so a restored one is too
short, and no file system in it can be mounted. On a block device, as in most real clouds, that does not happen.
"""

from typing import Any

from cinder import objects
from cinder.backup.drivers.posix import PosixBackupDriver

GIB = 1 << 30


class FolderBackupDriver(PosixBackupDriver):
    def restore(self, backup: Any, volume_id: str, volume_file: Any, volume_is_new: bool) -> None:
        super().restore(backup, volume_id, volume_file, volume_is_new)
        volume_file.truncate(objects.Volume.get_by_id(self.context, volume_id).size * GIB)
