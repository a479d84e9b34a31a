"""What our project uses of what it is granted. Nova and Cinder write -1 for "without limit"."""

from visa.adapters.cloud.openstack.connect import Api, Json, Service
from visa.domain.resources import Share, Usage


def usage(api: Api) -> Usage:
    """Two calls: one to Nova, one to Cinder."""
    nova = api.get(Service.COMPUTE, "/limits").json()["limits"]["absolute"]
    cinder = api.get(Service.VOLUME, "/limits").json()["limits"]["absolute"]
    return Usage(
        instances=_share(nova, "totalInstancesUsed", "maxTotalInstances"),
        vcpus=_share(nova, "totalCoresUsed", "maxTotalCores"),
        memory_mib=_share(nova, "totalRAMUsed", "maxTotalRAMSize"),
        volumes=_share(cinder, "totalVolumesUsed", "maxTotalVolumes"),
        volume_gib=_share(cinder, "totalGigabytesUsed", "maxTotalVolumeGigabytes"),
    )


def _share(limits: Json, used: str, limit: str) -> Share:
    granted = limits.get(limit)
    return Share(int(limits[used]), None if granted is None or int(granted) < 0 else int(granted))
