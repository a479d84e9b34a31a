"""Images that an operator brings: each content once, whole or not at all, and what was sent is told."""

import subprocess
from pathlib import Path

import pytest

from tests.openstack.flaky import KINDS, Flaky, forgets_token, like
from visa.adapters.cloud.openstack.connect import Service
from visa.errors import CloudError

PATTERN = "write -P 0x{0} 0 1M"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return make(tmp_path / "image.qcow2", "5a")


def make(path: Path, byte: str) -> Path:
    """A real disk image of 64 MiB, with this byte in its first MiB."""
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(path), "64M"], check=True)
    subprocess.run(["qemu-io", "-c", PATTERN.format(byte), str(path)], check=True, stdout=subprocess.DEVNULL)
    return path


@pytest.fixture
def name(ground):
    deployment = ground.deployment()
    yield deployment
    for image in ground.member.listed(Service.IMAGE, "/images", "images", name=deployment):
        ground.member.delete(Service.IMAGE, f"/images/{image['id']}")


def stored(ground, name):
    return ground.admin.listed(Service.IMAGE, "/images", "images", name=name)


def test_a_file_is_brought_once_and_all_of_it_is_told(ground, name, file):
    cloud, told = ground.cloud(name), []
    image = cloud.import_image(file, name, told.append)
    assert image.ready
    assert sum(told) == file.stat().st_size == image.size_bytes
    (row,) = stored(ground, name)
    assert (row["id"], row["status"], row["min_disk"], row["visibility"]) == (image.ref, "active", 1, "private")
    again: list[int] = []
    assert cloud.import_image(file, name, again.append) == image
    assert again == []
    assert image in cloud.offers().images


def test_other_content_under_the_same_name_is_another_image(ground, name, file, tmp_path):
    cloud = ground.cloud(name)
    first = cloud.import_image(file, name)
    second = cloud.import_image(make(tmp_path / "newer.qcow2", "a5"), name)
    assert first.ref != second.ref
    assert {row["id"] for row in stored(ground, name)} == {first.ref, second.ref}


@pytest.mark.parametrize("kind", KINDS)
def test_an_upload_that_broke_off_is_taken_up_again(ground, name, file, kind):
    flaky = Flaky()
    flaky.spoil(like("PUT .*/file"), KINDS[kind])
    cloud = ground.cloud(name, transport=flaky)
    with pytest.raises(CloudError):
        cloud.import_image(file, name)
    assert flaky.left == 0
    image = cloud.import_image(file, name)
    assert [(row["id"], row["status"]) for row in stored(ground, name)] == [(image.ref, "active")]


def test_a_token_that_is_lost_on_the_way_is_renewed_and_all_is_sent_anew(ground, name, file):
    flaky, told = Flaky(), []
    flaky.spoil(like("PUT .*/file"), forgets_token(ground.revoke))
    image = ground.cloud(name, transport=flaky).import_image(file, name, told.append)
    assert flaky.left == 0
    assert image.ready
    assert sum(told) == file.stat().st_size
