"""One real machine, as a person meets it: the image boots on a real OpenStack, shows their desktop in a browser, their
workspace outlives it, and experiment data come by NFS, and go when the right to them ends.

The processor is emulated, so a minute here is some seconds elsewhere.
"""

import csv
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import COLOURS, sign_in
from tests.machine.ground import HOST
from tests.machine.platform import DEPLOYMENT, Platform, platform
from tests.openstack import ground as testcloud
from visa.testing.sample.people import SAMPLE_PEOPLE

pytestmark = [pytest.mark.timeout(2400), pytest.mark.allow_hosts(["127.0.0.1", "::1", HOST])]

PERSON = SAMPLE_PEOPLE["groesslinger"]  # a name that is not ASCII, and not the leader of a team
LOSES, KEEPS = "ma6120", "hc5511"
BOOT_S, SHOWN_S = 600, 300
UNMOUNT_S = 120  # the promise is a minute, on a processor that is one


def create(page: Page, address: str) -> str:
    """A desktop on both experiments; returns its id."""
    page.goto(f"{address}/new")
    for experiment in (LOSES, KEEPS):
        choice = page.get_by_role("checkbox", name=re.compile(f"^{experiment}:"))
        choice.click()
        expect(choice).to_be_checked()
    page.get_by_role("button", name="Create desktop").click()
    page.wait_for_url(re.compile("/instances/[^/]+/(progress|desktop)"))
    return page.url.split("/instances/")[1].split("/")[0]


class Inside:
    """A person at the desktop's terminal. What they write into the processed data is read from the storage."""

    def __init__(self, page: Page, product: Platform, instance_id: str, pictures: Path) -> None:
        self.page, self.product, self.id, self.pictures = page, product, instance_id, pictures
        (self.processed,) = product.storage.glob(f"visitor/{KEEPS}/*/*/PROCESSED_DATA")

    def until(self, holds: Callable[[], object], what: str, *, patience_s: float = SHOWN_S) -> None:
        """Look again and again, while the page goes on."""
        deadline = time.monotonic() + patience_s
        while not holds():
            assert time.monotonic() < deadline, f"waited {patience_s:.0f} s for {what}\n{self.product.story(self.id)}"
            self.page.wait_for_timeout(500)

    def wait_for_desktop(self) -> None:
        self.until(lambda: self.page.url.endswith("/desktop"), "the desktop's page", patience_s=BOOT_S)
        self.until(lambda: self.page.evaluate(COLOURS) > 50, "a picture")

    def open_terminal(self) -> None:
        """By its key combination, once the desktop has come to rest; then type until a shell takes it."""
        listens = self.processed / f"listens-{self.id}"
        pictures = [b"", b"."]

        def at_rest() -> bool:
            pictures[:] = [pictures[1], self.page.locator("canvas").first.screenshot()]
            self.page.wait_for_timeout(4000)
            return pictures[0] == pictures[1]

        def answers() -> bool:
            self.page.keyboard.press("Control+Alt+t")
            self.page.wait_for_timeout(8000)  # an emulated machine has to start it, and to draw each letter
            self.start(f"touch {self.seen(listens)}")
            self.page.wait_for_timeout(4000)
            return listens.exists()

        self.until(at_rest, "the desktop to come to rest")
        self.page.locator("canvas").first.click(position={"x": 640, "y": 600})
        self.until(answers, "a shell")
        self.page.screenshot(path=self.pictures / f"{self.id}.png")

    def run(self, command: str, name: str) -> str:
        """Type a command; returns what it wrote, errors too."""
        file = self.processed / name
        self.start(f"({command}) > {self.seen(file)}.new 2>&1; mv {self.seen(file)}.new {self.seen(file)}")
        self.until(file.exists, name)
        return file.read_text()

    def start(self, command: str) -> None:
        self.page.keyboard.type(f"{command}\n", delay=30)

    def seen(self, file: Path) -> str:
        """The file's place for whoever is inside."""
        return f"/data/{KEEPS}/processed/{file.name}"


def end_access(facility: Path) -> None:
    """The user office takes the person off the team."""
    teams = facility / "teams.csv"
    rows = list(csv.reader(teams.read_text().splitlines()))
    assert PERSON.account
    kept = [row for row in rows if row[:2] != [LOSES, PERSON.account.id]]
    assert len(kept) == len(rows) - 1
    new = teams.with_suffix(".new")
    new.write_text("".join(",".join(row) + "\n" for row in kept))
    new.rename(teams)


def test_a_machine_serves_its_person_and_gives_everything_back(image: Path, page: Page, tmp_path: Path):
    with testcloud.up("qemu"), platform(tmp_path, image) as product:
        page.goto(product.address)
        sign_in(page, PERSON)
        first = create(page, product.address)
        inside = Inside(page, product, first, tmp_path)
        inside.wait_for_desktop()
        inside.open_terminal()

        raw = f"/data/{LOSES}/raw"
        seen = inside.run(f"id -un; id -u; findmnt -no FSTYPE,LABEL /home; ls {raw}; touch {raw}/mine", "seen.txt")
        login, uid, home, *listing = seen.splitlines()
        assert PERSON.account
        assert (login, int(uid), home.split()) == (PERSON.account.login, PERSON.account.uid, ["ext4", "visa-home"])
        (stored,) = product.storage.glob(f"visitor/{LOSES}/*/*/RAW_DATA")
        assert {file.name for file in stored.iterdir()} <= set(listing)
        assert "Read-only file system" in seen
        assert not (stored / "mine").exists()

        inside.run("echo what I found > ~/diary.txt; sync; echo kept", "kept.txt")
        gone = inside.processed / "gone.txt"
        inside.start(f"while ls {raw}; do sleep 1; done; ls {raw} > {inside.seen(gone)} 2>&1")
        end_access(product.facility)
        inside.until(gone.exists, "the data to go", patience_s=UNMOUNT_S)
        assert "RAW" not in gone.read_text()

        (volume,) = product.ground.volumes(DEPLOYMENT)
        page.goto(f"{product.address}/instances/{first}")
        expect(page.get_by_role("region", name="How it is doing")).to_contain_text("GiB")
        page.screenshot(path=tmp_path / "instance.png", full_page=True)
        page.get_by_role("button", name=re.compile("Delete")).last.click()
        page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
        page.goto(f"{product.address}/bin")
        restore = page.get_by_role("button", name=re.compile("Restore")).first
        expect(restore).to_be_enabled(timeout=120_000)
        assert product.ground.servers(DEPLOYMENT) == []
        assert product.tokens() == 0
        restore.click()
        page.wait_for_url(re.compile("/instances/(?!" + first + ")[^/]+/(progress|desktop)"))

        second = Inside(page, product, page.url.split("/instances/")[1].split("/")[0], tmp_path)
        second.wait_for_desktop()
        second.open_terminal()
        assert second.run("cat ~/diary.txt", "again.txt") == "what I found\n"
        assert [one["id"] for one in product.ground.volumes(DEPLOYMENT)] == [volume["id"]]
