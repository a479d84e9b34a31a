"""What a check of the settings says of one of them."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One setting to change: its dotted name, and a sentence that says what is wrong and what would be right."""

    severity: Severity
    setting: str
    message: str


def error(setting: str, message: str) -> Finding:
    return Finding(Severity.ERROR, setting, message)


def warning(setting: str, message: str) -> Finding:
    return Finding(Severity.WARNING, setting, message)
