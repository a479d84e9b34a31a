"""What a list of the cloud tells of the use of machines. Nothing is decided by it here; see `services.idleness`."""

from collections.abc import Collection, Mapping
from datetime import datetime

from visa.domain.idle import Signal
from visa.domain.resources import Power, ServerSeen
from visa.services import idleness, policies
from visa.services.idleness import Word
from visa.store.session import Sessions


def note_use(
    sessions: Sessions, servers: Mapping[str, ServerSeen], instance_ids: Collection[str], *, now: datetime
) -> None:
    """Write down the load and logins of running machines, by their instances' ids; seldom, when nothing changes."""
    running = {one: servers[one] for one in instance_ids if one in servers and servers[one].power is Power.ACTIVE}
    words = [
        Word(one, signal, value)
        for one, seen in running.items()
        for signal, value in ((Signal.LOAD, seen.load), (Signal.LOGINS, seen.logins))
        if value is not None
    ]
    if not words:
        return
    with sessions.read() as session:
        policy = policies.in_force(session).policy
        worth = idleness.worth_recording(session, policy, words, now=now)
    if worth:
        with sessions.write() as session:
            idleness.record_all(session, policy, worth, now=now)
