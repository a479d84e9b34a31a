"""Create → delete → restore on the real cloud, with the scheduler dead after each change, and each change failing.

Every kind of failure at every call and in every combination of before and after is
`tests/services/test_reconcile_sweep.py` on the fake cloud: hundreds of runs.
"""

import pytest

from tests.openstack.flaky import KINDS, dies, like, numbered

CHANGES = 8
"""The way makes so many; the last test proves it by meeting no call."""
EACH_CHANGE = (
    r"POST /v3/volumes",
    r"POST /v2.0/security-groups",
    r"POST /v2.0/security-group-rules",
    r"POST /v2.1/servers$",
    r"POST /v2.1/servers/[^/]+/action",
    r"DELETE .*/os-volume_attachments/",
    r"DELETE /v2.1/servers/[^/]+$",
)


@pytest.mark.parametrize("number", range(1, CHANGES + 2))
def test_a_scheduler_that_dies_after_a_change_leaves_nothing_lost_doubled_or_orphaned(scene, number):
    scene.flaky.spoil(numbered(number), dies)
    scene.assert_one_of_each(scene.create_delete_restore())
    assert scene.crashes == (number <= CHANGES), scene.flaky.made


@pytest.mark.parametrize("kind", KINDS)
def test_every_change_failing_once_leaves_nothing_lost_doubled_or_orphaned(scene, kind):
    for change in EACH_CHANGE:
        scene.flaky.spoil(like(change), KINDS[kind])
    scene.assert_one_of_each(scene.create_delete_restore())
    assert scene.flaky.left == 0, scene.flaky.made
