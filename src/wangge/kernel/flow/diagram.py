"""A flow drawn from its own declaration (Mermaid state diagram)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wangge.kernel.flow.engine import Flow


def mermaid(flow: type[Flow[Any]]) -> str:
    """The state diagram as Mermaid text; ``docs`` hold it and a test checks that it is fresh."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {state.value} : {state.label}" for state in flow.states]
    lines += [f"    [*] --> {state}" for state in flow.initial]
    leaving: set[str] = set()
    for declared in flow.steps().values():
        for source in declared.sources:
            for target in declared.targets or (source,):
                if target != source:
                    leaving.add(source)
                lines.append(f"    {source} --> {target} : {declared.label}")
    lines += [f"    {state.value} --> [*]" for state in flow.states if state.value not in leaving]
    return "\n".join(lines) + "\n"
