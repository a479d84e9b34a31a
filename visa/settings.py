"""Every setting of every process, from one YAML file and the environment.

`VISA_CONFIG` names the file (default: visa.yaml in the working directory, when there is one); a variable such as
`VISA_DATABASE__URL` overrides the file. Descriptions become docs/configure.md. Lengths of time carry their unit in the name.
"""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, YamlConfigSettingsSource

from visa.errors import Misconfigured

Port = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(gt=0)]
Days = Annotated[float, Field(gt=0)]


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Site(Section):
    """What the pages call this place."""

    name: str = Field("VISA", description="Name of the platform, shown in the header.")
    facility: str = Field("Example Facility", description="Name of the facility.")
    federation_name: str = Field("UmbrellaID", description="Name on the sign-in button.")


class Database(Section):
    """Where everything is kept."""

    url: str = Field(
        "sqlite:///visa.db", description="SQLAlchemy URL; SQLite and PostgreSQL (postgresql+psycopg://) work."
    )


class Api(Section):
    """The web process."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Port = Field(8600, description="Port to listen on.")
    threads: int = Field(8, ge=1, description="Requests served at once by one worker.")
    workers: int = Field(1, ge=1, description="Worker processes.")
    trusted_proxies: int = Field(0, ge=0, description="How many reverse proxies in front set X-Forwarded-* headers.")
    web_root: Path = Field(Path("web/dist"), description="Folder of the built web client.")
    cursor_key: SecretStr = Field(
        SecretStr(""), description="Secret that signs list cursors; required in production, any 32 random characters."
    )


class Broker(Section):
    """The process that carries desktops."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Port = Field(8601, description="Port to listen on.")
    public_url: str = Field("ws://127.0.0.1:8601", description="Where browsers reach the broker (ws:// or wss://).")
    heartbeat_s: Seconds = Field(2, description="How often it reports what it holds and reads what must close.")
    ticket_lifetime_s: Seconds = Field(30, description="How long a desktop ticket may wait for its one use.")
    ping_s: Seconds = Field(20, description="How often a silent browser is pinged.")
    blind_close_s: Seconds = Field(
        60, description="After so long without the database all desktops close: revoking must not be defeated."
    )
    max_connections: int = Field(2000, ge=1, description="Connections held at once.")


class OpenStack(Section):
    """One project of an OpenStack cloud."""

    cloud: str = Field("", description="Name in clouds.yaml; empty takes the OS_* variables of the environment.")
    network: str = Field("", description="Network of the machines, by name or id; the broker must reach it.")
    security_group: str = Field(
        "", max_length=255, description="Name of our security group; empty is visa-<deployment>. Made when missing."
    )
    broker_cidrs: tuple[IPvAnyNetwork, ...] = Field(
        (), description="Addresses of the brokers, as networks: only they reach the desktops."
    )
    desktop_port: int = Field(5900, ge=1, le=65535, description="TCP port of the desktop inside a machine.")
    readiness: Literal["guest", "active"] = Field(
        "guest",
        description="When a machine counts as ready: guest (its guest service reports the desktop) or active (it runs; for images without the guest service).",
    )
    verify_tls: bool = Field(True, description="Check the cloud's certificates; false only for a trial.")
    ca_file: Path | None = Field(None, description="Certificates to trust instead of the system's.")
    timeout_s: Seconds = Field(30, description="How long one call may take to connect, and to answer.")
    availability_zone: str = Field("", description="Where machines are made; empty leaves it to the cloud.")
    volume_type: str = Field("", description="Type of the volumes of workspaces; empty is the cloud's default.")
    boot_volume: bool = Field(
        False, description="Machines boot from a disposable volume instead of a disk of their host."
    )
    config_drive: bool = Field(
        True, description="Hand the first settings over on a small disk too, so that no metadata service is needed."
    )
    timezone: str = Field("Etc/UTC", description="Time zone inside the machines, such as Europe/Paris.")
    user_data: Path | None = Field(
        None, description="Template for cloud-init instead of the shipped one: see docs/openstack.md."
    )
    guest_ca_file: Path | None = Field(
        None, description="Certificates (PEM) by which machines know the api; empty are those of their image."
    )
    guest_api_url: str = Field(
        "", description="Where machines reach the api, such as https://visa.example.org; empty is public_url."
    )


class Mounting(Section):
    """How machines of a real cloud reach the folders below a prefix of the facility's storage."""

    prefix: str = Field(
        pattern=r"^/", description="The folders that it covers; of several rules the longest prefix counts."
    )
    kind: str = Field(pattern=r"^[a-z0-9.]{1,20}$", description="Type for mount(8): nfs4, cifs, ceph; or bind.")
    device: str = Field(min_length=1, description="What is mounted; {rest} stands for the path after the prefix.")
    options: tuple[str, ...] = Field((), description="Options for mount(8) beside ro and rw.")


class Cloud(Section):
    """Where instances run."""

    adapter: Literal["local", "openstack"] = Field(
        "local", description="Kind of cloud: local (sandboxes on this machine) or openstack."
    )
    deployment: str = Field("visa", pattern=r"^[a-z0-9-]{1,32}$", description="Marks our resources in the cloud.")
    root: Path = Field(Path("var/cloud"), description="local: folder that holds volumes and sandboxes.")
    images: Path = Field(Path("images/local"), description="local: folder that holds the kinds of desktops.")
    workspace_gib: int = Field(20, ge=1, description="Size of a new workspace.")
    mounts: tuple[Mounting, ...] = Field(
        (), description="How machines with a guest service mount data: a list of {prefix, kind, device, options}."
    )
    guest_poll_s: int = Field(10, ge=1, le=60, description="How often a guest service reports, in seconds.")
    openstack: OpenStack = OpenStack()


class Facility(Section):
    """Where people, instruments and experiments are read from."""

    adapter: Literal["file"] = Field("file", description="Kind of source: file (YAML + CSV).")
    root: Path = Field(Path("var/facility"), description="file: folder that holds facility.yaml and the CSV files.")
    sync_s: Seconds = Field(60, description="How often the source is read.")


class Identity(Section):
    """The OpenID Connect provider that people sign in with."""

    issuer: str = Field("", description="Issuer address; everything else is discovered from it.")
    client_id: str = Field("visa", description="Our client id at the provider.")
    client_secret: SecretStr = Field(SecretStr(""), description="Our client secret at the provider.")
    scopes: tuple[str, ...] = Field(("openid", "profile", "email"), description="Scopes to ask for.")
    development: bool = Field(False, description="The provider lets anybody be anybody: refused in production.")
    subject_scopes: tuple[str, ...] = Field(
        (), description="Accepted parts after the @ of a subject; empty accepts every subject of the issuer."
    )
    orcid_links: bool = Field(
        True,
        description="An ORCID iD that the provider names links to the facility account that has it; set false where people can write theirs without proving it, then support confirms.",
    )
    entitlement_roles: dict[str, str] = Field(
        {}, description="AARC-G069 group entitlement to role, matched with its namespace and authority."
    )
    session_idle_h: float = Field(12, gt=0, description="A sign-in ends after so many hours without a request.")
    session_max_h: float = Field(72, gt=0, description="A sign-in ends after so many hours in any case.")
    timeout_s: Seconds = Field(5, description="How long the provider may take to answer.")


class Lifetimes(Section):
    """How long instances of one role live, and how many there may be."""

    lifetime_d: Days = Field(description="Days that a new instance lives.")
    extension_d: Days = Field(description="Days from now that one extension gives.")
    max_lifetime_d: Days = Field(description="Days since creation that extensions can reach.")
    instances: int = Field(ge=0, description="Instances at once.")


class Policy(Section):
    """Lifetimes and quotas."""

    user: Lifetimes = Field(
        Lifetimes(lifetime_d=14, extension_d=14, max_lifetime_d=60, instances=2), description="For users."
    )
    staff: Lifetimes = Field(
        Lifetimes(lifetime_d=60, extension_d=60, max_lifetime_d=365, instances=5), description="For staff."
    )
    guest: Lifetimes = Field(
        Lifetimes(lifetime_d=7, extension_d=7, max_lifetime_d=14, instances=1), description="For guests."
    )
    bin_d: Days = Field(90, description="Days that a workspace stays in the recycle bin.")
    guest_uid_first: int = Field(
        200000, ge=1000, description="Unix ids of people without a facility account are given out from here on."
    )
    warn_d: Days = Field(3, description="Days before the end of an instance from when pages warn.")


class Reconcile(Section):
    """The loop that makes the cloud match what people want."""

    poll_s: Seconds = Field(0.25, description="How often the database is asked whether anything is due.")
    survey_s: Seconds = Field(10, description="How often the cloud is listed when nothing is due.")
    lease_s: Seconds = Field(60, description="How long one scheduler owns a row that it works on.")
    workers: int = Field(8, ge=1, description="Cloud calls made at once.")
    absence_s: Seconds = Field(2, description="A machine must be missing for so long before it counts as gone.")
    empty_absence_s: Seconds = Field(
        600, description="A list that shows nothing at all of what should be there is believed only after so long."
    )
    settle_s: Seconds = Field(5, description="How long a create call of unknown outcome may still take effect.")
    stable_s: Seconds = Field(
        60, description="A machine must run for so long before earlier failed tries are forgotten."
    )
    max_missing_share: float = Field(
        0.5,
        gt=0,
        le=1,
        description="When more than this share of the machines, or of the volumes, is missing from one list (and more than three), nothing is concluded from it; set 1 to accept a real loss.",
    )
    build_timeout_s: Seconds = Field(600, description="A machine that is not ready after so long has failed.")
    max_attempts: int = Field(5, ge=1, description="Failed tries before an instance is shown as failed.")
    backoff_s: Seconds = Field(2, description="Wait after the first failed try; doubles each time.")
    max_backoff_s: Seconds = Field(300, description="Longest wait between tries.")


class Settings(BaseSettings):
    """All settings. Build with `load`, which turns mistakes into one readable error."""

    model_config = SettingsConfigDict(
        env_prefix="VISA_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    environment: Environment = Field(Environment.PRODUCTION, description="development or production.")
    public_url: str = Field(
        "http://127.0.0.1:8600", description="Where browsers reach the pages, without a final slash."
    )
    catalogue: Path = Field(Path("config/catalogue.yaml"), description="File that lists images and flavours.")
    site: Site = Site()
    database: Database = Database()
    api: Api = Api()
    broker: Broker = Broker()
    cloud: Cloud = Cloud()
    facility: Facility = Facility()
    identity: Identity = Identity()
    policy: Policy = Policy()
    reconcile: Reconcile = Reconcile()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, which wins over the file."""
        file = config_file()
        sources: tuple[PydanticBaseSettingsSource, ...] = (init_settings, env_settings)
        return (*sources, YamlConfigSettingsSource(settings_cls, file)) if file else sources


def config_file() -> Path | None:
    """The settings file in force; None when there is none. A file that is named but missing is an error."""
    named = os.environ.get("VISA_CONFIG")
    if named:
        if not Path(named).is_file():
            raise Misconfigured(f"VISA_CONFIG names {named}, which is not there")
        return Path(named)
    return Path("visa.yaml") if Path("visa.yaml").is_file() else None


def load(**overrides: Any) -> Settings:
    """Read the settings; every mistake is named with its place. Raises `Misconfigured`."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}" for wrong in error.errors(include_input=False)]
        raise Misconfigured("settings are wrong:\n  " + "\n  ".join(lines)) from error
