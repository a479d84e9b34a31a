"""One machine under plain QEMU, without any cloud: the image, its first settings on a small disk, a blank workspace.

The network is QEMU's own: the guest gets an address by DHCP, reaches this machine as 10.0.2.2, and its desktop is
forwarded to a port here.
"""

import json
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOST_AS_SEEN_FROM_INSIDE = "10.0.2.2"
STOP_S = 20


@dataclass(frozen=True)
class Machine:
    """A running machine: at which port here each of its own answers, and what it wrote to its console."""

    ports: dict[int, int]
    console_file: Path
    process: subprocess.Popen[bytes]

    def console(self) -> str:
        return self.console_file.read_text(errors="replace") if self.console_file.exists() else ""

    def require_alive(self) -> None:
        assert self.process.poll() is None, f"QEMU ended with {self.process.returncode}: {self.console()[-2000:]}"


@contextmanager
def emulated(image: Path, folder: Path, *, user_data: bytes, volume_id: str, ports: Sequence[int]) -> Iterator[Machine]:
    """Boot `image` (which stays as it is) with `user_data`; the power is cut in the end."""
    system, workspace, settings = folder / "system.qcow2", folder / "workspace.raw", folder / "settings.iso"
    made = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", str(image.resolve()), str(system)]
    subprocess.run(made, check=True)
    with workspace.open("wb") as disk:
        disk.truncate(2**30)
    _write_settings(folder / "settings", settings, user_data)
    forwarded = {port: free_port() for port in ports}
    doors = "".join(f",hostfwd=tcp:127.0.0.1:{here}-:{there}" for there, here in forwarded.items())
    console = folder / "console.log"
    command = [
        "qemu-system-x86_64", "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max", "-smp", "2", "-m", "2048",
        "-nodefaults", "-vga", "std",
        "-display", "none", "-serial", f"file:{console}",
        "-drive", f"file={system},if=none,id=system,cache=unsafe",
        "-device", "virtio-blk-pci,drive=system,bootindex=0",
        "-drive", f"file={workspace},if=none,id=workspace,format=raw,cache=unsafe",
        "-device", f"virtio-blk-pci,drive=workspace,serial={volume_id[:20]}",
        "-drive", f"file={settings},if=virtio,format=raw,readonly=on",
        "-netdev", f"user,id=cable{doors}",
        "-device", "virtio-net-pci,netdev=cable",
        "-device", "virtio-rng-pci",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        yield Machine(forwarded, console, process)
    finally:
        process.terminate()
        process.wait(STOP_S)


def _write_settings(folder: Path, disk: Path, user_data: bytes) -> None:
    """A config drive as OpenStack makes them."""
    latest = folder / "openstack/latest"
    latest.mkdir(parents=True)
    (latest / "meta_data.json").write_text(json.dumps({"uuid": "smoke-test", "name": "smoke", "hostname": "smoke"}))
    link = {"id": "cable", "type": "phy", "ethernet_mac_address": "52:54:00:12:34:56"}
    network = {"id": "network", "type": "ipv4_dhcp", "link": "cable", "network_id": "network"}
    (latest / "network_data.json").write_text(json.dumps({"links": [link], "networks": [network], "services": []}))
    (latest / "user_data").write_bytes(user_data)
    command = ["genisoimage", "-quiet", "-rock", "-joliet", "-volid", "config-2", "-output", str(disk), str(folder)]
    subprocess.run(command, check=True)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
