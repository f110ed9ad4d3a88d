"""The demo as a process: starts, answers, stops everything, starts again over the same data."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(var: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    left_out = ("DATABASE_URL", "WANGGE_ENV", "WANGGE_SYSTEM_PROCESS", "PROMETHEUS_MULTIPROC_DIR")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    return [sys.executable, "-m", "wangge.config.cli", *arguments], environment | {"WANGGE_VAR": str(var)}


def test_a_taken_port_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        arguments, environment = command(tmp_path, "demo", "--port", str(port))
        environment["DATABASE_URL"] = os.environ["DATABASE_URL"]
        done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert f"端口 {port} 已被占用" in done.stderr


def test_server_and_worker_stop_with_their_signals(tmp_path: Path) -> None:
    """``serve`` and ``worker`` over one embedded database: answer, count, stop; the last stops the database."""
    port = free_port()
    arguments, environment = command(tmp_path, "migrate")
    subprocess.run(arguments, env=environment, check=True, capture_output=True, timeout=180)
    arguments, environment = command(tmp_path, "serve", "--port", str(port), "--workers", "2")
    server = subprocess.Popen(arguments, env=environment, start_new_session=True)
    arguments, environment = command(tmp_path, "worker")
    worker = subprocess.Popen(arguments, env=environment, start_new_session=True)
    try:
        page = wait_for(f"http://127.0.0.1:{port}/readyz", server)
        assert '"ready": true' in page
        for _ in range(8):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=10).close()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            figures = answer.read().decode()
        # Two processes answered; the scrape of one adds both up.
        assert 'wangge_requests_total{method="GET",route="/login/",status="200"} 8.0' in figures
    finally:
        for process, number in ((server, signal.SIGINT), (worker, signal.SIGTERM)):
            process.send_signal(number)
        codes = [process.wait(60) for process in (server, worker)]
    assert codes == [0, 0]
    assert postgres_of(tmp_path) == []


def wait_for(url: str, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                text: str = answer.read().decode()
                return text
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{url} did not answer")


def postgres_of(var: Path) -> list[int]:
    """Servers that still run over ``var``, after some seconds of patience."""
    deadline = time.monotonic() + 10
    while True:
        running = [
            one.pid
            for one in psutil.process_iter(["cmdline"])
            if str(var / "postgres") in " ".join(one.info["cmdline"] or ())
        ]
        if not running or time.monotonic() > deadline:
            return running
        time.sleep(0.2)
