"""Ansible's output as the set-up of this project prints it: a line a step that did something or took a while.

A step that fails ends in one line: what failed, what it said, and how to mend it (the variable `mend` of the step).
"""

import os
import re
import sys
import time
from threading import Timer
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: steps
type: stdout
short_description: a line a step
description: Prints a line for each step that did something or took a while, and one for the step that failed.
"""
WIDTH = 100
TOOK_A_WHILE_S = 3.0
LOOKS_WRONG = re.compile(r"error|fail|not found|cannot|unable|denied", re.IGNORECASE)


class CallbackModule(CallbackBase):
    """What a person sees of a playbook."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "steps"

    def __init__(self) -> None:
        super().__init__()
        self._live = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self._task = ""
        self._announcement = Timer(0, self._say)
        self._begun = self._play_begun = time.monotonic()

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:  # noqa: ARG002 - Ansible's signature
        self._task, self._begun = task.get_name().rpartition(" : ")[2], time.monotonic()
        if self._live:
            print(f"\r\033[K{f'… {self._task}'[:WIDTH]}", end="", flush=True)
        else:
            self._announcement.cancel()
            self._announcement = Timer(TOOK_A_WHILE_S, self._say, [f"→ {self._task} …"])
            self._announcement.start()

    def v2_playbook_on_stats(self, stats: Any) -> None:  # noqa: ARG002 - Ansible's signature
        self._announcement.cancel()

    def v2_runner_on_ok(self, result: Any) -> None:
        self._announcement.cancel()
        took = time.monotonic() - self._begun
        if result.task.action.rpartition(".")[2] == "debug":
            self._say(str(result.result["msg"]).format(seconds=f"{time.monotonic() - self._play_begun:.0f}"))
        elif result.is_changed() or took > TOOK_A_WHILE_S:
            self._say(f"✓ {self._task}  {took:.0f} s")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._announcement.cancel()
        if ignore_errors:
            return
        failed = [item for item in result.result.get("results", []) if item.get("failed")] or [result.result]
        mend = (result.task.vars or {}).get("mend", "")
        self._say(f"✗ {self._task} failed: {_why(failed[0])}. {mend}".rstrip())

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self.v2_runner_on_failed(result)

    def _say(self, line: str) -> None:
        print(("\r\033[K" if self._live else "") + line, flush=True)


def _why(result: Any) -> str:
    """The line that most likely says why, from what a program or a module said."""
    said = [str(line).strip() for key in ("stderr_lines", "stdout_lines") for line in result.get(key) or []]
    said = [line for line in said if line]
    wrong = [line for line in said if LOOKS_WRONG.search(line)]
    message = (wrong or said or [str(result.get("msg", "no reason given"))])[-1]
    return " ".join(message.split())[:400].rstrip(".")
