"""The one command line: ``wangge <verb>`` and ``wangge <module> <verb>``.

A module that has ``cli.py`` with a Typer ``app`` gets a sub-command named after it (``kernel/audit/cli.py``
→ ``wangge audit``). It is imported when it is called, so that ``wangge --help`` stays fast.
"""

from __future__ import annotations

import ast
import os
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from wangge.config import embedded, shared_counters
from wangge.config.collector import keep_what_is_loaded

PACKAGE = Path(__file__).resolve().parent.parent


@cache
def module_commands() -> dict[str, Path]:
    """Command name → file, for every ``cli.py`` of the package but this one."""
    files = (*PACKAGE.glob("*/cli.py"), *PACKAGE.glob("kernel/*/cli.py"), *PACKAGE.glob("sites/*/cli.py"))
    return {file.parent.name: file for file in sorted(files) if file.parent.name != "config"}


def prepare(*, system: bool = True) -> None:
    """Database address in the environment, Django set up. ``system``: connections see every row."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wangge.config.settings")
    if system:
        os.environ.setdefault("WANGGE_SYSTEM_PROCESS", "1")
    if not {"--help", "-h"} & set(sys.argv):
        embedded.ensure()
    import django as framework

    framework.setup()


class ModuleCommands(TyperGroup):
    """The built-in verbs, then one group per module with a ``cli.py``."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *module_commands()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if (builtin := super().get_command(ctx, cmd_name)) is not None:
            return builtin
        if (file := module_commands().get(cmd_name)) is None:
            return None
        if ctx.resilient_parsing or cmd_name not in sys.argv:  # the overview of ``wangge --help``
            documentation = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
            return TyperCommand(cmd_name, help=documentation.split("\n", 1)[0])
        prepare()
        dotted = ".".join(("wangge", *file.relative_to(PACKAGE).with_suffix("").parts))
        command = typer.main.get_command(import_module(dotted).app)
        command.name = cmd_name
        keep_what_is_loaded()
        return command


app = typer.Typer(
    cls=ModuleCommands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help="Wangge 网格"
)

Host = Annotated[str, typer.Option(help="Address to listen on")]
Port = Annotated[int, typer.Option(help="Port to listen on")]
Workers = Annotated[int, typer.Option(help="Web processes (0: one per core)")]
Threads = Annotated[int, typer.Option(help="Threads per web process")]


@app.callback()
def root() -> None:
    """One command for everything; modules add their own verbs."""


@app.command()
def serve(
    host: Host = "127.0.0.1", port: Port = 8000, workers: Workers = 0, threads: Threads = 4, reload: bool = False
) -> None:
    """The web server (granian). Refuses to start in production with weak settings."""
    shared_counters.share()
    prepare(system=False)
    from wangge.config import serving

    serving.serve(host=host, port=port, workers=workers, threads=threads, reload=reload)


@app.command()
def worker(concurrency: Annotated[int, typer.Option(help="Jobs at once in this process")] = 2) -> None:
    """Background jobs and the sweepers (clocks, seals, webhooks, facts)."""
    prepare()
    from wangge.config import serving

    serving.work(concurrency=concurrency)


@app.command()
def migrate() -> None:
    """Bring the database to the version of this code."""
    prepare()
    from django.core.management import call_command

    call_command("migrate", interactive=False)


@app.command()
def demo(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Workers = 0,
    small: Annotated[bool, typer.Option(help="A tenth of the cases, for a quick look")] = False,
) -> None:
    """Database, migrations, demo district, web server and worker in one; Ctrl-C stops everything."""
    # Quiet by default, before logging is set up: the address and the accounts are what one should read.
    os.environ.setdefault("WANGGE_LOG_LEVEL", "WARNING")
    shared_counters.share()
    prepare()
    from wangge.config import serving

    raise typer.Exit(serving.demo(host=host, port=port, workers=workers, small=small))


@app.command()
def doctor() -> None:
    """Checks the installation and says what to do; exit code 1 when something needs doing."""
    prepare()
    from wangge.config import doctor as examination

    raise typer.Exit(examination.run())


@app.command()
def secrets() -> None:
    """Fresh random secrets, as lines for an environment file."""
    from wangge.config import keys

    typer.echo(keys.environment_lines())


@app.command()
def backup(
    directory: Path,
    media: Annotated[bool, typer.Option(help="Also copy the uploaded files")] = True,
) -> None:
    """Dump database and uploads into a new folder below DIRECTORY."""
    prepare()
    from wangge.config import backup as backups

    try:
        typer.echo(backups.backup(directory, media=media))
    except (backups.BackupError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@app.command()
def restore(
    folder: Path,
    yes: Annotated[bool, typer.Option("--yes", help="Overwrite the database without asking")] = False,
) -> None:
    """Put the database and the uploads back as FOLDER (made by ``backup``) has them."""
    if not yes:
        typer.confirm("This replaces the whole database. Continue?", abort=True)
    prepare()
    from wangge.config import backup as backups

    try:
        backups.restore(folder)
    except (backups.BackupError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def django(context: typer.Context) -> None:
    """Any Django management command, e.g. ``wangge django makemigrations``."""
    prepare()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["wangge", *context.args])


def main() -> None:
    app()


if __name__ == "__main__":
    main()
