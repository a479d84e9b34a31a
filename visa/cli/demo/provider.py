"""The sign-in provider as a program of the demo."""

import sys

from visa.cli.demo.children import Program
from visa.cli.demo.readiness import answers
from visa.cli.demo.state import PROJECT, Ports, State


def provider(state: State, ports: Ports) -> Program:
    """It offers the people of `state.people_file`, which has to be there."""
    arguments = ["--port", str(ports.provider), "--people", str(state.people_file)]
    command = [sys.executable, "-m", "visa.testing.provider", *arguments]
    return Program("provider", command, answers(f"http://127.0.0.1:{ports.provider}/jwks"), PROJECT)
