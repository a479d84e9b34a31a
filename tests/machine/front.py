"""What stands in front of the api at a facility: it speaks TLS with a certificate of its own authority."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PIECE = 65536


@contextmanager
def tls_front(folder: Path, *, address: str, port: int, behind: int) -> Iterator[Path]:
    """https://address:port leads to this machine's port `behind`. Yields the certificate to trust."""
    certificate, key = write_certificate(folder, address)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    stop = asyncio.Event()
    ready: Future[asyncio.AbstractEventLoop] = Future()

    async def serve() -> None:
        async with await asyncio.start_server(lambda r, w: _carry(r, w, behind), address, port, ssl=context):
            ready.set_result(asyncio.get_running_loop())
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))  # asyncio.run ends every connection that is left
    thread.start()
    loop = ready.result(10)
    try:
        yield certificate
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, behind: int) -> None:
    try:
        theirs, ours = await asyncio.open_connection("127.0.0.1", behind)
    except OSError:  # the api is down for a moment: the caller sees a closed connection
        writer.close()
        return
    await asyncio.gather(_pump(reader, ours), _pump(theirs, writer))


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await source.read(PIECE):
            sink.write(piece)
            await sink.drain()
    sink.close()


def write_certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """A certificate for this address that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a facility's authority")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "front.pem", folder / "front.key"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_file, key_file
