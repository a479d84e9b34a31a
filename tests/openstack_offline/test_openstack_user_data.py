"""What machines are told: golden files, cloud-init's own schema, and names that try to break out."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from visa.adapters.cloud.openstack.user_data import MAX_BYTES, as_json, render
from visa.domain.resources import Account, Mark, Mount, MountMode, ServerSpec
from visa.errors import Fault, Refused
from visa.settings import OpenStack

GOLDEN = Path(__file__).with_name("golden")
SPEC = ServerSpec(
    mark=Mark("visa", "server", "k3v9"),
    name="Ni powder, run 7",
    image="debian",
    vcpus=2,
    memory_mib=4096,
    volume_ref="0f2d6c1e-1111-2222-3333-444455556666",
    account=Account("ada", 10001, 10001, (10001, 20007), "Ada Lovelace"),
    mounts=(Mount("/facility/mx-1/raw", "/data/mx-1/raw", MountMode.READ_ONLY),),
    keyboard="de(nodeadkeys)",
    desktop_password="vnc-pass",
    guest_token="guest-token",
    workspace_id="w1",
)
SETTINGS = OpenStack(guest_api_url="https://visa.example.org", timezone="Europe/Paris")


def told(spec: ServerSpec = SPEC, settings: OpenStack = SETTINGS) -> dict:  # type: ignore[type-arg]
    data = render(spec, settings)
    assert data.startswith(b"#cloud-config\n")
    return yaml.safe_load(data)


def config(spec: ServerSpec = SPEC) -> dict:  # type: ignore[type-arg]
    (file,) = told(spec)["write_files"]
    return json.loads(file["content"])


def test_it_is_what_it_was():
    """Changed on purpose? Look at the difference, then write what `render` gives into the file."""
    assert render(SPEC, SETTINGS).decode() == (GOLDEN / "user-data.yaml").read_text()


def test_the_only_file_with_secrets_is_for_root_alone():
    (file,) = told()["write_files"]
    assert (file["path"], file["owner"], file["permissions"]) == ("/etc/visa-guest/config.json", "root:root", "0600")
    rest = told() | {"write_files": None}
    assert "guest-token" not in str(rest)
    assert "vnc-pass" not in str(rest)


def test_it_says_nothing_of_data_folders():
    """They are asked for again and again while the machine runs, because access ends."""
    assert b"/data/" not in render(SPEC, SETTINGS)
    assert b"/facility/" not in render(SPEC, SETTINGS)


HOSTILE = st.text(max_size=60) | st.sampled_from(
    [
        '"}\nruncmd: [reboot]\n',
        "'; reboot; '",
        "{{ 7 * 7 }}",
        "{% raw %}",
        "#cloud-config",
        "a: b",
        "- x",
        "\u2028x",
        "\x85",
        "😀",
    ]
)


@given(HOSTILE.filter(lambda name: not any("\ud800" <= sign <= "\udfff" for sign in name)))
def test_no_name_breaks_out(name):
    spec = replace(SPEC, name=name, account=replace(SPEC.account, full_name=name), keyboard=name)
    assert told(spec).keys() == told().keys()
    assert config(spec)["account"]["full_name"] == name
    assert config(spec)["keyboard"] == name


@given(st.text())
def test_json_is_read_as_yaml_without_loss(text):
    assert yaml.safe_load(as_json(text)) == text


def test_what_nova_would_not_take_is_refused_before():
    long = replace(SPEC, account=replace(SPEC.account, full_name="x" * MAX_BYTES))
    with pytest.raises(Refused) as refusal:
        render(long, SETTINGS)
    assert refusal.value.code == "user_data_too_long"


def test_a_facility_may_bring_a_template(tmp_path):
    own = tmp_path / "own.j2"
    own.write_text("#cloud-config\nusers: [{name: {{ spec.account.login | json }}}]\n")
    assert told(settings=SETTINGS.model_copy(update={"user_data": own})) == {"users": [{"name": "ada"}]}


@pytest.mark.parametrize(
    "text", ["{{ missing }}", "{% for %}", "{{ spec.__class__.__mro__[1].__subclasses__() }}", None, b"\xff"]
)
def test_a_broken_template_is_the_operators_trouble_and_said_plainly(tmp_path, text):
    own = tmp_path / "own.j2"
    if text is not None:
        own.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Fault) as fault:
        render(SPEC, SETTINGS.model_copy(update={"user_data": own}))
    assert fault.value.code == "bad_template"
    assert str(own) in fault.value.detail


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict:  # type: ignore[type-arg]
    """Of the cloud-init that Debian's images have: taken out of the package, which is not installed here."""
    folder = tmp_path_factory.mktemp("cloud-init")
    fetched = subprocess.run(
        ["apt-get", "download", "cloud-init"], cwd=folder, capture_output=True, text=True, check=False
    )
    if fetched.returncode != 0:
        pytest.skip(f"Debian's cloud-init cannot be fetched here: {fetched.stderr.strip()}")
    (package,) = folder.glob("*.deb")
    subprocess.run(["dpkg-deb", "--extract", str(package), str(folder)], check=True)
    (found,) = folder.rglob("schema-cloud-config-v1.json")
    return json.loads(found.read_text())


def test_cloud_inits_own_schema_accepts_it(schema):
    jsonschema.validate(told(), schema)


def test_the_schema_would_notice_a_mistake(schema):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told() | {"write_files": [{"content": "no path"}]}, schema)
