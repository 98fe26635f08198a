"""Where we hook: one small file of data per SDK; this is their register."""

from __future__ import annotations

from collections.abc import Mapping

from aso.hook import Integration
from aso.integrations import anthropic, openai

INTEGRATIONS: Mapping[str, Integration] = {
    one.name: one for one in (openai.INTEGRATION, anthropic.INTEGRATION)
}

__all__ = ["INTEGRATIONS"]
