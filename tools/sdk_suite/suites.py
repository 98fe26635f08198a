"""Whose tests are run: a row each, by the name of the source distribution."""

from __future__ import annotations

from tools.sdk_suite.client_suites import CLIENTS
from tools.sdk_suite.framework_suites import FRAMEWORKS
from tools.sdk_suite.other_suites import OTHERS
from tools.sdk_suite.own_tests import OwnTests
from tools.sdk_suite.stainless_suites import STAINLESS

SUITES: dict[str, OwnTests] = {**CLIENTS, **STAINLESS, **OTHERS, **FRAMEWORKS}
