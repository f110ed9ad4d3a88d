"""Benchmarks: ``python -m bench NAME [--scale small|full] [--record]``.

Each module ``bench/<name>.py`` has ``run(scale) -> Result`` and measures one thing beside a reference taken in the
same run on the same machine. The harness gives it a server of its own with the settings of production.
"""
