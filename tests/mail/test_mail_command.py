"""`visa mail test`: a sample letter, sent as the settings say."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.mail.mailserver import serving
from visa.cli.main import cli


@pytest.fixture(autouse=True)
def settings_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VISA_CONFIG", raising=False)
    return tmp_path / "visa.yaml"


def written(file: Path, port: int, more: str = "") -> None:
    mail = f"mail: {{adapter: smtp, host: 127.0.0.1, port: {port}, tls: none, from_address: visa@example.org{more}}}\n"
    file.write_text("site: {facility: Soleil Levant, time_zone: Europe/Paris}\n" + mail)


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["mail", "test", *words])


def test_a_sample_of_any_kind_and_language_arrives(settings_file: Path):
    with serving() as server:
        written(settings_file, server.port)
        done = run("me@example.org", "--kind", "reclaimed", "--language", "fr")
    assert done.exit_code == 0, done.output
    [got] = server.inbox
    assert got.message["Subject"].startswith("[Test] Votre bureau")
    assert str(got.message["Message-ID"]) in done.output
    assert got.message["Message-ID"].endswith("@example.org>")
    text = got.message.get_body(("plain",))
    assert text is not None
    assert "Soleil Levant" in text.get_content()


def test_what_the_server_says_is_shown(settings_file: Path):
    with serving() as server:
        server.refused["gone@example.org"] = "550 5.1.1 no such user here"
        written(settings_file, server.port)
        done = run("gone@example.org")
    assert done.exit_code == 1
    assert "address_refused: 550 5.1.1 no such user here" in done.output


def test_a_broken_template_of_the_facility_is_named_and_the_letter_goes_out(settings_file: Path, tmp_path: Path):
    (tmp_path / "own/en").mkdir(parents=True)
    (tmp_path / "own/en/lifetime_warning.j2").write_text("{% block subject %}\n{{ nonsense }}{% endblock %}")
    with serving() as server:
        written(settings_file, server.port, ", templates: own")
        done = run("me@example.org")
        checked = CliRunner().invoke(cli, ["config", "check"])
    assert done.exit_code == 0, done.output
    assert "lifetime_warning.j2:2: UndefinedError: 'nonsense' is undefined" in done.output
    assert len(server.inbox) == 1
    assert checked.exit_code == 1
    assert "mail.templates: own/en/lifetime_warning.j2:2:" in checked.output.replace("/private", "")
