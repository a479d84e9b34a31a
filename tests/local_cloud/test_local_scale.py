"""A survey of many servers is cheap, and asks no settled desktop again."""

import json
import os
import time
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from visa.adapters.cloud.local import desktop
from visa.adapters.cloud.local.processes import boot_id
from visa.domain.resources import Mark, Power, ServerSpec

COUNT = 1000
_SHAPE = TypeAdapter(ServerSpec)


def test_a_survey_of_a_thousand_running_servers_takes_well_under_a_second(bench, monkeypatch):
    spec = bench.spec()
    folders = bench.root / "servers"
    stat = Path("/proc/self/stat").read_text()
    for number in range(COUNT):  # all of them this very process, as far as the records tell
        folder = folders / f"s-{number}"
        folder.mkdir()
        mark = Mark("bench", "server", f"many-{number}")
        (folder / "spec.json").write_bytes(_SHAPE.dump_json(replace(spec, mark=mark, volume_ref=f"v-{number}")))
        (folder / "order.json").write_text('{"boot": 1, "mounts": []}')
        (folder / "pid.json").write_text(json.dumps({"boot": 1, "boot_id": boot_id(), "stat": stat}))
        (folder / "ready.json").write_text('{"boot": 1}')
    asked = []
    monkeypatch.setattr(desktop, "greeting", asked.append)
    bench.cloud.survey()
    took = []
    for _ in range(3):
        before = time.perf_counter()
        seen = bench.cloud.survey().servers
        took.append(time.perf_counter() - before)
    assert {server.power for server in seen} == {Power.ACTIVE}
    assert len(seen) == COUNT
    assert min(took) < 0.5
    assert asked == []
    for folder in folders.iterdir():  # their "sandbox" is this process, which must not be ended
        os.unlink(folder / "pid.json")
        os.unlink(folder / "order.json")
