"""Data folders: what should be mounted is, what should not is not. Only what was mounted here is ever taken away."""

import json
from pathlib import Path, PurePosixPath
from typing import Any

from visa_guest.holders import end
from visa_guest.run import Failed, run

ROOT = "/data"
_OURS = ("nosuid", "nodev")
_MOUNT_S = 30


class Folders:
    """The mounts of this boot. `record` remembers them should the service be restarted."""

    def __init__(self, record: Path, root: str = ROOT) -> None:
        self._record = record
        self._root = PurePosixPath(root)
        self._have: dict[str, dict[str, Any]] = json.loads(record.read_text()) if record.exists() else {}

    def make(self, wanted: list[dict[str, Any]]) -> list[dict[str, str]]:
        """Mount and unmount. Returns the state of each target that is or was ours: {target, state, error}."""
        states = [self._take(target) for target, spec in list(self._have.items()) if spec not in wanted]
        return [state for state in states if state] + [self._give(spec) for spec in wanted]

    def _take(self, target: str) -> dict[str, str] | None:
        """Unmount it, also from under programs that use it: those are ended. None once it is gone for everybody."""
        error = _unmounted(target)
        if error:
            left = end(target)
            error = _unmounted(target)
            if error:
                lazily = _unmounted(target, "--lazy")  # it is out of sight at least; a dead server may hold it
                return {"target": target, "state": "busy", "error": lazily or f"in use by {sorted(left)}: {error}"}
        del self._have[target]
        self._remember()
        self._tidy(PurePosixPath(target))
        return None

    def _tidy(self, target: PurePosixPath) -> None:
        """An empty folder would look as if the data were gone. Only empty ones of ours go, up to the root."""
        for folder in (target, *target.parents):
            if not folder.is_relative_to(self._root) or folder == self._root:
                return
            try:
                Path(folder).rmdir()
            except OSError:  # another one is mounted below, or somebody's file lies there
                return

    def _give(self, spec: dict[str, Any]) -> dict[str, str]:
        target = str(spec["target"])
        try:
            self._check(spec)
            if not (target in self._have and is_mounted(target)):
                self._have[target] = spec  # before the mount: should we die in between, it is ours to take away
                self._remember()
                _mount(spec)
        except (Failed, OSError) as error:
            if not is_mounted(target):
                self._have.pop(target, None)
                self._remember()
            return {"target": target, "state": "failed", "error": str(error)}
        return {"target": target, "state": "mounted", "error": ""}

    def _check(self, spec: dict[str, Any]) -> None:
        target = str(spec["target"])
        path = PurePosixPath(target)
        if ".." in path.parts or not path.is_relative_to(self._root) or path == self._root:
            raise Failed(f"nothing is mounted outside {self._root}")
        if is_mounted(target) and target not in self._have:
            raise Failed("something that is not ours is mounted there")
        if self._have.get(target, spec) != spec:
            raise Failed("it is still mounted as it was before, and in use")

    def _remember(self) -> None:
        self._record.parent.mkdir(parents=True, exist_ok=True)
        new = self._record.with_suffix(".new")
        new.write_text(json.dumps(self._have))
        new.replace(self._record)


def _unmounted(target: str, *options: str) -> str:
    """What stands against it; "" once nothing is mounted there."""
    try:
        while is_mounted(target):
            run("umount", *options, target)
    except Failed as error:
        return str(error)
    return ""


def is_mounted(target: str) -> bool:
    """Whether something is mounted exactly there. Asks the kernel's list, for a dead server would not answer."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return any(line.split(" ")[4].replace("\\040", " ") == target for line in lines)


def _mount(spec: dict[str, Any]) -> None:
    target, device, mode = str(spec["target"]), str(spec["device"]), str(spec["mode"])
    Path(target).mkdir(parents=True, exist_ok=True)
    given = [str(option) for option in spec["options"] if option not in {"ro", "rw"}]
    options = ",".join([*given, *_OURS, "rw" if mode == "rw" else "ro"])
    if spec["kind"] != "bind":
        run("mount", "-t", str(spec["kind"]), "-o", options, device, target, timeout_s=_MOUNT_S)
        return
    run("mount", "--bind", device, target, timeout_s=_MOUNT_S)
    try:
        run("mount", "-o", f"remount,bind,{options}", target, timeout_s=_MOUNT_S)
    except Failed:
        run("umount", target)  # never more than was granted, not even for a moment longer
        raise
