"""What a caller of boto3 asks Bedrock's runtime; each function returns what it saw."""

from __future__ import annotations

import copy
import gc
import io
import itertools
import pickle
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.endpoint import Endpoint
from botocore.httpsession import URLLib3Session
from botocore.response import StreamingBody
from botocore.stub import Stubber

from tests.boto3_sdk.scripted import ANSWER, FRAMES, MESSAGE, MODEL, QUESTION, Script, frame
from tests.conformance.boto3_server import (
    BODY,
    SESSION,
    ask,
    client_of,
    connections,
    invoked,
    streamed,
)
from tests.conformance.observing import fails, signature_of

_HANGS_UP = object()  # no chunk: the server fails at it, and closes the connection
_CHUNK = {"bytes": "eyJ0eXBlIjogIm1lc3NhZ2Vfc3RvcCJ9"}  # {"type": "message_stop"}


def converse(script: Script) -> Any:
    client = client_of(script)
    return [ask(client), connections(client)]


def converse_twice_on_one_connection(script: Script) -> Any:
    client = client_of(script)
    return [ask(client), ask(client), connections(client)]


def answer_survives_pickle_and_copy(script: Script) -> Any:
    found = ask(client_of(script))
    return [pickle.loads(pickle.dumps(found)), copy.deepcopy(found), type(found).__name__]


def client_closed(script: Script) -> Any:
    client = client_of(script)
    return [ask(client), client.close(), ask(client), connections(client)]


def stream_to_the_end(script: Script) -> Any:
    client = client_of(script)
    response = client.converse_stream(modelId=MODEL, messages=QUESTION)
    stream = response["stream"]
    return [list(stream), list(stream), stream, response["ResponseMetadata"], connections(client)]


def stream_closed(script: Script) -> Any:
    client = client_of(script)
    stream = streamed(client)
    first = next(iter(stream))
    stream.close()
    stream.close()
    return [first, fails(lambda: list(stream)), connections(client)]


def stream_never_read(script: Script) -> Any:
    client = client_of(script)
    return [streamed(client).close(), connections(client)]


def stream_dropped(script: Script) -> Any:
    client = client_of(script)
    for _ in streamed(client):
        break
    gc.collect()
    return [connections(client), ask(client_of(_then(script, ANSWER)))]


def stream_loop_raises(script: Script) -> Any:
    for _ in streamed(client_of(script)):
        raise KeyError("mine")


def stream_interrupted(script: Script) -> Any:
    for _ in streamed(client_of(script)):
        raise KeyboardInterrupt


def stream_tee(script: Script) -> Any:
    left, right = itertools.tee(streamed(client_of(script)))
    return [list(left), list(right)]


def stream_kinds(script: Script) -> Any:
    stream = streamed(client_of(script))
    kinds = [type(one).__name__ for one in (stream, iter(stream), stream._event_generator)]
    return [kinds, fails(lambda: pickle.dumps(stream)), copy.copy(stream), list(stream)]


def broken_stream(script: Script) -> Any:
    list(streamed(client_of(script)))


def corrupt_stream(script: Script) -> Any:
    list(streamed(client_of(script)))


def cut_stream(script: Script) -> Any:
    client = client_of(script)
    return [fails(lambda: list(streamed(client))), connections(client)]


def late_stream(script: Script) -> Any:
    list(streamed(client_of(script, read_timeout=0.1)))


def invoke(script: Script) -> Any:
    client = client_of(script)
    body = invoked(client)
    found = [isinstance(body, StreamingBody), body.read(), body.tell(), body.read()]
    return [*found, body, connections(client)]


def invoke_in_pieces(script: Script) -> Any:
    body = invoked(client_of(script))
    return [body.read(10), body.tell(), list(body.iter_chunks(50)), body.read(10)]


def invoke_by_lines(script: Script) -> Any:
    client = client_of(script)
    return [
        list(invoked(client).iter_lines(20)),
        list(invoked(client)),
        invoked(client).readlines(),
    ]


def invoke_into_a_buffer(script: Script) -> Any:
    body, buffer = invoked(client_of(script)), bytearray(20)
    return [body.readable(), body.readinto(buffer), bytes(buffer), body.read()]


def invoke_wrapped(script: Script) -> Any:
    return io.TextIOWrapper(io.BufferedReader(invoked(client_of(script)))).read()


def invoke_with_block(script: Script) -> Any:
    client = client_of(script)
    with invoked(client) as raw:
        first = raw.read(10)
    kind = [raw.__class__.__name__, raw.status, raw.closed, isinstance(raw, io.IOBase)]
    return [first, kind, repr(raw).split(" at ")[0], connections(client)]


def invoke_closed(script: Script) -> Any:
    client = client_of(script)
    body = invoked(client)
    body.set_socket_timeout(5)
    body.close()
    return [fails(body.read), fails(lambda: pickle.dumps(body)), connections(client)]


def invoke_dropped(script: Script) -> Any:
    client = client_of(script)
    first = invoked(client).read(10)
    gc.collect()
    return [first, connections(client)]


def invoke_late(script: Script) -> Any:
    return invoked(client_of(script, read_timeout=0.1)).read()


def invoke_stream(script: Script) -> Any:
    client = client_of(script)
    found = client.invoke_model_with_response_stream(modelId=MODEL, body=BODY)
    return [sorted(found), list(found["body"]), connections(client)]


def own_handlers(script: Script) -> Any:
    client, seen = client_of(script), []

    def note(**told: Any) -> None:
        kept = ("request", "response_dict", "parsed", "params", "exception")
        seen.append(
            [told["event_name"], *(type(told[one]).__name__ for one in kept if one in told)]
        )

    for name in ("before-call", "before-send", "response-received", "before-parse", "after-call"):
        client.meta.events.register(f"{name}.bedrock-runtime", note)
    return [ask(client), seen]


def own_headers_stay(script: Script) -> Any:
    client = client_of(script, user_agent_extra="mine/1")

    def add(request: Any, **told: Any) -> None:
        request.headers["X-Mine"] = "1"

    client.meta.events.register("before-sign.bedrock-runtime", add)
    return ask(client)


def answered_by_a_handler(script: Script) -> Any:
    client = client_of(script)

    def answer(request: Any, **told: Any) -> Any:
        return AWSResponse(request.url, 200, {"content-type": "application/json"}, Whole())

    client.meta.events.register("before-send.bedrock-runtime", answer)
    return ask(client)


class Whole(io.BytesIO):
    """An answer of nobody's, as tests of others make theirs."""

    def stream(self, **options: Any) -> Iterator[bytes]:
        yield b'{"stopReason": "end_turn"}'


def stubbed(script: Script) -> Any:
    client = client_of(script)
    with Stubber(client) as stub:
        stub.add_response("converse", ANSWER)
        return ask(client)


def interrupted(script: Script) -> Any:
    client = client_of(script)

    def interrupt(**told: Any) -> None:
        raise KeyboardInterrupt

    client.meta.events.register("before-send.bedrock-runtime", interrupt)
    ask(client)


def retried(script: Script) -> Any:
    client = client_of(script)
    return [ask(client), connections(client)]


def throttled(script: Script) -> Any:
    ask(client_of(script))


def bad_request(script: Script) -> Any:
    ask(client_of(script))


def bad_stream(script: Script) -> Any:
    streamed(client_of(script))


def modelled_error(script: Script) -> Any:
    client = client_of(script)
    try:
        ask(client)
    except client.exceptions.ValidationException as error:
        return [error.response, error.operation_name, type(error).__mro__[1].__name__]


def invalid_arguments(script: Script) -> Any:
    client_of(script).converse(messages=QUESTION)


def timed_out(script: Script) -> Any:
    ask(client_of(script, read_timeout=0.5))  # a busy machine has read the request by then


def no_such_host(script: Script) -> Any:
    host = "http://127.0.0.1:9"
    ask(SESSION.client("bedrock-runtime", region_name="us-east-1", endpoint_url=host))


def token_counted(script: Script) -> Any:
    asked = {"converse": {"messages": QUESTION}}
    return client_of(script).count_tokens(modelId=MODEL, input=asked)


def another_service(script: Script) -> Any:
    return script.client("lambda", SESSION).invoke(FunctionName="f", Payload=b"{}")["StatusCode"]


def function_shapes(script: Script) -> Any:
    client = client_of(script)
    functions = (Endpoint.make_request, URLLib3Session.send, client.converse, client.invoke_model)
    return [signature_of(function) for function in functions]


def _then(script: Script, *answers: Any) -> Script:
    script.answers = list(answers)
    return script


def _failing(message: bytes) -> bytes:
    """Return a message of an event stream as one that tells of an error."""
    told = message[:-4].replace(b"\0\5event", b"\0\5error", 1)
    return told + struct.pack("!I", zlib.crc32(told))


_BUSY, _LIMITED = (503, {"message": "Busy."}), (429, {"message": "Slow down."})
_REFUSED = (400, {"__type": "ValidationException", "message": "No."})
_CORRUPT = FRAMES[1][:-4] + b"\0\0\0\0"
_CHUNKS = [frame("chunk", _CHUNK), frame("chunk", {**_CHUNK, "p": "abc"})]
_WHOLE = (
    *(converse, converse_twice_on_one_connection, answer_survives_pickle_and_copy, client_closed),
    *(own_handlers, own_headers_stay, answered_by_a_handler, stubbed, interrupted),
    *(invalid_arguments, no_such_host, function_shapes),
)
_STREAMED = (
    *(stream_to_the_end, stream_closed, stream_never_read, stream_dropped, stream_loop_raises),
    *(stream_interrupted, stream_tee, stream_kinds),
)
_INVOKED = (
    *(invoke, invoke_in_pieces, invoke_by_lines, invoke_into_a_buffer, invoke_wrapped),
    *(invoke_with_block, invoke_closed, invoke_dropped),
)
_ANSWERS: dict[Callable[[Script], Any], tuple[Any, ...]] = {
    **dict.fromkeys(_WHOLE, (ANSWER,)),
    **dict.fromkeys(_STREAMED, (FRAMES,)),
    **dict.fromkeys(_INVOKED, (MESSAGE,)),
    **dict.fromkeys((bad_request, bad_stream, modelled_error), (_REFUSED,)),
    **dict.fromkeys((timed_out, invoke_late), ([None],)),
    broken_stream: ([FRAMES[0], _failing(FRAMES[1])],),
    corrupt_stream: ([FRAMES[0], _CORRUPT],),
    cut_stream: ([FRAMES[0], _HANGS_UP],),
    late_stream: ([FRAMES[0], None],),
    invoke_stream: (_CHUNKS,),
    retried: (_BUSY, ANSWER),
    throttled: (_LIMITED,),
    token_counted: ({"inputTokens": 3},),
    another_service: ({},),
}
SCENARIOS = {one.__name__: (one, answers) for one, answers in _ANSWERS.items()}
ERRORS = frozenset(
    {
        *("stream_loop_raises", "stream_interrupted", "broken_stream", "corrupt_stream"),
        *("late_stream", "invoke_late", "interrupted", "throttled", "bad_request", "bad_stream"),
        *("invalid_arguments", "timed_out", "no_such_host"),
    }
)
