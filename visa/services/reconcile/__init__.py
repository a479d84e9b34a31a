"""The loop that makes the cloud match what people want: observe → plan → act → record."""

from visa.services.reconcile.loop import PassReport, Work, anything_due, run_pass

__all__ = ["PassReport", "Work", "anything_due", "run_pass"]
