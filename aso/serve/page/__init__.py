"""The web page: files that are served as they are, with headers that let them load nothing else."""

from __future__ import annotations

from aso.serve.page.assets import PAGE_HEADERS, Asset, assets

__all__ = ["PAGE_HEADERS", "Asset", "assets"]
