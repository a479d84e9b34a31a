"""One run of the demo: prepare the folder, start the programs, tell where to click, stop all at Ctrl-C.

The library is imported late: the sign-in provider needs nothing of it and starts meanwhile.
"""

import os
import shutil
import signal
import time
from typing import TYPE_CHECKING

import click

from visa.cli.demo import desktops, ports, sample
from visa.cli.demo.children import Children, Program, Stopped
from visa.cli.demo.provider import provider
from visa.cli.demo.state import WEB_ROOT, Ports, State, public_url
from visa.errors import Misconfigured, VisaError
from visa.ports.cloud import Cloud

if TYPE_CHECKING:
    from visa.bootstrap import Runtime


def run(state: State, *, dev: bool, chosen: dict[str, int]) -> None:
    """Start, stay, stop. Raises a `VisaError` that says what went wrong; everything is stopped by then."""
    begun = time.monotonic()
    if not dev and not (WEB_ROOT / "index.html").exists():
        raise Misconfigured("the pages are not built yet: start with `make demo`, which builds them")
    taken = choose_ports(chosen, dev=dev)
    os.environ["VISA_CONFIG"] = str(state.settings_file)
    state.running_file.unlink(missing_ok=True)  # of a run that was killed
    children = Children(state.logs)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: children.request_stop())
    try:
        start(children, state, taken)
        state.write_running(taken, children.pids())
        state.note(f"process {os.getpid()}, {public_url(taken)}")
        say(f"✓ Ready in {time.monotonic() - begun:.1f} s\n")
        say(sample.table(state.people_file, public_url(taken)))
        say(f"\n  Logs: {state.logs}   Stop: Ctrl-C   Start anew: make demo-clean\n")
        children.wait()
    except Stopped:
        say("Stopped before it was ready.")
    finally:
        state.running_file.unlink(missing_ok=True)
        stop(children)


def choose_ports(chosen: dict[str, int], *, dev: bool) -> Ports:
    """The ports to use, each known to be free. Raises `Misconfigured` for a busy one."""

    def take(name: str, purpose: str) -> int:
        return ports.choose(chosen[f"{name}_port"], purpose=purpose, option=f"--{name}-port")

    return Ports(
        api=take("api", "pages and API"),
        broker=take("broker", "broker"),
        provider=take("provider", "development sign-in"),
        pages=take("pages", "reloading pages") if dev else None,
    )


def prepare(state: State, taken: Ports) -> "Runtime":
    """Settings, sample facility, database and catalogue; each is made only when it is not there yet."""
    state.make(taken)
    sample.write_people(state.people_file)
    from visa import bootstrap, settings
    from visa.services import catalogue_file as catalogue
    from visa.store import migrate

    runtime = bootstrap.build(settings.load())
    if sample.create(state.facility, today=runtime.clock.now().date()):
        say("✓ Sample facility")
    before, after = migrate.upgrade(runtime.sessions.engine)
    if before != after:
        say("✓ Database")
    with runtime.sessions.write() as session:
        catalogue.load(session, catalogue.read(runtime.settings.catalogue), now=runtime.clock.now())
    return runtime


def start(children: Children, state: State, taken: Ports) -> None:
    """Start each program as early as it can start, then wait for all."""
    state.make(taken)
    sample.write_people(state.people_file)
    children.start(provider(state, taken))
    runtime = prepare(state, taken)
    from visa.cli.demo.cast import processes

    cast: tuple[Program, ...] = processes(state, taken, runtime)
    for program in cast:
        children.start(program)
    for name in ("provider", *(program.name for program in cast)):
        children.wait_ready(name)
        say(f"✓ {name}")


def stop(children: Children) -> None:
    """End the programs and shut the desktops down; a second Ctrl-C meanwhile ends this at once."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    say("\nStopping …")
    killed = children.stop_all()
    if killed:
        say(f"  {', '.join(killed)} had to be killed")
    try:
        stopped = desktops.stop_all(open_cloud())
    except VisaError as error:  # what ended the demo must not be hidden by what happens while it ends
        say(f"✗ Desktops were left running: {error.public}")
        return
    say(f"✓ Stopped, {stopped} desktop{'' if stopped == 1 else 's'} too. All is kept: `make demo` goes on from here.")


def remove(state: State) -> None:
    """Remove every desktop, then the folder."""
    if state.settings_file.exists():
        os.environ["VISA_CONFIG"] = str(state.settings_file)
        removed = desktops.remove_all(open_cloud())
        say(f"✓ {removed} machine{'' if removed == 1 else 's'} removed")
    shutil.rmtree(state.folder)
    say(f"✓ {state.folder} removed")


def open_cloud() -> Cloud:
    from visa import bootstrap, settings

    loaded = settings.load()
    return bootstrap.build(loaded).open_cloud(loaded.cloud.name)


def say(line: str) -> None:
    click.echo(line)
