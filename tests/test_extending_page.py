"""What docs/extending.md has its reader write works as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from aso.hook import Integration
from aso.providers import Provider
from aso.scanner import Scanner
from aso.usage import interpret
from aso.wire import Answer, Shape
from tests.documented.replay import FIELDS

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "extending.md").read_text(encoding="utf-8")


def ran(name: str) -> dict[str, Any]:
    """Return what a Python file of the page defines."""
    [code] = [code for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if name in code]
    defined: dict[str, Any] = {"Provider": Provider, "__name__": "acme"}
    exec(code, defined)  # noqa: S102 — our own page
    return defined


def shape() -> Shape:
    return ran("# aso/wire/acme.py")["SHAPE"]


def test_the_row_and_the_integration_are_of_their_kind() -> None:
    ran("# aso/providers.py")
    assert isinstance(ran("# aso/integrations/acme.py")["INTEGRATION"], Integration)


def test_the_format_reads_a_whole_answer() -> None:
    answer = Answer()
    shape().read({"model": "acme-1", "counts": {"in": 7, "out": 2, "pages": 1}}, answer)
    usage = interpret(answer.usage, None, shape().counters)
    assert usage is not None
    assert (answer.model, usage.input_tokens, usage.output_tokens) == ("acme-1", 7, 2)
    assert usage.units == {"pages": 1}


def test_the_format_reads_a_stream_of_bytes() -> None:
    answer, scanner = Answer(), Scanner("lines")
    scanner.feed(b'data: {"text": "Hi"}\n\ndata: {"text": "!"}\n\ndata: {"counts": {"in": 7}}\n\n')
    scanner.finish(shape(), answer)
    assert (answer.usage, answer.chars, answer.complete) == ({"in": 7}, 3, True)


def test_the_exchange_expects_what_an_event_can_say() -> None:
    [told] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    [exchange] = json.loads(told)["exchanges"]
    assert set(exchange["expected"]) <= set(FIELDS)
