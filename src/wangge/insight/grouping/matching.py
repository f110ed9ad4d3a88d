"""Known anchors in new messages, without looking at the old ones again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, TypeVar

K = TypeVar("K")


class Known(Generic[K]):
    """Names → what they stand for. Looking costs the length of the text, hardly the number of names."""

    def __init__(self, names: Iterable[tuple[str, K]]) -> None:
        held: dict[str, dict[str, list[K]]] = defaultdict(dict)
        for name, key in names:
            if len(name) > 1:
                held[name[:2]].setdefault(name, []).append(key)
        # The longest first: where a longer name stands, the shorter ones inside it are found too.
        self.starts = {start: sorted(names.items(), key=lambda one: -len(one[0])) for start, names in held.items()}

    def find(self, text: str) -> dict[K, int]:
        """How often each key is named in the folded ``text``."""
        found: dict[K, int] = {}
        starts = self.starts
        for at in range(len(text) - 1):
            for name, keys in starts.get(text[at : at + 2], ()):
                if text.startswith(name, at) and not _cut(text, at, len(name)):
                    for key in keys:
                        found[key] = found.get(key, 0) + 1
        return found


def _cut(text: str, at: int, size: int) -> bool:
    """Whether a number or a Latin word goes on beyond either end."""
    end = at + size
    return (_latin(text[at]) and at > 0 and _latin(text[at - 1])) or (
        _latin(text[end - 1]) and end < len(text) and _latin(text[end])
    )


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
