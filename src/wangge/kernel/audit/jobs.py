"""The sealer, every few seconds."""

from __future__ import annotations

from datetime import datetime

from wangge.kernel.audit.sealing import seal_all
from wangge.kernel.jobs.sweeper import sweep


@sweep(name="audit.seal", every=5)
def seal_committed(now: datetime) -> int:  # noqa: ARG001 - what is committed is sealed, whenever it was
    return seal_all()
