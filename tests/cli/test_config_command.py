"""`visa config`: what it refuses for production, and what it lets through."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from visa.cli.findings import Severity
from visa.cli.main import cli
from visa.cli.production import findings
from visa.settings import Settings

GOOD = {
    "environment": "production",
    "public_url": "https://visa.example.org",
    "broker": {"public_url": "wss://visa.example.org/desktop"},
    "database": {"url": "postgresql+psycopg://visa@db/visa"},
    "identity": {"issuer": "https://login.example.org", "client_secret": "given-by-the-provider"},
    "api": {"cursor_key": "k" * 32, "trusted_proxies": 1},
    "mail": {
        "adapter": "smtp",
        "host": "smtp.example.org",
        "from_address": "visa@example.org",
        "operators": ["operators@example.org"],
    },
}


def changed(section: str, **fields: object) -> Settings:
    value = GOOD.get(section)
    return Settings(**{**GOOD, section: {**value, **fields} if isinstance(value, dict) else fields})  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def no_settings_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VISA_CONFIG", raising=False)


def test_good_production_settings_have_no_findings():
    assert findings(Settings(**GOOD), production=True) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (changed("identity", development=True), "identity.development"),
        (changed("identity", issuer=""), "identity.issuer"),
        (changed("identity", issuer="http://127.0.0.1:8602"), "identity.issuer"),
        (changed("identity", issuer="https://localhost:8602"), "identity.issuer"),
        (changed("identity", client_secret=""), "identity.client_secret"),
        (changed("api", cursor_key="short"), "api.cursor_key"),
        (changed("broker", public_url="ws://visa.example.org"), "broker.public_url"),
        (changed("mail", adapter="log"), "mail.adapter"),
        (changed("mail", host=""), "mail.host"),
        (changed("mail", from_address="visa@localhost"), "mail.from_address"),
        (changed("mail", from_address="no address"), "mail.from_address"),
        (changed("mail", reply_to="jäger@example.org"), "mail.reply_to"),
        (changed("mail", operators=["a@b@c, d"]), "mail.operators.0"),
        (changed("mail", user="visa"), "mail.password"),
        (changed("mail", user="visa", password="pässword"), "mail.password"),
        (changed("mail", ca_file="/nowhere.pem"), "mail.ca_file"),
        (changed("mail", templates="/nowhere"), "mail.templates"),
        (Settings(**{**GOOD, "public_url": "http://visa.example.org"}), "public_url"),  # type: ignore[arg-type]
        (Settings(**{**GOOD, "environment": "development"}), "environment"),  # type: ignore[arg-type]
    ],
)
def test_what_is_only_fit_for_development_is_refused(settings: Settings, name: str):
    errors = {finding.setting for finding in findings(settings, production=True) if finding.severity is Severity.ERROR}
    assert name in errors


def test_sqlite_in_production_is_a_warning_only():
    found = findings(changed("database", url="sqlite:////var/lib/visa/visa.db"), production=True)
    assert [(finding.severity, finding.setting) for finding in found] == [(Severity.WARNING, "database.url")]


def test_a_development_provider_is_refused_outside_development_even_without_the_flag():
    found = findings(changed("identity", development=True), production=False)
    assert [finding.setting for finding in found] == ["identity.development"]


def test_the_command_fails_and_counts_what_must_be_changed(tmp_path: Path):
    (tmp_path / "visa.yaml").write_text("environment: development\n")
    assert CliRunner().invoke(cli, ["config", "check"]).exit_code == 0
    refused = CliRunner().invoke(cli, ["config", "check", "--production"])
    assert refused.exit_code == 1
    assert "error: environment:" in refused.output


def test_a_misspelt_setting_is_named(tmp_path: Path):
    (tmp_path / "visa.yaml").write_text("public_ulr: http://127.0.0.1:8600\n")
    refused = CliRunner().invoke(cli, ["config", "check"])
    assert refused.exit_code == 1
    assert "public_ulr" in refused.output


def test_an_upgrade_runs_once_and_then_says_so(tmp_path: Path):
    environment = {"VISA_DATABASE__URL": f"sqlite:///{tmp_path / 'visa.db'}"}
    first = CliRunner().invoke(cli, ["db", "upgrade"], env=environment)
    second = CliRunner().invoke(cli, ["db", "upgrade"], env=environment)
    assert "empty ->" in first.output
    assert "already" in second.output


def test_an_entry_of_the_catalogue_in_a_cloud_that_there_is_not_is_an_error(tmp_path: Path):
    (tmp_path / "visa.yaml").write_text("environment: development\ncatalogue: offers.yaml\n")
    (tmp_path / "offers.yaml").write_text(
        "images: [{id: xfce, name: Desktop, cloud: nowhere, cloud_name: xfce}]\n"
        "flavours: [{id: small, name: Small, vcpus: 1, memory_mib: 512, cloud_name: small}]\n"
    )
    refused = CliRunner().invoke(cli, ["config", "check"])
    assert refused.exit_code == 1
    assert "offers.yaml: images: xfce: there is no cloud 'nowhere', only main" in refused.output


def test_a_mistake_in_a_second_cloud_is_named_with_its_place():
    second = {"name": "second", "adapter": "openstack", "openstack": {"broker_cidrs": ["192.0.2.10/32"]}}
    found = findings(Settings(**GOOD, more_clouds=[second]), production=True)  # type: ignore[arg-type]
    assert [finding.setting for finding in found] == ["more_clouds.0.openstack.network"]
