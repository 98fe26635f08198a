"""Promise 1 for xai-sdk, over gRPC: the same with aso on, also when every stage of ours fails."""

from __future__ import annotations

import pytest

pytest.importorskip("xai_sdk")

from aso.capture import grpc  # noqa: E402
from aso.inflight import Inflight  # noqa: E402
from aso.wire import xai  # noqa: E402
from tests.conformance.promise import Kept, Suite  # noqa: E402
from tests.conformance.stages import EVERY  # noqa: E402
from tests.conformance.xai_scenarios import ERRORS, SCENARIOS  # noqa: E402
from tests.conformance.xai_server import Loopback  # noqa: E402

pytestmark = [
    pytest.mark.sdk,
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
]
_SERVER = Loopback()


class TestXai(Kept):
    suite = Suite(
        scenarios=SCENARIOS,
        script=_SERVER,
        stages={
            **EVERY,
            "host": (grpc, "resolve"),
            "target": (grpc, "_target_of"),
            "body": (grpc, "_body_of"),
            "answer": (Inflight, "read_answer"),
            "chunk": (xai, "_head"),
            "reserve, awaited": (Inflight, "areserve"),
            "interceptor": (grpc.Reserving, "__init__"),
            "watch": (grpc.Awaited, "__init__"),
            "watch a stream": (grpc.Chunks, "__init__"),
            "status": (grpc, "_code_of"),
        },
        errors=ERRORS,
        around=_SERVER.around,
    )
