"""The one command line: ``wangge <verb>`` and ``wangge <module> <verb>``."""

from __future__ import annotations

import os

import typer

from wangge.config import embedded

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="Wangge 网格")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wangge.config.settings")
    embedded.ensure()
    import django

    django.setup()
    app()


@app.callback()
def root() -> None:
    """One command for everything; modules add their own verbs."""


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def django(context: typer.Context) -> None:
    """Any Django management command, e.g. ``wangge django makemigrations``."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["wangge", *context.args])
