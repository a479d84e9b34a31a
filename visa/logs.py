"""Structured logs: one JSON line a decision on stderr. What may be logged is chosen where it is logged."""

import logging
import sys

import structlog

TRACEBACK = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)  # local variables hold secrets


def set_up_logs(process: str) -> None:
    """Send this process's logs to stderr as JSON, each line naming the process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(TRACEBACK),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # it warns of each turn that a long pass skips
