"""Promise 1 for Groq's, Cerebras', Fireworks', Perplexity's, Together's and z.ai's SDKs."""

from __future__ import annotations

from tests.conformance.promise import Kept
from tests.conformance.small_scenarios import suite_of, zai_suite


class TestGroq(Kept):
    suite = suite_of("groq", "Groq")


class TestCerebras(Kept):
    suite = suite_of("cerebras.cloud.sdk", "Cerebras", warm_tcp_connection=False)


class TestFireworks(Kept):
    suite = suite_of("fireworks", "Fireworks", "error_in_stream")  # a chunk like others


class TestPerplexity(Kept):
    suite = suite_of("perplexity", "Perplexity")


class TestTogether(Kept):
    suite = suite_of("together", "Together")


class TestZai(Kept):
    suite = zai_suite()
