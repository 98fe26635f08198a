"""Promise 1 for boto3 and Bedrock's runtime: the same with aso on, also when a stage of ours fails."""

from __future__ import annotations

from aso import inflight, scanner
from aso.capture import botocore, requests
from tests.conformance.boto3_scenarios import ERRORS, SCENARIOS
from tests.conformance.boto3_server import Loopback
from tests.conformance.promise import Kept, Suite
from tests.conformance.stages import OVER_HTTP

_SERVER = Loopback()


class TestBoto3(Kept):
    suite = Suite(
        scenarios=SCENARIOS,
        script=_SERVER,
        stages={
            **OVER_HTTP,
            "what is a call": (botocore.Operations, "owns"),
            "who bills": (botocore.Operations, "provider_of"),
            "what is sent": (botocore.Session, "sent"),
            "is it read": (botocore.Session, "is_read"),
            "watch": (requests, "watch"),
            "reader": (requests, "scanner_of"),
            "end of a scan": (scanner.Scanner, "finish"),
            "answer": (inflight.Inflight, "read_answer"),
        },
        errors=ERRORS,
        around=_SERVER.around,
    )
