"""Maintainers' tool: price sources, pinned by hash → the catalog. Never imported at run time.

    python -m aso.pricing.build --inputs DIRECTORY-OF-WHEELS [--write]

A rate that two independent sources share is ``agreed``; one that a single source knows is
``single``; where they differ, the row stays out unless overrides.toml settles it with a page, a
date and a reason. The same inputs give the same bytes.
"""
