"""The host's folders that a mount shows: whether they are there, and whether this person may be shown them."""

from pathlib import Path

from visa.adapters.cloud.local import files
from visa.domain.resources import Account, Mount
from visa.errors import Refused


def check_sources(mounts: tuple[Mount, ...], account: Account) -> None:
    """A folder that is not there is told at once. One that only the person may look at is tried in the sandbox.

    Neither may a link that the person made decide what is shown: they could make one to any folder of this host.
    """
    for mount in mounts:
        if files.is_missing(Path(mount.source)):
            raise Refused(f"The folder for {mount.target} is not there.", code="no_such_folder", detail=mount.source)
        if link := files.link_of(account.uid, Path(mount.source)):
            words = f"The folder for {mount.target} cannot be shown: a link of your own leads there."
            raise Refused(words, code="foreign_link", detail=f"{link} belongs to {account.login}")


def can_be_shown(mount: Mount, account: Account) -> bool:
    try:
        check_sources((mount,), account)
    except Refused:
        return False
    return True
