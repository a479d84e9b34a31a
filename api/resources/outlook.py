"""What will come to instances and workspaces, and why: for their owners and for support."""

from api.operation import Noun, operation
from api.schemas.outlook import OutlookSchema, show_outlook
from api.shell import shell
from api.work import reading
from visa.bootstrap import keeps_archives
from visa.services.reclaim import outlook

noun = Noun("outlook", __name__, url_prefix="/api/v1", description="What will be taken back, and what follows")


@operation(noun, "GET", "/instances/<key:instance_id>/outlook", gives=OutlookSchema)
def foresee_instance(instance_id: str) -> dict[str, object]:
    """What will come to one instance and then to its files: warnings, end, recycle bin, archive"""
    archives = keeps_archives(shell().runtime.settings)
    with reading() as work:
        found = outlook.of_instance(work.session, work.actor, instance_id, archives=archives, now=work.desk.now)
        return show_outlook(found)


@operation(noun, "GET", "/workspaces/<key:workspace_id>/outlook", gives=OutlookSchema)
def foresee_workspace(workspace_id: str) -> dict[str, object]:
    """What will come to one workspace in the recycle bin or the archive"""
    archives = keeps_archives(shell().runtime.settings)
    with reading() as work:
        found = outlook.of_workspace(work.session, work.actor, workspace_id, archives=archives, now=work.desk.now)
        return show_outlook(found)
