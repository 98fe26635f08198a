"""The form of the code, held by tests: sizes, names, where errors are caught, what is never said."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("aso", "benchmarks", "examples", "tests", "tools")
TEXTS = (".cfg", ".json", ".md", ".py", ".sh", ".toml", ".txt", ".yaml", ".yml", "")
LONGEST_FILE = 400
LONGEST_BODY = 30

# What may be longer, and why. An entry that is no longer needed fails, so the lists only shrink.
LONG_FILES = {}
LONG_BODIES = {
    "aso/event.py:build": "one field of the event a line",
    "aso/inflight.py:Inflight._emit": "one field of the facts a line",
    "aso/pricing/settle.py:settle": "one field of the cost a line",
    "aso/recording.py:record": "one field of the facts a line",
    "aso/records.py:Event.to_dict": "one field of the event a line",
    "benchmarks/call_path.py:stubbed_call": "the measured blocks, side by side",
    "benchmarks/report_million.py:sample_kind": "the kinds of calls, a table",
    "tests/anthropic_sdk/test_calls.py:test_a_message_is_one_whole_event": "a whole event",
    "tests/http_clients/test_calls.py:test_a_call_is_one_whole_event": "a whole event",
    "tests/openai_sdk/test_calls.py:test_a_chat_completion_is_one_whole_event": "a whole event",
    "tests/websocket_clients/test_openai_realtime.py:test_an_answer_is_one_whole_event": "a whole event",
    "tests/shipper/test_programs.py:test_gunicorn_with_preload_delivers_from_its_workers": "a whole server",
}
BANNED_NAMES = {"base", "common", "helpers", "manager", "misc", "models", "utils"}
# The interpreter throws what it throws into a generator: scoped.py hands it on to the body.
# Between two chunks a guard costs more than the reading: stream.py hands each error to it instead.
HANDS_ERRORS_ON = {"aso/scoped.py", "aso/policy/gate.py", "aso/stream.py"}
BROAD = {"BaseException", "Exception"}
UNFINISHED = re.compile("|".join((r"\bTO" + "DO", r"\bFIX" + "ME", r"\bXX" + "X", r"\bHA" + "CK")))
MACHINE_PATH = re.compile(r"(?<![\w.*}])/(?:work|root|tmp|Users)/\w")

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Found(NamedTuple):
    where: str
    node: Function


def sources() -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def texts() -> Iterator[Path]:
    top = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in TEXTS]
    for path in top + [one for folder in (*FOLDERS, "docs") for one in (ROOT / folder).rglob("*")]:
        if path.is_file() and path.suffix in TEXTS and path != Path(__file__).resolve():
            yield path


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(tree: ast.AST, where: str, separator: str = ":") -> Iterator[Found]:
    """Yield every function under its qualified name."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (Function, ast.ClassDef)):
            inside = f"{where}{separator}{node.name}"
            if not isinstance(node, ast.ClassDef):
                yield Found(inside, node)
            yield from functions(node, inside, ".")
        else:
            yield from functions(node, where, separator)


def body_length(node: Function) -> int:
    """Return the lines of a body; signature and docstring are the reader's friends, not a cost."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def is_broad(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or any(
        isinstance(one, ast.Name) and one.id in BROAD for one in ast.walk(handler.type)
    )


def swallows(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler of everything may end without raising it again."""
    last = handler.body[-1]
    return is_broad(handler) and not (isinstance(last, ast.Raise) and last.exc is None)


def test_a_file_is_short_enough_to_read() -> None:
    long = {
        name_of(path)
        for path in sources()
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE
    }
    assert long == set(LONG_FILES)


def test_a_function_does_one_thing() -> None:
    long = {
        found.where
        for path in sources()
        for found in functions(ast.parse(path.read_text(encoding="utf-8")), name_of(path))
        if body_length(found.node) > LONGEST_BODY
    }
    assert long == set(LONG_BODIES)


def test_only_the_guard_swallows_every_error() -> None:
    swallowing = {
        name_of(path)
        for path in (ROOT / "aso").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and swallows(node)
    }
    assert swallowing == {"aso/guard.py", *HANDS_ERRORS_ON}


def test_a_file_is_named_by_what_it_does() -> None:
    assert [name_of(path) for path in sources() if path.stem in BANNED_NAMES] == []


@pytest.mark.parametrize("banned", [UNFINISHED, MACHINE_PATH], ids=["unfinished", "machine path"])
def test_no_file_says(banned: re.Pattern[str]) -> None:
    said = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if banned.search(line)
    ]
    assert said == []


def test_no_recording_holds_a_key() -> None:
    key = re.compile(r"authorization|api-key|bearer|sk-\w{8}", re.IGNORECASE)
    folders = (ROOT / "tests" / "cassettes", ROOT / "examples" / "loopback" / "recordings")
    recordings = [path for folder in folders for path in folder.iterdir() if path.is_file()]
    assert recordings
    assert [path.name for path in recordings if key.search(path.read_text(encoding="utf-8"))] == []
