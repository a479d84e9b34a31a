"""From settings to a running library: engine, ports, clock and id maker. Every process starts here and nowhere else."""

import secrets
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime

from visa.domain.pace import Limits
from visa.errors import Misconfigured
from visa.ports.clock import Clock, NewId
from visa.ports.cloud import Cloud
from visa.ports.facility import Facility
from visa.ports.identity import Identity
from visa.services.reconcile import Work
from visa.settings import Environment, Settings
from visa.store import migrate
from visa.store.session import Sessions, open_engine, open_sessions

ID_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
ID_LENGTH = 16
GUEST_TOKEN_BYTES = 32


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def random_id() -> str:
    """A name for a new thing, 16 letters and digits that nobody can guess."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))


@dataclass(frozen=True)
class Runtime:
    """What services are handed. The ports are opened when they are first asked for: the api never opens the cloud."""

    settings: Settings
    sessions: Sessions
    clock: Clock
    new_id: NewId
    open_cloud: Callable[[], Cloud]
    open_facility: Callable[[], Facility]
    open_identity: Callable[[], Identity]


def build(settings: Settings) -> Runtime:
    """A runtime on the settings' database, which must have been brought up to date with `visa db upgrade`."""
    clock = SystemClock()
    engine = open_engine(settings.database.url, pool_size=max(10, settings.api.threads))
    return Runtime(
        settings=settings,
        sessions=open_sessions(engine),
        clock=clock,
        new_id=random_id,
        open_cloud=lambda: open_cloud(settings, clock),
        open_facility=lambda: open_facility(settings),
        open_identity=lambda: open_identity(settings, clock),
    )


def open_cloud(settings: Settings, clock: Clock) -> Cloud:
    """The cloud that the settings name; one that is far away is not asked anything yet.

    Raises `Misconfigured` when this machine cannot run it, or lacks the credentials.
    """
    if settings.cloud.adapter == "openstack":
        return _open_openstack(settings)
    from visa.adapters.cloud.local import LocalCloud, load_images

    images = load_images(settings.cloud.images.resolve())
    return LocalCloud(settings.cloud.root.resolve(), settings.cloud.deployment, images, clock)


def _open_openstack(settings: Settings) -> Cloud:
    from visa.adapters.cloud.openstack import OpenStackCloud

    section = settings.cloud.openstack
    reached_at = section.guest_api_url or settings.public_url
    return OpenStackCloud(section.model_copy(update={"guest_api_url": reached_at}), settings.cloud.deployment)


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
    )


def reconcile_work(runtime: Runtime, cloud: Cloud, *, holder: str, calls: Executor) -> Work:
    """What a reconcile pass works with; `calls` runs the cloud calls."""
    settings = runtime.settings
    return Work(
        sessions=runtime.sessions,
        cloud=cloud,
        clock=runtime.clock,
        deployment=settings.cloud.deployment,
        holder=holder,
        lease_s=settings.reconcile.lease_s,
        limits=reconcile_limits(settings),
        max_missing_share=settings.reconcile.max_missing_share,
        calls=calls,
        new_secret=lambda: secrets.token_urlsafe(GUEST_TOKEN_BYTES),
    )


def require_current_schema(runtime: Runtime) -> None:
    """Stop a process whose database is older or newer than its code. Raises `Misconfigured`."""
    current, head = migrate.current(runtime.sessions.engine), migrate.head()
    if current != head:
        raise Misconfigured(
            f"the database is at revision {current or 'nothing'}, this release needs {head}: run `visa db upgrade`"
        )
