"""The door for RDP, as far as its TLS: that it is open, and that its certificate is this machine's own."""

import socket
import ssl
import struct

from cryptography import x509
from cryptography.x509.oid import NameOID

TLS = 1
# A connection request that offers TLS alone ([MS-RDPBCGR] 2.2.1.1, within X.224 and TPKT).
NEGOTIATE = struct.pack("<BBHI", 1, 0, 8, TLS)
REQUEST = struct.pack("!BBHBBHHB", 3, 0, 11 + len(NEGOTIATE), 6 + len(NEGOTIATE), 0xE0, 0, 0, 0) + NEGOTIATE
ANSWER_BYTES = 19


def name_in_certificate(port: int) -> str:
    """The common name that the server shows after it agreed to TLS. Raises `OSError` and `AssertionError`."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(REQUEST)
        answer = connection.recv(ANSWER_BYTES, socket.MSG_WAITALL)
        kind, _, _, chosen = struct.unpack_from("<BBHI", answer, 11)
        assert (kind, chosen) == (2, TLS), answer.hex()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # it vouches for itself
        with context.wrap_socket(connection) as secured:
            shown = secured.getpeercert(binary_form=True)
    assert shown
    (name,) = x509.load_der_x509_certificate(shown).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(name.value)
