"""What may stand against the settings of mail. The facility's own templates are tried too where they are set."""

from collections.abc import Iterator

from visa.adapters.notify.message import mailbox
from visa.cli.findings import Finding, error, warning
from visa.errors import Refused
from visa.letters import check_templates
from visa.settings import Mail


def always(mail: Mail) -> Iterator[Finding]:
    """What is wrong anywhere."""
    if mail.adapter == "smtp":
        yield from _smtp(mail)
    for number, operator in enumerate(mail.operators):
        yield from _address(operator, f"mail.operators.{number}")
    if mail.templates is not None:
        yield from (error("mail.templates", str(problem)) for problem in check_templates(mail.templates))


def in_production(mail: Mail) -> Iterator[Finding]:
    """What only development may do."""
    if mail.adapter == "log":
        yield error("mail.adapter", "must be smtp: nobody would be warned before a desktop is taken back")
    if not mail.operators:
        yield warning("mail.operators", "is empty: nobody is told when a warning cannot be delivered")


def _smtp(mail: Mail) -> Iterator[Finding]:
    if not mail.host:
        yield error("mail.host", "is missing: name your mail server")
    yield from _address(mail.from_address, "mail.from_address")
    if mail.from_address.endswith("@localhost"):
        yield error("mail.from_address", "must be an address of your facility: others are refused as forged")
    if mail.reply_to:
        yield from _address(mail.reply_to, "mail.reply_to")
    if mail.ca_file is not None and not mail.ca_file.is_file():
        yield error("mail.ca_file", f"names {mail.ca_file}, which is not there")
    password = mail.password.get_secret_value()
    if bool(mail.user) != bool(password):
        yield error("mail.password", "and mail.user belong together: give both or none")
    if not (mail.user + password).isascii():
        yield error("mail.password", "and mail.user have to be ASCII: most mail servers take no other")
    if mail.user and mail.tls == "none":
        yield warning("mail.tls", "is none: anybody on the way can read the password of mail.user")


def _address(address: str, setting: str) -> Iterator[Finding]:
    try:
        if not mailbox(address).isascii():
            yield error(setting, "must be ASCII before the @: most mail servers take no other")
    except Refused:
        yield error(setting, f"{address!r} is no mail address")
