"""Documentation as a tested thing: settings, commands and example files cannot be forgotten."""

from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from visa.adapters.facility.file import FileFacility
from visa.cli.main import cli
from visa.cli.production import findings
from visa.cli.settings_docs import example_yaml, leaves, markdown
from visa.services import catalogue_file as catalogue
from visa.services import policies
from visa.settings import load

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {"VISA_API__CURSOR_KEY": "k" * 32, "VISA_IDENTITY__CLIENT_SECRET": "given-by-the-provider"}


def commands(group: click.Group = cli, words: tuple[str, ...] = ("visa",)) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, as "visa db upgrade"."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


def test_every_setting_is_described():
    assert not [setting.name for setting in leaves() if not setting.description]


def test_the_page_of_settings_is_fresh():
    assert (ROOT / "docs/configure.md").read_text() == markdown(), "run `make generated`"


def test_the_example_of_settings_is_fresh_and_holds_every_setting():
    text = (ROOT / "config/visa.example.yaml").read_text()
    assert text == example_yaml(), "run `make generated`"
    for setting in leaves():
        assert (setting.variable if setting.secret else f"{setting.name.rpartition('.')[2]}:") in text


def test_the_example_of_settings_is_fit_for_production(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VISA_CONFIG", str(ROOT / "config/visa.example.yaml"))
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    assert findings(load(), production=True) == ()


def test_every_example_is_loaded_by_what_reads_it_in_the_product():
    """A new file in config/ has to be added here with its reader."""
    readers: dict[str, Callable[[Path], object]] = {
        "catalogue.yaml": catalogue.read,
        "facility": lambda folder: FileFacility(folder).read(),
        "visa.example.yaml": lambda _: "read by the tests above",
        "policy.yaml": policies.read,
        "debian-packages.txt": lambda _: "read by the test of the set-up",
    }
    for entry in sorted((ROOT / "config").iterdir()):
        assert entry.name in readers, f"say here what reads config/{entry.name}"
        assert readers[entry.name](entry)


@pytest.mark.parametrize(("name", "command"), [pytest.param(*entry, id=entry[0]) for entry in commands()])
def test_every_command_is_documented_and_shows_examples(name: str, command: click.Command):
    documented = "\n".join(path.read_text() for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
    assert f"`{name}" in documented or f"\n    {name}" in documented, f"say in docs/operate.md when to use `{name}`"
    assert "Examples:" in (command.help or ""), f"end the docstring of `{name}` with examples"
