"""What a provider's words are worth: entitlements, subjects, ORCIDs and names."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visa.domain import subjects
from visa.domain.access import Role
from visa.domain.entitlements import Entitlement, parse, roles, rules
from visa.errors import Misconfigured

GROUP = "urn:geant:example.org:group:visa"


def test_every_part_of_an_entitlement_is_read():
    text = "URN:GEANT:Example.org:group:visa:it%20support:role=lead#login.example.org"
    assert parse(text) == Entitlement("urn:geant:Example.org", ("visa", "it support"), "lead", "login.example.org")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "visa",
        "urn:geant:example.org:group",
        "urn:geant:example.org:group:",
        "urn:geant:example.org:group::x",
        "urn:geant:example.org:group:x:",
        "urn:geant:example.org:group:role=x",
        "urn:geant:example.org:group:x:role=",
        "urn:geant:example.org:res:x",
        "http://example.org:group:x",
        "urn:group:x",
    ],
)
def test_what_is_no_group_entitlement_is_none(text: str):
    assert parse(text) is None


@pytest.mark.parametrize(
    ("held", "wanted", "granted"),
    [
        (f"{GROUP}#a", f"{GROUP}#a", True),
        (f"{GROUP}#a", GROUP, True),
        (f"{GROUP}#b", f"{GROUP}#a", False),
        (GROUP, f"{GROUP}#a", False),
        (f"{GROUP}:admins#a", f"{GROUP}#a", True),
        (f"{GROUP}#a", f"{GROUP}:admins#a", False),
        (f"{GROUP}x#a", f"{GROUP}#a", False),
        (f"{GROUP}:role=lead#a", f"{GROUP}#a", True),
        (f"{GROUP}:role=lead#a", f"{GROUP}:role=lead#a", True),
        (f"{GROUP}:role=member#a", f"{GROUP}:role=lead#a", False),
        (f"{GROUP}:sub:role=lead#a", f"{GROUP}:role=lead#a", False),
        (f"{GROUP}#a", f"{GROUP}:role=lead#a", False),
        ("urn:geant:evil.org:group:visa#a", f"{GROUP}#a", False),
        ("URN:GEANT:example.org:group:visa#a", f"{GROUP}#a", True),
        ("urn:geant:example.ORG:group:visa#a", f"{GROUP}#a", False),
    ],
)
def test_only_an_entitlement_that_covers_the_configured_one_gives_the_role(held: str, wanted: str, granted: bool):
    assert roles((held,), rules({wanted: "staff"})) == ({Role.STAFF} if granted else set())


def test_several_entitlements_give_several_roles_and_strange_ones_none():
    configured = rules({f"{GROUP}:admins": "admin", f"{GROUP}:staff": "staff"})
    held = (f"{GROUP}:admins#a", "not an entitlement", f"{GROUP}:staff#b", "urn:x:y:group:z")
    assert roles(held, configured) == {Role.ADMIN, Role.STAFF}


@given(st.text())
def test_no_text_breaks_the_reading_of_entitlements(text: str):
    parse(text)
    parse(f"{GROUP}:{text}")


@pytest.mark.parametrize("wrong", [{"staff": "staff"}, {GROUP: "emperor"}, {f"{GROUP}:role=": "staff"}])
def test_a_mapping_that_can_never_work_is_an_error(wrong: dict[str, str]):
    with pytest.raises(Misconfigured):
        rules(wrong)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("https://orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("http://orcid.org/0000-0002-9079-593x/", "0000-0002-9079-593X"),
        (" 0000-0001-5109-3700 ", "0000-0001-5109-3700"),
        ("0000-0002-1825-0098", None),
        ("0000-0002-1825-009X", None),
        ("https://evil.org/0000-0002-1825-0097", None),
        ("0000000218250097", None),
        ("٠٠٠٠-0002-1825-0097", None),
        ("", None),
    ],
)
def test_an_orcid_is_taken_only_with_its_check_digit(text: str, found: str | None):
    assert subjects.orcid(text) == found


@given(st.text(alphabet=string.digits, min_size=15, max_size=15))
def test_exactly_one_check_digit_fits(digits: str):
    def written(last: str) -> str:
        whole = digits + last
        return "-".join(whole[start : start + 4] for start in range(0, 16, 4))

    assert len([last for last in "0123456789X" if subjects.orcid(written(last))]) == 1


def test_a_name_from_outside_disturbs_no_page():
    assert subjects.presentable(" A\u0000da\u202e\n L\u00f6ve\t\u200b ", max_length=100) == "Ada Löve"
    assert subjects.presentable("x" * 300, max_length=200) == "x" * 200


@given(st.text(), st.integers(0, 50))
def test_what_is_presentable_stays_so(text: str, length: int):
    once = subjects.presentable(text, max_length=length)
    assert len(once) <= length
    assert once.isprintable() or once == ""
