"""A real SMTP server (aiosmtpd) in a thread of its own, that keeps what it accepts and fails as it is told.

Also a certificate authority of its own, so that nothing about TLS has to be switched off.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "visa", "a password: with signs"
Step = Literal["MAIL", "RCPT", "DATA"]
CUT, HANG = "cut", "hang"


@dataclass(frozen=True)
class Received:
    """What was accepted: to whom, the octets, what they say, and how the conversation was."""

    recipients: tuple[str, ...]
    raw: bytes
    message: EmailMessage
    private: bool
    logged_in: bool
    options: tuple[str, ...]


@dataclass
class MailServer:
    """`plans` are answers that a step gives before it goes well: a line of SMTP, CUT or HANG."""

    port: int = 0
    inbox: list[Received] = field(default_factory=list)
    plans: dict[Step, deque[str]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def plan(self, step: Step, *answers: str) -> None:
        self.plans[step] = deque(answers)

    async def _planned(self, step: Step, server: SMTP) -> str | None:
        answers = self.plans.get(step)
        answer = answers.popleft() if answers else None
        if answer == CUT:
            assert server.transport is not None
            server.transport.abort()
        if answer == HANG:
            await asyncio.Event().wait()
        return answer

    async def handle_MAIL(  # noqa: N802 - the names are aiosmtpd's
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from, envelope.mail_options = address, options
        return await self._planned("MAIL", server) or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.refused.get(address) or await self._planned("RCPT", server)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await self._planned("DATA", server)
        if answer in {None, CUT}:
            self.inbox.append(_received(session, envelope))
        return answer or "250 accepted"


def _received(session: Session, envelope: Envelope) -> Received:
    raw = envelope.original_content or b""
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    options = tuple(str(option) for option in envelope.mail_options)
    return Received(tuple(envelope.rcpt_tos), raw, message, session.ssl is not None, session.authenticated, options)


@contextmanager
def serving(
    house: MailServer | None = None, *, tls: ssl.SSLContext | None = None, from_first: bool = False, **options: Any
) -> Iterator[MailServer]:
    """A server on a free port of 127.0.0.1; with `tls` it offers STARTTLS, or speaks TLS `from_first` byte on.

    A `house` that served before is back on its port, with what it accepted.
    """
    house, loop = house or MailServer(), asyncio.new_event_loop()
    starttls = None if from_first else tls

    def session() -> SMTP:
        return SMTP(
            house, hostname="mail.test", tls_context=starttls, auth_require_tls=not from_first, loop=loop, **options
        )

    async def begin() -> asyncio.Server:
        return await loop.create_server(session, "127.0.0.1", house.port, ssl=tls if from_first else None)

    thread = Thread(target=loop.run_forever)
    thread.start()  # the caller's thread may have a loop of its own that runs
    try:
        server = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
        house.port = server.sockets[0].getsockname()[1]
        try:
            yield house
        finally:
            asyncio.run_coroutine_threadsafe(_end(server), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=right)


def make_authority(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A fresh certificate authority's file, and a server context with its certificate for 127.0.0.1."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A facility's own authority")])
    now = datetime.now(UTC)

    def building(name: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().subject_name(name).issuer_name(ca_name).public_key(public)
        made = made.serial_number(x509.random_serial_number())
        return made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))

    authority = building(ca_name, ca_key.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    authority = authority.add_extension(usage, critical=True)
    mine = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    where = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = building(mine, key.public_key()).add_extension(where, critical=False).sign(ca_key, hashes.SHA256())
    ca_file, pem = folder / "ca.pem", folder / "server.pem"
    ca_file.write_bytes(authority.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return ca_file, context
