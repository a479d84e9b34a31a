"""What may not be so where real people work: settings in, findings out. No network is used."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from visa.cli import mail_findings as mail
from visa.cli.findings import Finding, error, warning
from visa.settings import Environment, OpenStack, Settings

MIN_SECRET_LENGTH = 32


def findings(settings: Settings, *, production: bool) -> tuple[Finding, ...]:
    """Everything that stands against these settings; with `production`, also what only development may do."""
    found = [*_always(settings)]
    if production:
        found += [*_addresses(settings), *_sign_in(settings), *_secrets(settings), *_advice(settings)]
        found += mail.in_production(settings.mail)
    return tuple(found)


def _always(settings: Settings) -> Iterator[Finding]:
    url = urlsplit(settings.public_url)
    if url.scheme not in {"http", "https"} or not url.netloc or url.path or url.query:
        yield error("public_url", "must be like https://visa.example.org, without a path or a final slash")
    if urlsplit(settings.broker.public_url).scheme not in {"ws", "wss"}:
        yield error("broker.public_url", "must begin with ws:// or wss://")
    if settings.identity.development and settings.environment is not Environment.DEVELOPMENT:
        yield error("identity.development", "a provider that lets anybody in needs environment: development")
    yield from mail.always(settings.mail)
    for number, cloud in enumerate(settings.clouds):
        if cloud.adapter == "openstack":
            yield from _openstack(cloud.openstack, f"more_clouds.{number - 1}" if number else "cloud")


def _openstack(cloud: OpenStack, place: str) -> Iterator[Finding]:
    if not cloud.network:
        yield error(f"{place}.openstack.network", "is missing: machines would have no address")
    if not cloud.broker_cidrs:
        yield error(f"{place}.openstack.broker_cidrs", "is empty: no broker could reach a desktop")
    if any(network.prefixlen == 0 for network in cloud.broker_cidrs):
        yield error(f"{place}.openstack.broker_cidrs", "opens the desktops to everybody; name the brokers' addresses")
    if not cloud.verify_tls:
        yield warning(f"{place}.openstack.verify_tls", "is off: anybody on the way can read the cloud's password")


def _addresses(settings: Settings) -> Iterator[Finding]:
    if settings.environment is not Environment.PRODUCTION:
        yield error("environment", "must be production; cookies are not marked Secure otherwise")
    if urlsplit(settings.public_url).scheme != "https":
        yield error("public_url", "must begin with https://; put a TLS proxy in front of the api")
    if urlsplit(settings.broker.public_url).scheme != "wss":
        yield error("broker.public_url", "must begin with wss://; put a TLS proxy in front of the broker")


def _sign_in(settings: Settings) -> Iterator[Finding]:
    issuer = urlsplit(settings.identity.issuer)
    if settings.identity.development:
        yield error("identity.development", "must be false: with the development provider anybody can be anybody")
    if not settings.identity.issuer:
        yield error("identity.issuer", "is missing: nobody could sign in")
    elif issuer.scheme != "https" or _is_loopback(issuer.hostname or ""):
        yield error("identity.issuer", "must be your provider's https address, not a development provider")


def _secrets(settings: Settings) -> Iterator[Finding]:
    if not settings.identity.client_secret.get_secret_value():
        yield error("identity.client_secret", "is missing: your provider gave it when it registered this client")
    if len(settings.api.cursor_key.get_secret_value()) < MIN_SECRET_LENGTH:
        yield error("api.cursor_key", f"must be a random text of at least {MIN_SECRET_LENGTH} characters")


def _advice(settings: Settings) -> Iterator[Finding]:
    if settings.database.url.startswith("sqlite"):
        yield warning("database.url", "is SQLite: fine for one machine, PostgreSQL for several")
    if settings.api.trusted_proxies == 0:
        yield warning("api.trusted_proxies", "is 0 although TLS ends at a proxy: client addresses will be the proxy's")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
