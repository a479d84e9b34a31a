"""For the service inside each machine: it reports how the machine is, and hears which data should be mounted there."""

import structlog

from api.guard import machine
from api.operation import Noun, operation
from api.schemas.guest import GuestOrdersSchema, GuestReportSchema
from api.shell import shell
from visa.domain.guest_mounts import MountRule, guest_mounts
from visa.services import guests
from visa.services.clouds import cloud_of
from visa.services.guests import Report

log = structlog.get_logger(__name__)

noun = Noun("guest", __name__, url_prefix="/api/guest/v1", description="The services inside machines")


@operation(noun, "POST", "/report", body=GuestReportSchema, gives=GuestOrdersSchema, for_machines=True)
def report_guest(report: Report) -> dict[str, object]:
    """Report how a machine is; the answer says what should be mounted in it now"""
    runtime, instance_id = shell().runtime, machine()
    now = runtime.clock.now()
    with runtime.sessions.write() as session:
        guests.keep(session, instance_id, report, now=now)
        wanted = guests.wanted_mounts(session, instance_id, now)
        cloud = runtime.settings.cloud_named(cloud_of(session, instance_id))
    rules = [MountRule(**rule.model_dump()) for rule in cloud.mounts]
    told, uncovered = guest_mounts(wanted, rules)
    if uncovered:
        sources = [mount.source for mount in uncovered]
        log.error("no rule in mounts covers these folders", cloud=cloud.name, instance=instance_id, folders=sources)
    return {"mounts": told, "poll_s": cloud.guest_poll_s}
