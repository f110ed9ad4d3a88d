"""Limits that a process lays on itself before it opens a file from outside."""

from __future__ import annotations

import resource
import sys


def limit(*, memory: int, cpu_seconds: int) -> None:
    """No more than so many bytes and seconds from now on, and no core file. Memory is limited on Linux only."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
