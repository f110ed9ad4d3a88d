"""Flow: states, steps, guards and the row each step leaves.

A module declares its process as a class: ``class CaseFlow(Flow)`` with methods marked ``@step``.
Nouns: a *state* is a value of an enum; a *step* takes the object from one of its sources to its
target; ``may`` is the policy's predicate; a *guard* answers why not, in words for the user; a
*transition* is the row a step leaves (who, office, from, to, why, when).

Taking a step: lock the row, compare state and version with what the actor saw, check, run the body,
set state and changed fields in one compare-and-set, leave the transition, audit. A handful of
statements, whatever the table size. Who comes second is told who came first (``Conflict``).

The same declaration answers which buttons a user sees (``options``) and draws itself (``diagram``).
"""

from wangge.kernel.flow.diagram import mermaid
from wangge.kernel.flow.engine import (
    Conflict,
    Flow,
    FlowError,
    NotPermitted,
    Option,
    ReasonMissing,
    Refused,
    Step,
    already,
    seen_version,
    step,
)
from wangge.kernel.flow.models import TransitionBase, VersionedModel

__all__ = [
    "Conflict",
    "Flow",
    "FlowError",
    "NotPermitted",
    "Option",
    "ReasonMissing",
    "Refused",
    "Step",
    "TransitionBase",
    "VersionedModel",
    "already",
    "mermaid",
    "seen_version",
    "step",
]
