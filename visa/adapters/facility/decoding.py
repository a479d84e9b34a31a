"""From a file's bytes to text, or a note that says what to change. Knows encodings only."""

from visa.adapters.facility.problems import Problems
from visa.adapters.facility.snapshot import MOST_BYTES

UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class _Unfit(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def decode(file: str, content: bytes | None, problems: Problems) -> str | None:
    """UTF-8 text without its byte order mark; None after a note that the file is missing, empty or something else."""
    try:
        return _decode(content)
    except _Unfit as unfit:
        problems.note(file, unfit.line, "", str(unfit))
        return None


def _decode(content: bytes | None) -> str:
    if content is None:
        raise _Unfit(0, "is not there")
    if len(content) > MOST_BYTES:
        raise _Unfit(0, f"is larger than {MOST_BYTES // 1024**2} MiB")
    if content.startswith(UTF_16_MARKS):
        raise _Unfit(1, 'is UTF-16: export it as UTF-8 (in spreadsheets "CSV UTF-8")')
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _Unfit(line, f"is not UTF-8: byte 0x{content[error.start]:02x} has no meaning there") from error
    if "\0" in text:
        raise _Unfit(text.count("\n", 0, text.index("\0")) + 1, "holds a NUL byte")
    if not text.strip():
        raise _Unfit(0, "is empty")
    return text
