"""What docs/openapi.json says of `aso serve`, held against a real one by schemathesis.

    .venvs/fuzz/bin/python -m tools.fuzz_api [CASES]

Two of its checks are left out: a time, a window or a filter is a string of the document, and not
every string is one (400); and of a batch an event that is wrong is named in a 202, not refused
with a 400: that nothing wrong is kept is what tests/fuzz/ingest.py holds.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.sinks.soak_endpoint import Served

_OPENAPI = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"
_LEFT_OUT = ("positive_data_acceptance", "negative_data_rejection")
_SEED = "20261126"


def main() -> int:
    """Run it; return 0 where nothing was found."""
    cases = sys.argv[1] if len(sys.argv) > 1 else "200"
    with tempfile.TemporaryDirectory() as folder, Served(Path(folder) / "serve") as server:
        command = [str(Path(sys.executable).parent / "schemathesis"), "run", str(_OPENAPI)]
        command += ["--url", f"http://127.0.0.1:{server.port}", "--seed", _SEED, "--no-color"]
        command += ["--header", f"X-ASO-API-Key: {server.key}", "--max-examples", cases]
        command += ["--checks", "all", "--exclude-checks", ",".join(_LEFT_OUT)]
        return subprocess.run(command, cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
