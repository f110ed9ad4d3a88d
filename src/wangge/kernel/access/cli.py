"""``wangge access …``: accounts, grants and keys from the server's own command line.

What is done here is done by the system, not by an administrator: it is how the first administrators come
to be, and how one of them is helped whose second factor is lost.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from django.core.exceptions import ValidationError

from wangge.kernel.access import actions, rotation
from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.models import User

app = typer.Typer(no_args_is_help=True, help="Accounts, grants and keys of personal data.")

Reason = Annotated[str, typer.Option(help="Why; recorded in the audit record")]
FROM_SERVER = "服务器命令行操作"


def _user(username: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        raise typer.BadParameter(f"no account {username!r}")
    return user


def _fail(error: Exception) -> typer.Exit:
    text = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    typer.secho(text, fg="red", err=True)
    return typer.Exit(1)


@app.command("create-user")
def create_user(
    username: str,
    display_name: str,
    password: Annotated[str, typer.Option(help="Generated when left out", envvar="WANGGE_NEW_PASSWORD")] = "",
) -> None:
    """A new account without any grant; prints the first password."""
    try:
        _, chosen = actions.create_user(
            username=username, display_name=display_name, by=None, password=password or None
        )
    except (AccessError, ValidationError) as error:
        raise _fail(error) from error
    typer.echo(f"{username}\t{chosen}")


@app.command()
def grant(
    username: str,
    role: str,
    path: Annotated[str, typer.Option(help="Division code the grant reaches")] = "",
    office: Annotated[int, typer.Option(help="Office the grant is in")] = 0,
    until: Annotated[str, typer.Option(help="First day without the grant, YYYY-MM-DD")] = "",
    reason: Reason = FROM_SERVER,
) -> None:
    """Give an account a role, e.g. ``wangge access grant anquan security_admin --path 150203``."""
    try:
        made = actions.grant_role(
            user=_user(username),
            role=role,
            path=path,
            office_id=office or None,
            by=None,
            reason=reason,
            valid_to=date.fromisoformat(until) if until else None,
        )
    except (AccessError, ValueError) as error:
        raise _fail(error) from error
    typer.echo(f"{username}\t{made.role}\t{made.path}\t{made.valid_from}")


@app.command("reset-password")
def reset_password(username: str, reason: Reason = FROM_SERVER) -> None:
    """A temporary password, printed once."""
    try:
        typer.echo(f"{username}\t{actions.reset_password(user=_user(username), by=None, reason=reason)}")
    except AccessError as error:
        raise _fail(error) from error


@app.command("reset-totp")
def reset_totp(username: str, reason: Reason = FROM_SERVER) -> None:
    """Take the second factor off, to be set up anew."""
    try:
        actions.reset_totp(user=_user(username), by=None, reason=reason)
    except AccessError as error:
        raise _fail(error) from error


@app.command()
def unlock(username: str, reason: Reason = FROM_SERVER) -> None:
    """Lift the lock that failed logins put on an account."""
    try:
        actions.unlock(user=_user(username), by=None, reason=reason)
    except AccessError as error:
        raise _fail(error) from error


@app.command("rotate-keys")
def rotate_keys(batch: int = 1000) -> None:
    """Re-encrypt every personal column with the first key of WANGGE_PERSONAL_DATA_KEYS."""
    for column, count in rotation.rotate_keys(batch=batch).items():
        typer.echo(f"{column}\t{count}")


@app.command()
def reindex(batch: int = 1000) -> None:
    """Compute every blind index anew, after WANGGE_BLIND_INDEX_KEY changed."""
    for column, count in rotation.reindex(batch=batch).items():
        typer.echo(f"{column}\t{count}")
