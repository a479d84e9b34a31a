"""The command line of one sandbox: what is visible in it, what is writable, and what is not there at all. Pure but for
looking at which folders this host has.

Inside: /usr and the harmless parts of /etc read-only; fresh /tmp, /run and /var in memory; the workspace at
/home/<login>; experiments at their mounts; no network, no host process, no other file. See bwrap(1).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from visa.adapters.cloud.local.orders import keyboard_of
from visa.domain.hostnames import hostname_of
from visa.domain.resources import MountMode, ServerSpec

_ETC = (
    *("alternatives", "bash.bashrc", "ca-certificates", "ca-certificates.conf", "dbus-1", "dconf", "debian_version"),
    *("fonts", "glvnd", "gtk-2.0", "gtk-3.0", "gtk-4.0", "host.conf", "ImageMagick-6", "inputrc", "ld.so.cache"),
    *("ld.so.conf", "ld.so.conf.d", "locale.alias", "localtime", "magic", "magic.mime", "mime.types", "OpenCL"),
    *(
        "os-release",
        "profile",
        "profile.d",
        "protocols",
        "python3",
        "services",
        "shells",
        "ssl/certs",
        "ssl/openssl.cnf",
        "terminfo",
    ),
    *("timezone", "vulkan", "X11", "xdg", "xml"),
)
_USR_LINKS = ("bin", "lib", "lib32", "lib64", "libx32", "sbin")
_TMP_PART = 4
"""The scratch folders are memory: each may take this part of the flavour's."""

SOCKET = "rfb.sock"
LAUNCHED = "/run/visa"
"""Where the sandbox sees its `run` folder."""


@dataclass(frozen=True)
class Bind:
    """One file or folder of the host shown inside."""

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True)
class Plan:
    """Everything that decides a sandbox. `files` are made for this server: /etc inside by name, and its init."""

    spec: ServerSpec
    session: tuple[str, ...]
    geometry: str
    home: Path
    run: Path
    etc: Path
    init: Path
    defaults: Path | None
    grace_s: float


def binds(plan: Plan, etc_files: tuple[str, ...]) -> list[Bind]:
    """What is shown from this deployment's own folders and the facility's storage."""
    shown = [Bind(plan.etc / name, f"/etc/{name}") for name in etc_files]
    shown.append(Bind(plan.init, "/etc/visa/init.sh"))
    if plan.defaults is not None:
        shown.append(Bind(plan.defaults, "/etc/visa/xdg"))
    shown.append(Bind(plan.run, LAUNCHED, writable=True))
    shown.append(Bind(plan.home, f"/home/{plan.spec.account.login}", writable=True))
    for mount in plan.spec.mounts:
        shown.append(Bind(Path(mount.source), mount.target, writable=mount.mode is MountMode.READ_WRITE))
    return shown


def arguments(plan: Plan, shown: list[Bind]) -> list[str]:
    """The whole bwrap command, to be run as the person's own account, or as any that may become it inside."""
    account = plan.spec.account
    command = ["bwrap", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net"]
    command += ["--unshare-cgroup-try", "--disable-userns", "--new-session", "--as-pid-1", "--info-fd", "7"]
    command += ["--uid", str(account.uid), "--gid", str(account.gid), "--hostname", hostname_of(plan.spec.name)]
    command += [*_system(), *_scratch(plan.spec)]
    for bind in shown:
        command += ["--bind" if bind.writable else "--ro-bind", str(bind.source), bind.target]
    command += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", f"/home/{account.login}", "--clearenv"]
    for name, value in environment(plan.spec).items():
        command += ["--setenv", name, value]
    return [*command, "--", *_inside(plan)]


def environment(spec: ServerSpec) -> dict[str, str]:
    """All that the session finds in its environment: nothing comes from the host's."""
    login = spec.account.login
    return {
        "HOME": f"/home/{login}",
        "USER": login,
        "LOGNAME": login,
        "SHELL": "/bin/bash",
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games",
        "LANG": "C.UTF-8",
        "DISPLAY": ":1",
        "XDG_RUNTIME_DIR": f"/run/user/{spec.account.uid}",
        "XDG_CONFIG_DIRS": "/etc/visa/xdg:/etc/xdg",
        "XDG_SESSION_TYPE": "x11",
        "OMP_NUM_THREADS": str(spec.vcpus),  # a program that counts the host's processors would start too many threads
        "NO_AT_BRIDGE": "1",  # no screen reader can be heard from here; without it the desktop is up sooner
    }


def _inside(plan: Plan) -> list[str]:
    keyboard = keyboard_of(plan.spec.keyboard)
    command = ["/bin/bash", "/etc/visa/init.sh", f"{LAUNCHED}/{SOCKET}", plan.geometry, str(int(plan.grace_s))]
    return [*command, keyboard.layout, keyboard.variant, *plan.session]


def programs() -> Iterator[str]:
    """The host's programs, and nothing else of it."""
    yield from ("--ro-bind", "/usr", "/usr")
    for name in _USR_LINKS:
        if os.path.islink(f"/{name}"):
            yield from ("--symlink", f"usr/{name}", f"/{name}")
        else:
            yield from ("--ro-bind-try", f"/{name}", f"/{name}")


def _system() -> Iterator[str]:
    """The host's programs, never its people, services, keys or logs."""
    yield from programs()
    for name in _ETC:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    yield from ("--proc", "/proc", "--dev", "/dev")


def _scratch(spec: ServerSpec) -> Iterator[str]:
    """Memory that ends with the sandbox. /data is there even without an experiment, so that links to it hold."""
    size = str(max(spec.memory_mib // _TMP_PART, 16) * 2**20)
    for folder in ("/tmp", "/run", "/var", "/dev/shm"):  # noqa: S108
        yield from ("--size", size, "--perms", "1777" if folder in ("/tmp", "/dev/shm") else "0755")  # noqa: S108
        yield from ("--tmpfs", folder)
    yield from ("--perms", "0700", "--dir", f"/run/user/{spec.account.uid}")
    yield from ("--perms", "1777", "--dir", "/var/tmp")  # noqa: S108
    yield from ("--dir", "/var/cache", "--ro-bind-try", "/var/cache/fontconfig", "/var/cache/fontconfig")
    yield from ("--symlink", "/run", "/var/run", "--dir", "/data")
