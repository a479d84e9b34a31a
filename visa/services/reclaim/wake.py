"""The same as `visa.services.wake`, under the name that the policy's own modules know it by."""

from visa.services.wake import Subject, wake

__all__ = ["Subject", "wake"]
