"""What `import aso` and `instrument()` cost beyond `import openai`: CPU time and memory.

    python -m benchmarks.importing [runs]

Fresh processes, with and without aso in turns, with compiled modules in place (as in an installed
package, and whatever PYTHONDONTWRITEBYTECODE says here: without them each run would measure the
compiler). Default settings: the local ledger is the sink.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping

from benchmarks.timing import heading, home

CHILD = """
import json, time
import openai
def resident():
    with open("/proc/self/smaps_rollup") as file:
        found = dict(line.split()[:2] for line in file.read().splitlines()[1:])
    return int(found["Rss:"])
before, started = resident(), time.process_time_ns()
{work}
cpu = (time.process_time_ns() - started) / 1e6
print(json.dumps([cpu, (resident() - before) / 1024]))
"""
WORKS = {
    "nothing": "",
    "import aso": "import aso",
    "import aso, instrument()": "import aso; aso.instrument()",
}


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    heading("beyond `import openai`, in fresh processes")
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in WORKS}
    with home() as folder:
        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": f"{folder}/compiled"}
        environment = {**os.environ, **compiled}
        for _ in range(runs + 1):
            for name, work in WORKS.items():
                found[name].append(measured(work, environment))
    for name, pairs in found.items():
        cpu, memory = zip(*pairs[1:], strict=True)  # the first has compiled
        print(
            f"{name:26} CPU median {statistics.median(cpu):6.1f} ms ({min(cpu):.1f} to "
            f"{max(cpu):.1f})   memory median {statistics.median(memory):5.2f} MB "
            f"({min(memory):.2f} to {max(memory):.2f})"
        )


def measured(work: str, environment: Mapping[str, str]) -> tuple[float, float]:
    """Return CPU time in ms and resident memory in MB of one fresh process."""
    command = [sys.executable, "-c", CHILD.replace("{work}", work)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    cpu, memory = json.loads(done.stdout)
    return cpu, memory


if __name__ == "__main__":
    main()
