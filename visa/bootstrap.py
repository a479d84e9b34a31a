"""From settings to a running library: engine, ports, clock and id maker. Every process starts here and nowhere else."""

import secrets
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from visa.domain.letters import House
from visa.domain.pace import Limits
from visa.errors import Misconfigured, Refused
from visa.letters import render
from visa.ports.clock import Clock, NewId
from visa.ports.cloud import Cloud
from visa.ports.facility import Facility
from visa.ports.identity import Identity
from visa.ports.notify import Notify
from visa.services import clouds
from visa.services.reclaim.sender import Sending
from visa.services.reconcile import Work
from visa.settings import Cloud as CloudSection
from visa.settings import Environment, Settings
from visa.store import migrate
from visa.store.session import Sessions, open_engine, open_sessions

ID_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
ID_LENGTH = 16
GUEST_TOKEN_BYTES = 32
SMTP_STEPS = 15  # more than there are answers to wait for in one conversation


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def random_id() -> str:
    """A name for a new thing, 16 letters and digits that nobody can guess."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))


@dataclass(frozen=True)
class Runtime:
    """What services are handed. The ports are opened when they are first asked for: the api never opens a cloud.

    `open_cloud` opens the one with this name. Raises `Misconfigured`.
    """

    settings: Settings
    sessions: Sessions
    clock: Clock
    new_id: NewId
    open_cloud: Callable[[str], Cloud]
    open_facility: Callable[[], Facility]
    open_identity: Callable[[], Identity]
    open_notify: Callable[[], Notify]


def build(settings: Settings) -> Runtime:
    """A runtime on the settings' database, which must have been brought up to date with `visa db upgrade`."""
    clock = SystemClock()
    engine = open_engine(settings.database.url, pool_size=max(10, settings.api.threads))
    return Runtime(
        settings=settings,
        sessions=open_sessions(engine),
        clock=clock,
        new_id=random_id,
        open_cloud=lambda name: open_cloud(settings, name, clock),
        open_facility=lambda: open_facility(settings),
        open_identity=lambda: open_identity(settings, clock),
        open_notify=lambda: open_notify(settings),
    )


def open_cloud(settings: Settings, name: str, clock: Clock) -> Cloud:
    """The cloud that the settings call so; one that is far away is not asked anything yet.

    Raises `Misconfigured` when there is none, this machine cannot run it, or lacks the credentials.
    """
    section = settings.cloud_named(name)
    if section.adapter == "openstack":
        return _open_openstack(settings, section)
    from visa.adapters.cloud.local import LocalCloud, load_images

    return LocalCloud(section.root.resolve(), section.deployment, load_images(section.images.resolve()), clock)


def _open_openstack(settings: Settings, section: CloudSection) -> Cloud:
    from visa.adapters.cloud.openstack import OpenStackCloud

    reached_at = section.openstack.guest_api_url or settings.public_url
    openstack = section.openstack.model_copy(update={"guest_api_url": reached_at})
    return OpenStackCloud(openstack, section.deployment)


def open_facility(settings: Settings) -> Facility:
    """The facility's source that the settings name."""
    from visa.adapters.facility.file import FileFacility

    return FileFacility(settings.facility.root.resolve())


def open_identity(settings: Settings, clock: Clock) -> Identity:
    """The provider that the settings name; it is not asked anything yet. Raises `Misconfigured`."""
    from visa.adapters.identity.none import NoProvider
    from visa.adapters.identity.oidc import OidcIdentity

    if not settings.identity.issuer and settings.environment is Environment.DEVELOPMENT:
        return NoProvider()
    return OidcIdentity(settings.identity, clock)


def open_notify(settings: Settings) -> Notify:
    """The way letters go out; the server is not asked anything yet. Raises `Misconfigured`."""
    from visa.adapters.notify.log import LogNotify
    from visa.adapters.notify.smtp import SmtpNotify

    if settings.mail.adapter == "log":
        return LogNotify(accepts=settings.environment is Environment.DEVELOPMENT)
    return SmtpNotify(settings.mail, sender_name=f"{settings.site.name} {settings.site.facility}")


def keeps_archives(settings: Settings) -> dict[str, bool]:
    """By the name of each cloud, whether it keeps backups that outlive their volumes."""
    return {one.name: one.adapter != "openstack" or one.openstack.backups for one in settings.clouds}


def house(settings: Settings) -> House:
    """Who letters come from."""
    return House(
        facility=settings.site.facility,
        site=settings.site.name,
        url=settings.public_url,
        support=settings.mail.reply_to or settings.mail.from_address,
        zone=settings.site.time_zone,
    )


def letter_sending(runtime: Runtime, *, holder: str) -> Sending:
    """What a round of letters works with. Raises `Misconfigured`."""
    from visa.adapters.notify.message import mailbox

    settings, mail = runtime.settings, runtime.settings.mail
    try:
        domain = mailbox(mail.from_address).rpartition("@")[2]
    except Refused as error:
        raise Misconfigured(f"mail.from_address: {error.detail}") from error
    return Sending(
        sessions=runtime.sessions,
        notify=runtime.open_notify(),
        render=lambda letter: render(letter, mail.language, mail.templates),
        house=house(settings),
        clock=runtime.clock,
        new_id=runtime.new_id,
        holder=holder,
        domain=domain,
        operators=mail.operators,
        alert_after=timedelta(seconds=mail.alert_after_s),
        lease_s=SMTP_STEPS * mail.timeout_s,
    )


def reconcile_limits(settings: Settings) -> Limits:
    """The patience of the plan."""
    patience = settings.reconcile
    return Limits(
        absence_s=patience.absence_s,
        empty_absence_s=patience.empty_absence_s,
        settle_s=patience.settle_s,
        build_timeout_s=patience.build_timeout_s,
        stable_s=patience.stable_s,
        max_attempts=patience.max_attempts,
        backoff_s=patience.backoff_s,
        max_backoff_s=patience.max_backoff_s,
        restore_timeout_s=patience.restore_timeout_s,
    )


def reconcile_work(runtime: Runtime, cloud_name: str, *, holder: str, calls: Executor) -> Work:
    """What a reconcile pass over one cloud works with; `calls` runs its calls. Raises `Misconfigured`.

    No two works may share a holder: leases are kept up by it.
    """
    settings = runtime.settings
    return Work(
        sessions=runtime.sessions,
        cloud=runtime.open_cloud(cloud_name),
        clock=runtime.clock,
        deployment=settings.cloud_named(cloud_name).deployment,
        holder=holder,
        lease_s=settings.reconcile.lease_s,
        limits=reconcile_limits(settings),
        max_missing_share=settings.reconcile.max_missing_share,
        calls=calls,
        new_secret=lambda: secrets.token_urlsafe(GUEST_TOKEN_BYTES),
        cloud_name=cloud_name,
    )


def require_current_schema(runtime: Runtime) -> None:
    """Stop a process whose database is older or newer than its code. Raises `Misconfigured`."""
    current, head = migrate.current(runtime.sessions.engine), migrate.head()
    if current != head:
        raise Misconfigured(
            f"the database is at revision {current or 'nothing'}, this release needs {head}: run `visa db upgrade`"
        )


def require_known_clouds(runtime: Runtime) -> None:
    """Stop a scheduler that would leave rows of a cloud alone for ever. Raises `Misconfigured`."""
    with runtime.sessions.read() as session:
        lost = clouds.unknown(session, [cloud.name for cloud in runtime.settings.clouds])
    if lost:
        said = "; ".join(f"{' and '.join(what)} in {cloud!r}" for cloud, what in lost.items())
        raise Misconfigured(
            f"the database has {said}, which the settings do not name: correct cloud.name or more_clouds, or the "
            "catalogue and run `visa catalogue load`"
        )
