"""What records mean, as a table; and names, accounts and images that are only text."""

from pathlib import Path

import pytest

from visa.adapters.cloud.local import load_images, needs
from visa.adapters.cloud.local.images import LocalImage
from visa.adapters.cloud.local.orders import account_files, check_mounts, keyboard_of
from visa.adapters.cloud.local.processes import parse_stat
from visa.adapters.cloud.local.records import REF_LENGTH, ref_of
from visa.adapters.cloud.local.state import Due, Facts, due, power
from visa.domain.hostnames import hostname_of
from visa.domain.resources import Account, Mark, Mount, MountMode, Power
from visa.errors import BadFiles, Misconfigured, Refused


def facts(**changes):
    return Facts(**{"ordered": 1, "stopped": 0, "started": 1, "ready": 1, "runs": True, "inside": True} | changes)


@pytest.mark.parametrize(
    ("seen", "shown", "todo"),
    [
        (facts(started=0, ready=0, runs=False, inside=False), Power.BUILDING, Due.LAUNCH),
        (facts(ready=0, inside=False), Power.BUILDING, Due.NOTHING),
        (facts(ready=0), Power.ACTIVE, Due.LOOK),
        (facts(), Power.ACTIVE, Due.NOTHING),
        (facts(stopped=1), Power.STOPPING, Due.END),
        (facts(stopped=1, overdue=True), Power.STOPPING, Due.KILL),
        (facts(stopped=1, runs=False), Power.STOPPED, Due.NOTHING),
        (facts(runs=False), Power.STOPPED, Due.NOTHING),
        (facts(ready=0, runs=False), Power.ERROR, Due.NOTHING),
        (facts(ready=0, runs=False, stopped=1), Power.STOPPED, Due.NOTHING),
        (facts(ready=0, runs=False, restarted=True), Power.STOPPED, Due.NOTHING),
        (facts(ordered=2, stopped=1), Power.STOPPING, Due.END),
        (facts(ordered=2, stopped=1, runs=False), Power.BUILDING, Due.LAUNCH),
        (facts(ordered=2, stopped=2, runs=False), Power.STOPPED, Due.NOTHING),
        (facts(ordered=1, started=0, stopped=1, ready=0, runs=False), Power.STOPPED, Due.NOTHING),
        (facts(deleting=True), Power.DELETING, Due.REMOVE),
        (facts(deleting=True, runs=False), Power.DELETING, Due.REMOVE),
    ],
)
def test_records_mean_one_state_and_one_thing_to_do(seen, shown, todo):
    assert (power(seen), due(seen)) == (shown, todo)


def test_the_same_mark_has_the_same_ref_and_others_have_not():
    marks = [Mark("a", "server", "1"), Mark("a", "server", "2"), Mark("b", "server", "1"), Mark("a", "volume", "1")]
    refs = [ref_of(mark) for mark in marks]
    assert len(set(refs)) == len(refs)
    assert ref_of(Mark("a", "server", "1")) == refs[0]
    assert {len(ref) for ref in refs} == {REF_LENGTH}


def test_a_programs_name_cannot_forge_its_start_time():
    stat = parse_stat("77 (evil) S 1 (x) R 5 5 5 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4242 0 0")
    assert (stat.pid, stat.state, stat.parent, stat.started) == (77, "R", 5, 4242)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("My Ni powder", "my-ni-powder"),
        ("--", "desktop"),
        ("", "desktop"),
        ("Ångström", "ngstr-m"),
        ("a" * 99, "a" * 63),
    ],
)
def test_any_name_becomes_a_host_name(name, label):
    assert hostname_of(name) == label


def test_keyboards_are_layout_and_variant():
    assert (keyboard_of("us").layout, keyboard_of("us").variant) == ("us", "")
    assert (keyboard_of("de(nodeadkeys)").layout, keyboard_of("de(nodeadkeys)").variant) == ("de", "nodeadkeys")
    for wrong in ("", "de(", "de()", "-model x", "de(x) y", "../x"):
        with pytest.raises(Refused):
            keyboard_of(wrong)


def test_a_full_name_cannot_add_lines_to_the_account_file():
    files = account_files(Account("anna", 7, 7, (8, 7), "A:0:0\nroot"), hostname="x", machine_id="m")
    assert files["passwd"].splitlines()[0] == "anna:x:7:7:A 0 0 root:/home/anna:/bin/bash"
    assert files["group"].splitlines() == ["anna:x:7:", "group8:x:8:anna", "nogroup:x:65534:"]


@pytest.mark.parametrize(
    "target", ["/", "data/x", "/usr/share/x", "/home/anna/x", "/data/../x", "/data//x", "/data/x/"]
)
def test_mounts_cover_nothing_of_the_sandbox(target):
    with pytest.raises(Refused):
        check_mounts((Mount("/srv", target, MountMode.READ_ONLY),))


def test_mounts_do_not_cover_each_other():
    one, inner = (Mount("/srv", target, MountMode.READ_ONLY) for target in ("/data/e1", "/data/e1/raw"))
    check_mounts((inner, Mount("/srv", "/data/e2/raw", MountMode.READ_ONLY)))
    for both in ((one, inner), (one, one)):
        with pytest.raises(Refused):
            check_mounts(both)


def test_missing_programs_are_one_error_that_says_what_to_install():
    images = {"a": LocalImage(("x",), {"no-such-desktop": "some-package"}), "b": LocalImage(("y",), {"nor-this": "z"})}
    with pytest.raises(Misconfigured) as error:
        needs.check_programs(images)
    assert "no-such-desktop, nor-this" in error.value.public
    assert "apt-get install --no-install-recommends some-package z" in error.value.public


def test_forbidden_namespaces_are_one_error_with_the_kernels_words(monkeypatch, tmp_path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents[:3]:
        folder.chmod(0o755)
    monkeypatch.setattr(needs, "PATH", f"{tmp_path}:{needs.PATH}")
    with pytest.raises(Misconfigured) as error:
        needs.check_namespaces()
    assert "No permissions to create new namespace" in error.value.public
    assert "max_user_namespaces" in error.value.public


def test_the_images_of_this_project_load():
    images = load_images(Path(__file__).parents[2] / "images" / "local")
    assert {"xfce", "terminal"} <= images.keys()
    for image in images.values():
        assert image.defaults is not None
        assert image.defaults.is_dir()


def test_wrong_image_files_are_all_named(tmp_path):
    for name, text in {"a": "session: [", "b": "session: 7", "c": "{}"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "image.yaml").write_text(text)
    with pytest.raises(BadFiles) as error:
        load_images(tmp_path)
    places = [(problem.file.split("/")[-2], problem.field) for problem in error.value.problems]
    assert places == [("a", ""), ("b", "session"), ("c", "session")]


def test_a_folder_without_images_is_an_error(tmp_path):
    with pytest.raises(BadFiles):
        load_images(tmp_path)
