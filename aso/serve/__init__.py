"""The self-hosted end of the ingest protocol: ``aso serve`` (docs/serve.md).

HTTP at the rim (``app``), one table of endpoints (``endpoints``), and a store that keeps it all
(``store``: the protocol; ``embedded``: files of this machine).
"""
