"""Two projects of the real cloud as two clouds of the settings, opened as the processes do."""

from visa.bootstrap import SystemClock, open_cloud
from visa.domain.resources import Account, Mark, VolumeSpec
from visa.settings import load

ANNA = Account("anna", 6101, 6101)


def test_both_are_connected_and_neither_sees_what_is_in_the_other(ground):
    deployment = ground.deployment()
    common = {"adapter": "openstack", "deployment": deployment}
    network = {"network": "not asked for here", "broker_cidrs": ["127.0.0.1/32"]}
    settings = load(
        cloud={"name": "first", "openstack": {"cloud": "visa-test", **network}, **common},
        more_clouds=[{"name": "second", "openstack": {"cloud": "visa-other", **network}, **common}],
    )
    first, second = (open_cloud(settings, cloud.name, SystemClock()) for cloud in settings.clouds)
    mark = Mark(deployment, "volume", "only-in-the-first")
    made = first.create_volume(VolumeSpec(mark, 1, ANNA))
    assert [volume.ref for volume in first.survey().volumes] == [made.ref]
    assert second.survey().volumes == ()
    second.delete_volume(made.ref)  # no such volume there: it succeeds, and the first one's stays
    assert [volume.ref for volume in first.survey().volumes] == [made.ref]
