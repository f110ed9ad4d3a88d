"""The picture of the flow in the documents is drawn from the declaration and must be fresh."""

from __future__ import annotations

import os
from pathlib import Path

from wangge.cases.flow import CaseFlow
from wangge.kernel.flow import mermaid

DOCUMENT = Path(__file__).parents[2] / "docs" / "case-flow.md"
HEAD = """# The flow of a case

Drawn from `src/wangge/cases/flow.py`; do not edit. After a change of the flow:
`WANGGE_DRAW=1 .venv/bin/pytest tests/cases/test_diagram.py`.

```mermaid
"""


def test_the_diagram_is_fresh() -> None:
    drawn = HEAD + mermaid(CaseFlow) + "```\n"
    if os.environ.get("WANGGE_DRAW"):
        DOCUMENT.write_text(drawn, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == drawn
