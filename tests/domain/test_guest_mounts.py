"""What machines are told to mount: the longest prefix decides, and what no rule covers is named, not guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visa.domain.guest_mounts import GuestMount, MountRule, guest_mounts
from visa.domain.resources import Mount, MountMode

ALL = MountRule("/data", "nfs4", "files:/export/{rest}", ("vers=4.2",))
MX = MountRule("/data/mx", "cifs", "//mx/share/{rest}")


def raw(source):
    return Mount(source, "/data/e/raw", MountMode.READ_ONLY)


@pytest.mark.parametrize(
    ("source", "kind", "device"),
    [
        ("/data/a/raw", "nfs4", "files:/export/a/raw"),
        ("/data/mx/1/raw", "cifs", "//mx/share/1/raw"),
        ("/data/mx", "cifs", "//mx/share/"),
        ("/data/mxx/1", "nfs4", "files:/export/mxx/1"),
        ("/data", "nfs4", "files:/export/"),
    ],
)
@pytest.mark.parametrize("rules", [(ALL, MX), (MX, ALL)])
def test_the_longest_prefix_of_whole_names_decides(rules, source, kind, device):
    (told,), uncovered = guest_mounts([raw(source)], rules)
    assert (told.kind, told.device, told.target, told.mode) == (kind, device, "/data/e/raw", MountMode.READ_ONLY)
    assert uncovered == ()


@pytest.mark.parametrize("source", ["/other/a", "/data/../etc", "/data/mx/../../root", "data/a", "/database"])
def test_what_no_rule_covers_is_named(source):
    assert guest_mounts([raw(source)], [ALL, MX]) == ((), (raw(source),))


def test_options_are_handed_on():
    assert guest_mounts([raw("/data/a")], [ALL])[0][0].options == ("vers=4.2",)


@given(st.lists(st.sampled_from(["/data/a", "/data/mx/b", "/elsewhere", "/data/../x"])), st.sampled_from(MountMode))
def test_nothing_is_lost_and_no_mode_is_widened(sources, mode):
    mounts = [Mount(source, f"/data/{number}", mode) for number, source in enumerate(sources)]
    told, uncovered = guest_mounts(mounts, [ALL, MX])
    assert sorted(one.target for one in (*told, *uncovered)) == sorted(mount.target for mount in mounts)
    assert all(isinstance(one, GuestMount) and one.mode is mode for one in told)
