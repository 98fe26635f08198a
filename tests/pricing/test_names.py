"""What the price lists call a provider: one table, by the names that events have."""

from __future__ import annotations

from aso.pricing.build.names import ours
from aso.providers import PROVIDERS


def test_each_list_names_providers_as_events_write_them() -> None:
    found = {*ours("litellm").values(), *ours("genai_prices").values()}
    found |= {*ours("model_prices").values(), *ours("metergraph").values()}
    assert found <= set(PROVIDERS)


def test_a_list_may_have_several_names_for_one_provider() -> None:
    found = ours("litellm")
    assert {found[name] for name in ("bedrock", "bedrock_converse", "bedrock_mantle")} == {
        "bedrock"
    }
