"""Several people at the same moment, each on a connection of their own. Needs ``django_db(transaction=True)``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from wangge.kernel.access import database
from wangge.kernel.flow import FlowError


def together(*acts: Callable[[], Any]) -> list[FlowError | None]:
    """Run the acts at the same moment; what each was told."""
    ready = threading.Barrier(len(acts))
    told: list[FlowError | None] = [None] * len(acts)

    def run(number: int) -> None:
        try:
            database.see_everything()
            ready.wait()
            acts[number]()
        except FlowError as error:
            told[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return told
