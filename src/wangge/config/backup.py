"""Backup and restore: ``pg_dump`` (from the wheel or from PATH) and a copy of the uploaded files.

The dump is one consistent snapshot; files are copied after it, and as uploads are never changed, and removed only
when the time they may be kept is over, every file the snapshot knows is there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.utils import timezone

from wangge import __version__
from wangge.cases.importing import uploads
from wangge.config import embedded

DUMP = "database.dump"
MEDIA = "media"
NOTE = "backup.json"
# Written by pg_dump since 17, understood by servers since 17.
UNKNOWN = frozenset({b"SET transaction_timeout = 0;\n"})


class BackupError(Exception):
    """Nothing usable was made or restored; the message says why."""


def program(name: str) -> str:
    """The PostgreSQL program to call: the wheel's, for it is as new as any server we meet, else the system's."""
    found = embedded.binary(name) or shutil.which(name)
    if found is None:
        raise BackupError(f"{name} was not found: apt-get install postgresql-client")
    return str(found)


def _connection_arguments() -> tuple[list[str], dict[str, str]]:
    """Arguments without the password, which goes by environment so that no process list shows it."""
    database = connection.settings_dict
    arguments = ["--dbname", str(database["NAME"])]
    options = database.get("OPTIONS", {})
    host = database.get("HOST") or options.get("host") or ""
    for flag, value in (("--host", host), ("--port", database.get("PORT")), ("--username", database.get("USER"))):
        if value:
            arguments += [flag, str(value)]
    environment = os.environ | {"PGOPTIONS": "-c wangge.paths=*"}
    if database.get("PASSWORD"):
        environment["PGPASSWORD"] = str(database["PASSWORD"])
    return arguments, environment


def _call(arguments: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BackupError(f"{Path(arguments[0]).name} failed:\n{done.stderr.strip()}")


def backup(directory: Path, *, media: bool = True, now: datetime | None = None) -> Path:
    """Dump into a new folder ``directory/wangge-<time>``; return it. An unfinished one ends in ``.part``."""
    stamp = f"{timezone.localtime(now or timezone.now()):%Y%m%d-%H%M%S}"
    finished = directory / f"wangge-{stamp}"
    unfinished = directory / f"wangge-{stamp}.part"
    unfinished.mkdir(parents=True, mode=0o700)
    arguments, environment = _connection_arguments()
    # Row-level security: the role sees every row by PGOPTIONS, and says so, or pg_dump would refuse.
    _call(
        [
            program("pg_dump"),
            *arguments,
            "--format=custom",
            "--no-owner",
            "--enable-row-security",
            "--file",
            str(unfinished / DUMP),
        ],
        environment,
    )
    if media and settings.MEDIA_ROOT.exists():
        # Files that wait for an import go within a day; a backup would keep them.
        waiting = shutil.ignore_patterns(uploads.NAME)
        shutil.copytree(settings.MEDIA_ROOT, unfinished / MEDIA, symlinks=True, ignore=waiting)
    note = {
        "version": __version__,
        "made_at": timezone.now().isoformat(),
        "media": media,
        "cases": _count("cases_case"),
    }
    (unfinished / NOTE).write_text(json.dumps(note, ensure_ascii=False, indent=2) + "\n")
    unfinished.rename(finished)
    return finished


def _count(table: str) -> int | None:
    """How many rows, so that a restore can be compared; None where the table is not there."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - a name of ours
            row: tuple[int] = cursor.fetchone()
            return row[0]
    except DatabaseError:
        return None


def restore(folder: Path) -> None:
    """Replace the database's content and add the uploads of ``folder``. All or nothing for the database."""
    if not (folder / DUMP).exists():
        raise BackupError(f"{folder} holds no {DUMP}")
    connection.close()
    _restore_database(folder / DUMP)
    if (folder / MEDIA).exists():
        shutil.copytree(folder / MEDIA, settings.MEDIA_ROOT, dirs_exist_ok=True)


def _restore_database(dump: Path) -> None:
    """``pg_restore | psql``, one transaction.

    Directly, ``pg_restore`` says to every server what only its own version understands (``UNKNOWN``). ``psql`` hears
    the end of the script, and commits, only after ``pg_restore`` ended well; else it is killed, which rolls back.
    """
    arguments, environment = _connection_arguments()
    told = ["--clean", "--if-exists", "--no-owner", "--enable-row-security", "--exit-on-error", "--file=-"]
    silent = ["--no-psqlrc", "--quiet", "--output", os.devnull, "--single-transaction", "--set=ON_ERROR_STOP=1"]
    with tempfile.TemporaryFile("w+") as errors, ExitStack() as running:
        writer = running.enter_context(
            subprocess.Popen([program("pg_restore"), *told, str(dump)], stdout=subprocess.PIPE, stderr=errors)
        )
        loader = running.enter_context(
            subprocess.Popen(
                [program("psql"), *arguments, *silent], env=environment, stdin=subprocess.PIPE, stderr=errors
            )
        )
        running.callback(loader.kill)  # whatever else goes wrong, before it is waited for
        assert writer.stdout is not None
        assert loader.stdin is not None
        with suppress(BrokenPipeError):  # psql refused something and left; its words are in ``errors``
            copy_script(writer.stdout, loader.stdin)
        writer.stdout.close()
        if writer.wait() == 0:
            with suppress(BrokenPipeError):
                loader.stdin.close()
            if loader.wait() == 0:
                return
        loader.kill()
        with suppress(BrokenPipeError):  # what had not gone out yet
            loader.stdin.close()
        errors.seek(0)
        raise BackupError(f"The database is as it was. {errors.read().strip()}")


def copy_script(script: IO[bytes], target: IO[bytes]) -> None:
    """Copy SQL without the settings at its head that PostgreSQL 15 and 16 do not know."""
    for line in script:
        if line not in UNKNOWN:
            target.write(line)
        if line.startswith(b"SET row_security"):  # the last of the head: what follows is not looked at
            break
    shutil.copyfileobj(script, target, 1 << 20)
