"""Where we hook: one small file of data per SDK; this is their register."""

from __future__ import annotations

from collections.abc import Mapping

from aso.hook import Integration
from aso.integrations import openai

INTEGRATIONS: Mapping[str, Integration] = {one.name: one for one in (openai.INTEGRATION,)}

__all__ = ["INTEGRATIONS"]
