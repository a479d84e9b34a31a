"""From a mail of ours to the bytes of RFC 5322, with nothing left to the values that it holds.

Header values are put on one line before they are set, addresses are taken apart and checked, domains are written in
ASCII (IDNA), and a local part that is not ASCII makes the whole message one for SMTPUTF8 (RFC 6531).
"""

import re
from dataclasses import dataclass
from email.errors import HeaderParseError, MessageError
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

import idna

from visa.domain.mail import Address, Mail
from visa.errors import Refused

NAME_LENGTH = 200  # of somebody's name in a header
SUBJECT_LENGTH = 300
MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+>")
LOCAL_PART = re.compile(r"[^\s\x00-\x20\x7f\"(),:;<>@\[\\\]]{1,64}")


@dataclass(frozen=True)
class Envelope:
    """What SMTP is told: sender, recipient, whether the server has to know SMTPUTF8, and the message."""

    sender: str
    recipient: str
    utf8: bool
    message: bytes


def envelope(mail: Mail, *, sender: Address, reply_to: Address) -> Envelope:
    """The message as it goes out. Raises `Refused` when an address is none."""
    if not MESSAGE_ID.fullmatch(mail.message_id):
        raise ValueError(f"no message id: {mail.message_id!r}")
    addresses = [_header(one) for one in (sender, mail.to, mail.reply_to or reply_to)]
    utf8 = not all(one.addr_spec.isascii() for one in addresses)
    message = EmailMessage(policy=SMTPUTF8 if utf8 else SMTP)
    message["Message-ID"] = mail.message_id
    message["Date"] = format_datetime(mail.date)
    message["From"], message["To"], message["Reply-To"] = addresses
    message["Subject"] = _line(mail.subject, SUBJECT_LENGTH)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return Envelope(addresses[0].addr_spec, addresses[1].addr_spec, utf8, message.as_bytes())


def mailbox(address: str) -> str:
    """The address with its domain in ASCII. Raises `Refused` when it is none."""
    local, at, domain = address.strip().rpartition("@")
    if not at or not LOCAL_PART.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise _no_address(address)
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise _no_address(address) from error


def _header(address: Address) -> HeaderAddress:
    try:
        return HeaderAddress(_line(address.name, NAME_LENGTH), addr_spec=mailbox(address.address))
    except (HeaderParseError, MessageError, ValueError, IndexError) as error:
        raise _no_address(address.address) from error


def _line(text: str, length: int) -> str:
    printable = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(printable.split())[:length]


def _no_address(address: str) -> Refused:
    return Refused(
        "The mail address is not one that mail can be sent to.",
        code="address_refused",
        detail=f"{address!r} is no mail address",
    )
