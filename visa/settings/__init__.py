"""Every setting of every process, from one YAML file and the environment.

`VISA_CONFIG` names the file (default: visa.yaml in the working directory, when there is one); a variable such as
`VISA_DATABASE__URL` overrides the file. Descriptions become docs/configure.md. Lengths of time carry their unit in the name.
"""

import os
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, YamlConfigSettingsSource

from visa.errors import Misconfigured
from visa.settings.base import Port, Seconds, Section
from visa.settings.cloud import Cloud, OpenStack, refuse_twins
from visa.settings.limits import SharedLimits
from visa.settings.mail import Mail
from visa.settings.policy import Policy, RoleTerms
from visa.settings.reclaim import Reclaim


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Site(Section):
    """What the pages call this place."""

    name: str = Field("VISA", description="Name of the platform, shown in the header.")
    facility: str = Field("Example Facility", description="Name of the facility.")
    federation_name: str = Field("UmbrellaID", description="Name on the sign-in button.")
    time_zone: str = Field("Etc/UTC", description="Time zone of dates in letters, such as Europe/Paris.")

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"there is no time zone {zone!r}; it is written like Europe/Paris")
        return zone


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
    sign_ins_per_min: int = Field(
        300, ge=1, description="How many sign-ins one address, which may be a campus, begins in a minute at one worker."
    )
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
    restore_timeout_s: Seconds = Field(
        86400, description="A workspace that did not come back from its archive after so long needs somebody to look."
    )
    max_attempts: int = Field(5, ge=1, description="Failed tries before an instance is shown as failed.")
    backoff_s: Seconds = Field(2, description="Wait after the first failed try; doubles each time.")
    max_backoff_s: Seconds = Field(300, description="Longest wait between tries.")


class Leaks(Section):
    """Resources of ours in the cloud that belong to no instance and no workspace."""

    look_s: Seconds = Field(300, description="How often they are looked for.")
    quiet_s: Seconds = Field(900, description="How long one must have been seen before anything is done about it.")
    delete_machines: bool = Field(
        False, description="Stop and delete such machines and free their ports. Volumes are only ever reported."
    )
    max_share: float = Field(
        0.2,
        gt=0,
        le=1,
        description="When more than this share of all machines, or volumes, seems to belong to nobody (and more than three), the database is doubted and nothing is done.",
    )


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
    policy: Path = Field(Path("config/policy.yaml"), description="File that `visa policy load` brings into force.")
    more_clouds: tuple[Cloud, ...] = Field(
        (), description="Clouds beside the first: a list of sections like `cloud`, each with a name of its own."
    )
    site: Site = Site()
    database: Database = Database()
    api: Api = Api()
    broker: Broker = Broker()
    cloud: Cloud = Cloud()
    facility: Facility = Facility()
    identity: Identity = Identity()
    mail: Mail = Mail()
    reconcile: Reconcile = Reconcile()
    reclaim: Reclaim = Reclaim()
    leaks: Leaks = Leaks()

    @property
    def clouds(self) -> tuple[Cloud, ...]:
        """All of them, the first one first."""
        return (self.cloud, *self.more_clouds)

    def cloud_named(self, name: str) -> Cloud:
        """Raises `Misconfigured` when there is none, or none any more."""
        for cloud in self.clouds:
            if cloud.name == name:
                return cloud
        known = ", ".join(cloud.name for cloud in self.clouds)
        raise Misconfigured(f"there is no cloud {name!r} in the settings, only {known}: see more_clouds")

    @model_validator(mode="after")
    def _clouds_differ(self) -> Self:
        refuse_twins(self.clouds)
        return self

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
        wrongs = [(".".join(map(str, wrong["loc"])), wrong["msg"]) for wrong in error.errors(include_input=False)]
        lines = [f"{place}: {what}" if place else what for place, what in wrongs]
        raise Misconfigured("settings are wrong:\n  " + "\n  ".join(lines)) from error


__all__ = [
    "Api",
    "Broker",
    "Cloud",
    "Database",
    "Environment",
    "Facility",
    "Identity",
    "Leaks",
    "Mail",
    "OpenStack",
    "Policy",
    "Reclaim",
    "Reconcile",
    "RoleTerms",
    "Settings",
    "SharedLimits",
    "Site",
    "load",
]
