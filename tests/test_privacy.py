"""What aso leaves on the disk and sends: who may read it, and that nobody's words or keys are in it."""

from __future__ import annotations

import io
import json
import logging
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

import aso
from aso.cli import main
from aso.runtime import RUNTIME
from tests.catalogs import catalog_file
from tests.events import event
from tests.serving import Script, serving
from tests.sinks.ingest_server import KEY, IngestServer

SECRET = KEY.partition(".")[2]
WORDS = {
    "prompt": "fourscore-and-seven",
    "completion": "a-new-nation",
    "tool argument": "conceived-in-liberty",
    "file name": "gettysburg.txt",
    "provider key": "sk-all-men-are-equal",
    "header": "brought-forth",
    "our key": SECRET,
}
CALLED = {"name": "find", "arguments": json.dumps({"what": WORDS["tool argument"]})}
ANSWER = {
    "role": "assistant",
    "content": WORDS["completion"],
    "tool_calls": [{"id": "1", "type": "function", "function": CALLED}],
}
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o",
    "choices": [{"index": 0, "finish_reason": "stop", "message": ANSWER}],
    "usage": {"prompt_tokens": 11, "completion_tokens": 22, "total_tokens": 33},
}
CHUNK = {
    **COMPLETION,
    "object": "chat.completion.chunk",
    "choices": [{"index": 0, "delta": {"content": WORDS["completion"]}}],
}
REFUSED = {"error": {"message": f"not {WORDS['prompt']}, {WORDS['provider key']}", "code": None}}
TRANSCRIBED = {"text": WORDS["completion"], "usage": {"type": "duration", "seconds": 3}}


@pytest.fixture(autouse=True)
def _open_to_all() -> Iterator[None]:
    """Run with the umask that most machines have: a mode that is left to it would be 0644."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def home() -> Path:
    return Path(os.environ["ASO_HOME"])


def modes(folder: Path) -> dict[str, str]:
    """Return the mode of the folder and of all in it that is not its owner's alone."""
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    private = {True: 0o700, False: 0o600}
    return {
        path.relative_to(folder.parent).as_posix(): oct(mode)
        for path, mode in found.items()
        if mode != private[path.is_dir()]
    }


def record() -> None:
    aso.record(provider="openai", model="gpt-4o", usage={"prompt_tokens": 1})


# --- modes ----------------------------------------------------------------------------------------


def to_the_ledger() -> None:
    with aso.instrument(prices={"openai:*": {"multiplier": "0.85"}}):
        record()
        assert aso.flush()


def to_nobody() -> None:
    aso.instrument(KEY, "http://127.0.0.1:9")
    record()
    assert not aso.shutdown(0.1)


def set_aside() -> None:
    with IngestServer() as server:
        server.is_poison = lambda document: True
        with aso.instrument(KEY, server.url):
            record()
            aso.flush()


def another_catalog() -> None:
    path, sha256 = catalog_file(home().parent, {"gpt-4o": {"input_tokens": "1"}})
    assert main(["prices", "update", str(path), "--sha256", sha256]) == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
@pytest.mark.parametrize(
    "do",
    [to_the_ledger, to_nobody, set_aside, another_catalog],
    ids=lambda do: do.__name__,
)
def test_everything_in_the_home_is_its_owners_alone(do: Callable[[], None]) -> None:
    do()
    assert modes(home()) == {}


# --- words and keys -------------------------------------------------------------------------------


def converse(script: Script) -> None:
    """Make a call of each kind: whole, streamed, left, refused, with a file."""
    client = openai.OpenAI(
        base_url=f"http://{script.host}/v1",
        api_key=WORDS["provider key"],
        max_retries=0,
        default_headers={"X-Own": WORDS["header"]},
    )
    asked: Any = {"model": "gpt-4o", "messages": [{"role": "user", "content": WORDS["prompt"]}]}
    client.chat.completions.create(**asked)
    list(client.chat.completions.create(**asked, stream=True))
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(**asked)
    file = (WORDS["file name"], io.BytesIO(b"sound"))
    client.audio.transcriptions.create(model="whisper-1", file=file, prompt=WORDS["prompt"])


def told(texts: dict[str, bytes]) -> list[tuple[str, str]]:
    """Return which of the words are where."""
    return [
        (place, kind)
        for place, text in texts.items()
        for kind, word in WORDS.items()
        if word.encode() in text
    ]


def files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home().rglob("*") if path.is_file()}


@pytest.mark.parametrize("way", ["ledger", "endpoint", "dead endpoint"])
def test_nobodys_words_and_keys_are_kept_sent_or_logged(
    way: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, "aso")
    script = Script(COMPLETION, [CHUNK], (400, REFUSED), TRANSCRIBED)
    with serving(script), IngestServer() as server:
        url = server.url if way == "endpoint" else "http://127.0.0.1:9"
        key = () if way == "ledger" else (KEY, url)
        with aso.instrument(*key, hosts={script.host: "openai"}):
            converse(script)
            assert aso.flush(0.1 if way == "dead endpoint" else 10.0) is (way != "dead endpoint")
            assert aso.stats().calls == 4
            found = {**files(), "repr": repr(vars(RUNTIME.session)).encode()}
            aso.shutdown(0.1)
        found["sent"] = json.dumps(list(server.events.values())).encode()
    found |= {"log": caplog.text.encode(), "printed": "".join(capfd.readouterr()).encode()}
    assert b"chatcmpl-1" in b"".join(found.values())  # it is what the calls left
    assert told(found) == []
    asked = b"".join(repr(one).encode() for one in script.requests)
    assert {kind for _, kind in told({"provider": asked})} == {
        *("prompt", "file name", "provider key", "header")
    }


def test_the_page_of_what_is_recorded_names_every_field_of_an_event() -> None:
    page = (Path(__file__).parents[1] / "docs" / "data.md").read_text(encoding="utf-8")
    assert [name for name in event(1).to_dict() if f"`{name}`" not in page] == []
