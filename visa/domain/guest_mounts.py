"""From a folder of the facility's storage to what a machine of a real cloud has to mount: by rules, never by guessing.

A rule covers the folders below its prefix. Its device is a template: "{rest}" is the folder's path after it. With
{prefix: /data, device: "files.example.org:/export/{rest}"} /data/mx-1/raw becomes "files.example.org:/export/mx-1/raw".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from visa.domain.resources import Mount, MountMode

REST = "{rest}"


@dataclass(frozen=True)
class MountRule:
    """`kind` is a type for mount(8): "nfs4", "cifs", "ceph", or "bind" for what the image mounts by itself."""

    prefix: str
    kind: str
    device: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class GuestMount:
    """One mount as a machine is told it. `mode` is enforced inside whatever `options` say."""

    kind: str
    device: str
    target: str
    mode: MountMode
    options: tuple[str, ...] = ()


def guest_mounts(
    mounts: Iterable[Mount], rules: Iterable[MountRule]
) -> tuple[tuple[GuestMount, ...], tuple[Mount, ...]]:
    """What a machine is told to mount, and the mounts that no rule covers."""
    longest_first = sorted(rules, key=lambda rule: len(PurePosixPath(rule.prefix).parts), reverse=True)
    told: list[GuestMount] = []
    uncovered: list[Mount] = []
    for mount in mounts:
        path = PurePosixPath(mount.source)
        rule = next((rule for rule in longest_first if _covers(rule, path)), None)
        if rule is None:
            uncovered.append(mount)
        else:
            told.append(_told(mount, rule, path))
    return tuple(told), tuple(uncovered)


def _covers(rule: MountRule, path: PurePosixPath) -> bool:
    return path.is_relative_to(rule.prefix) and ".." not in path.parts


def _told(mount: Mount, rule: MountRule, path: PurePosixPath) -> GuestMount:
    rest = path.relative_to(rule.prefix)
    device = rule.device.replace(REST, "" if rest == PurePosixPath() else str(rest))
    return GuestMount(rule.kind, device, mount.target, mount.mode, rule.options)
