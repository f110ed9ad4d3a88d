"""Limits of a process that opens files from outside."""

from __future__ import annotations

import subprocess
import sys

from wangge.kernel import limited

MEGABYTES = 300 << 20


def _run(work: str) -> subprocess.CompletedProcess[bytes]:
    begin = f"from {limited.__name__} import limit\nlimit(memory={MEGABYTES}, cpu_seconds=1)\n"
    return subprocess.run([sys.executable, "-I", "-c", begin + work], capture_output=True, timeout=60, check=False)


def test_a_process_within_its_limits_ends_well() -> None:
    assert _run("bytes(10 << 20)").returncode == 0


def test_more_memory_is_not_given() -> None:
    done = _run(f"bytes({2 * MEGABYTES})")
    assert done.returncode == 1
    assert b"MemoryError" in done.stderr


def test_longer_work_is_ended() -> None:
    assert _run("while True: pass").returncode < 0
