"""Every number that docs/benchmarks.md states: `python -m benchmarks` runs all of them."""
