"""Maintainers' tool: price sources, pinned by hash → the catalog. Never imported at run time.

    python -m aso.pricing.build fetch --inputs WHEELS      # download the pinned sources
    python -m aso.pricing.build --inputs WHEELS            # what was agreed; 1 where the file differs
    python -m aso.pricing.build --inputs WHEELS --write
    python -m aso.pricing.build changes --inputs WHEELS    # from the committed file, for review
    python -m aso.pricing.build gaps --inputs WHEELS       # listed, and not priced

A rate that two independent sources share is ``agreed``; one that a single source knows is
``single``; where they differ, the row stays out and says ``conflict``, unless overrides.toml
settles it with a page, a date and a reason. The same inputs give the same bytes.
"""
