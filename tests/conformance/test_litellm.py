"""Promise 1 for LiteLLM: the same with aso on, also when every stage of ours fails."""

from __future__ import annotations

import os
import warnings

import pytest

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else its import asks the network for prices
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own, on newer interpreters and newer pydantic
    pytest.importorskip("litellm")

from aso.capture import litellm as capture  # noqa: E402
from aso.capture import litellm_call  # noqa: E402
from tests.conformance.litellm_scenarios import ERRORS, SCENARIOS  # noqa: E402
from tests.conformance.litellm_server import Loopback  # noqa: E402
from tests.conformance.promise import Kept, Suite  # noqa: E402
from tests.conformance.stages import OVER_HTTPX, STAINLESS  # noqa: E402

pytestmark = [pytest.mark.sdk, pytest.mark.filterwarnings("ignore")]  # LiteLLM's own
_SERVER = Loopback()


class TestLitellm(Kept):
    suite = Suite(
        scenarios=SCENARIOS,
        script=_SERVER,
        stages={
            **STAINLESS,
            **OVER_HTTPX,
            "what is a call": (capture.Litellm, "owns"),
            "who bills": (capture.Litellm, "provider_of"),
            "who bills, by the SDK": (capture, "_said"),
            "early policy": (capture.Litellm, "_forbid"),
            "what is asked": (capture, "asked_of"),
            "its provider": (litellm_call, "resolve"),
            "its route": (litellm_call, "_route"),
            "whose log": (capture, "logging_object"),
        },
        errors=ERRORS,
        around=_SERVER.around,
        options={"policy": {"denied_models": ["xai:*"]}},
    )
