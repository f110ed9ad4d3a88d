"""Long-running processes: the web server, the worker, and the demo that runs both."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import FrameType
from typing import TYPE_CHECKING

import typer
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

if TYPE_CHECKING:
    from collections.abc import Sequence

START_SECONDS = 60
STOP_SECONDS = 15


def _refuse_weak_settings() -> None:
    from wangge.config.checks import refuse_weak_settings

    try:
        refuse_weak_settings()
    except ImproperlyConfigured as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def serve(*, host: str, port: int, workers: int, threads: int, reload: bool) -> None:
    """Serve until told to stop. ``workers=0``: one process per core."""
    _refuse_weak_settings()
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    if settings.PRODUCTION:  # after every upgrade the assets are this version's
        call_command("collectstatic", interactive=False, verbosity=0)
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "wangge.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers or os.cpu_count() or 1,
        blocking_threads=threads,
        # A thread keeps its database connection; ending idle threads would reconnect all day.
        blocking_threads_idle_timeout=600,
        websockets=False,
        log_level=LogLevels(settings.LOG_LEVEL.lower()),
        log_access=False,
        log_dictconfig=settings.LOGGING,  # its own lines in the form of ours
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        reload=reload,
        reload_paths=[settings.PACKAGE_DIR] if reload else None,
    ).serve()


def work(*, concurrency: int) -> None:
    """Run jobs and sweepers until told to stop."""
    _refuse_weak_settings()
    from wangge.config.collector import keep_what_is_loaded
    from wangge.kernel.jobs import worker

    keep_what_is_loaded()
    worker.run(concurrency=concurrency)


def demo(*, host: str, port: int, workers: int, small: bool) -> int:
    """Migrate, build the demo district, run web server and worker, until Ctrl-C. Returns the exit code."""
    began = time.monotonic()
    if _taken(host, port):
        typer.echo(f"端口 {port} 已被占用；请停止占用者，或另选端口：make demo PORT={port + 1}", err=True)
        return 1
    typer.echo("准备数据库……")
    call_command("migrate", interactive=False, verbosity=0)
    from wangge.config import demo as demonstration

    accounts = demonstration.build(say=typer.echo, small=small)
    children = [
        _child(["serve", "--host", host, "--port", str(port), "--workers", str(workers)]),
        _child(["worker"]),
    ]
    stop = _StopRequest()
    address = f"http://{host}:{port}/"
    try:
        _wait_until_healthy(f"{address}healthz", children, stop)
        if not stop.asked:
            typer.echo(_welcome(address, accounts, time.monotonic() - began))
        while not stop.asked:
            if ended := [child for child in children if child.poll() is not None]:
                typer.echo(f"{children.index(ended[0])} 号子进程已退出（{ended[0].returncode}）", err=True)
                return 1
            time.sleep(0.3)
    finally:
        _end(children)
    typer.echo(f"已停止；数据保留在 {settings.VAR_DIR}，下次启动继续使用。")
    return 0


def _taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


class _StopRequest:
    """Ctrl-C or a termination signal was seen."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def _child(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches this process alone, which then ends its children in order.
    environment = {name: value for name, value in os.environ.items() if name != "WANGGE_SYSTEM_PROCESS"}
    return subprocess.Popen(
        [sys.executable, "-m", "wangge.config.cli", *arguments], env=environment, start_new_session=True
    )


def _wait_until_healthy(url: str, children: Sequence[subprocess.Popen[bytes]], stop: _StopRequest) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not stop.asked and all(child.poll() is None for child in children):
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own http address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _welcome(address: str, accounts: Sequence[object], seconds: float) -> str:
    from wangge.config.demo import table

    return f"\n网格 Wangge 已就绪（{seconds:.0f} 秒）：{address}\n\n{table(accounts)}\n\nCtrl-C 停止\n"
