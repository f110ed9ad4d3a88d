"""The pictures of the flows in the documents are drawn from the declarations and must be fresh."""

from __future__ import annotations

import os
from pathlib import Path

from wangge.kernel.flow import mermaid
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.summons_flow import SummonsFlow

DOCUMENT = Path(__file__).parents[2] / "docs" / "whistle-flow.md"
HEAD = """# The flows of a whistle and of its summonses

Drawn from `src/wangge/whistle/flow.py` and `summons_flow.py`; do not edit. After a change of a flow:
`WANGGE_DRAW=1 .venv/bin/pytest tests/whistle/test_diagram.py`.

"""


def test_the_diagrams_are_fresh() -> None:
    drawn = HEAD + "\n".join(
        f"## {title}\n\n```mermaid\n{mermaid(flow)}```\n"
        for title, flow in (("A whistle", WhistleFlow), ("A summons", SummonsFlow))
    )
    if os.environ.get("WANGGE_DRAW"):
        DOCUMENT.write_text(drawn, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == drawn
