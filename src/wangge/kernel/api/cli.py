"""``wangge api …``: systems and their webhooks from the server's own command line."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from wangge.kernel.access.errors import AccessError
from wangge.kernel.api import systems, webhooks
from wangge.kernel.api.models import System

app = typer.Typer(no_args_is_help=True, help="Systems that call us, their tokens and webhooks.")

FROM_SERVER = "服务器命令行操作"


def _fail(error: AccessError) -> typer.Exit:
    typer.secho(str(error), fg="red", err=True)
    return typer.Exit(1)


def _system(name: str) -> System:
    system = System.objects.filter(name=name).first()
    if system is None:
        raise typer.BadParameter(f"no system {name!r}")
    return system


@app.command("create-system")
def create_system(
    name: str,
    scopes: Annotated[str, typer.Option(help="Comma-separated, e.g. cases:read,cases:write")],
    path: Annotated[str, typer.Option(help="Division code it reaches")] = "",
    office: Annotated[int, typer.Option(help="Office it acts for")] = 0,
    rate: Annotated[int, typer.Option(help="Requests per minute")] = 600,
    addresses: Annotated[str, typer.Option(help="Networks it may call from, comma-separated")] = "",
    expires: Annotated[str, typer.Option(help="First day without access, YYYY-MM-DD")] = "",
) -> None:
    """A system; prints its token, once."""
    try:
        _, token = systems.create_system(
            name=name,
            scopes=scopes.split(","),
            path=path,
            office_id=office or None,
            rate_per_minute=rate,
            allowed_addresses=addresses.split(",") if addresses else (),
            expires_on=date.fromisoformat(expires) if expires else None,
            by=None,
        )
    except AccessError as error:
        raise _fail(error) from error
    typer.echo(f"{name}\t{token}")


@app.command("rotate-token")
def rotate_token(name: str, reason: str = FROM_SERVER) -> None:
    """A new token; the old one ends at once."""
    try:
        typer.echo(f"{name}\t{systems.rotate_token(system=_system(name), by=None, reason=reason)}")
    except AccessError as error:
        raise _fail(error) from error


@app.command("end-system")
def end_system(name: str, reason: str = FROM_SERVER) -> None:
    """The system calls no more, and is told of nothing more."""
    try:
        systems.end_system(system=_system(name), by=None, reason=reason)
    except AccessError as error:
        raise _fail(error) from error


@app.command("create-webhook")
def create_webhook(
    name: str, url: str, events: Annotated[str, typer.Option(help="Comma-separated, e.g. case.*")]
) -> None:
    """Tell a system of events; prints the secret of the signatures, once."""
    try:
        webhook, secret = webhooks.create_webhook(system=_system(name), url=url, events=events.split(","))
    except AccessError as error:
        raise _fail(error) from error
    typer.echo(f"{webhook.pk}\t{url}\t{secret}")


@app.command("list-systems")
def list_systems() -> None:
    """Every system: name, state, path, scopes, end of its token."""
    for system in System.objects.order_by("name"):
        state = "ended" if system.ended_at else "active"
        typer.echo("\t".join([system.name, state, system.path, f"…{system.hint}", ",".join(system.scopes)]))
