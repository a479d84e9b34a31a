"""`visa policy`: check, load, show and the list of versions, as an operator types them."""

import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from visa.cli import policy_docs
from visa.cli.main import cli
from visa.settings import Policy


@pytest.fixture(autouse=True)
def database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VISA_CONFIG", raising=False)
    monkeypatch.setenv("VISA_DATABASE__URL", f"sqlite:///{tmp_path / 'visa.db'}")
    assert run("db", "upgrade")


def run(*words: str, fails: bool = False) -> str:
    result = CliRunner().invoke(cli, list(words))
    assert (result.exit_code != 0) is fails, result.output
    return result.output


def test_a_policy_is_checked_loaded_shown_and_listed(tmp_path: Path):
    file = tmp_path / "policy.yaml"
    file.write_text("bin_d: 30\nuser: {instances: 4}\n", encoding="utf-8")
    assert "is fine" in run("policy", "check", str(file))
    assert "None was loaded" in run("policy", "versions")
    assert "version 1 is in force" in run("policy", "load", str(file), "--note", "more room")
    assert "version 1 was in force already" in run("policy", "load", str(file))
    shown = run("policy", "show")
    assert shown.startswith("# In force: version 1.")
    wanted = Policy.model_validate({"bin_d": 30, "user": {"instances": 4}})
    assert Policy.model_validate(yaml.safe_load(shown)) == wanted
    assert "more room" in run("policy", "versions")


def test_mistakes_are_named_with_their_place_and_change_nothing(tmp_path: Path):
    file = tmp_path / "policy.yaml"
    file.write_text("user: {lifetime_d: 0}\nflavours: {huge: {users: {}}}\n", encoding="utf-8")
    for verb in ("check", "load"):
        said = run("policy", verb, str(file), fails=True)
        assert "user.lifetime_d" in said
        assert "flavours.huge.users" in said
    assert "was loaded" in run("policy", "show")


def test_a_file_that_is_not_there_or_is_no_yaml_is_said_so(tmp_path: Path):
    assert "No such file" in run("policy", "check", "nowhere.yaml", fails=True)
    (tmp_path / "broken.yaml").write_text("user: [", encoding="utf-8")
    assert "broken.yaml" in run("policy", "check", "broken.yaml", fails=True)


def test_what_the_documentation_gives_as_examples_is_a_policy():
    examples = re.findall(r"```yaml\n(.*?)```", policy_docs.markdown(), re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        Policy.model_validate(yaml.safe_load(example))
