"""Where the processes of one machine add up their Prometheus counters.

The client library looks at ``PROMETHEUS_MULTIPROC_DIR`` when it is first imported, so this is called before Django.
"""

from __future__ import annotations

import os
import shutil

from wangge.config import embedded


def share() -> None:
    """A fresh directory for this server and its children, unless the operator named one for several services."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return
    parent = embedded.var_directory() / "metrics"
    parent.mkdir(parents=True, exist_ok=True)
    for old in parent.iterdir():
        if old.name.isdigit() and not _lives(int(old.name)):
            shutil.rmtree(old, ignore_errors=True)
    mine = parent / str(os.getpid())
    mine.mkdir(exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(mine)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
