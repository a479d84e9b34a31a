"""Finds out at the start whether this machine can run sandboxes at all, and says in one error what is missing."""

import os
import shutil
import subprocess
from collections.abc import Mapping

from visa.adapters.cloud.local.images import LocalImage
from visa.adapters.cloud.local.launch import PATH
from visa.errors import Misconfigured

_PROGRAMS = {
    "bash": "bash",
    "bwrap": "bubblewrap",
    "Xtigervnc": "tigervnc-standalone-server",
    "setxkbmap": "x11-xkb-utils",
    "xkbcomp": "x11-xkb-utils",
    "setpriv": "util-linux",
    "unshare": "util-linux",
    "mount": "mount",
    "tar": "tar",
}
_PROBE_S = 20


def check_programs(images: Mapping[str, LocalImage]) -> None:
    """Raises one `Misconfigured` that lists every missing program and how to install them all."""
    wanted = dict(_PROGRAMS)
    for image in images.values():
        wanted.update(image.programs)
    missing = sorted(program for program in wanted if shutil.which(program, path=PATH) is None)
    if missing:
        packages = " ".join(sorted({wanted[program] for program in missing}))
        raise Misconfigured(
            f"The local cloud needs programs that are not installed: {', '.join(missing)}. "
            f"On Debian: sudo apt-get install --no-install-recommends {packages}"
        )


def check_namespaces() -> None:
    """Try an empty sandbox in the way that real ones are started. Raises `Misconfigured` with the kernel's words."""
    bwrap = ["bwrap", "--unshare-user", "--unshare-pid", "--unshare-net", "--ro-bind", "/", "/", "--", "true"]
    if os.geteuid() == 0:
        nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
        bwrap = ["unshare", "--mount", "--propagation", "private", "--", *nobody, *bwrap]
    try:
        done = subprocess.run(
            bwrap, env={"PATH": PATH}, cwd="/", capture_output=True, text=True, timeout=_PROBE_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Misconfigured(f"A trial sandbox did not end within {_PROBE_S} s.") from error
    if done.returncode != 0:
        raise Misconfigured(
            "This machine does not allow sandboxes (user namespaces): "
            f"{done.stderr.strip() or f'status {done.returncode}'}. "
            "Look at the sysctls user.max_user_namespaces, kernel.unprivileged_userns_clone and "
            "kernel.apparmor_restrict_unprivileged_userns; a container has to be started with leave to make namespaces."
        )
