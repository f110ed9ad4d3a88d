"""Which phrases name an object or a matter that people complain of together.

Four signs, none of them a list of words: people put the name of what they write about into the *title*;
they use it *again* in the body (Church 2000: a content word that stood once stands twice); it stands free
on both sides somewhere; and the messages that have it are *alike* beyond it, more than messages that share
a phrase as frequent usually are. A name used again and again in title and body passes without the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from wangge.insight.grouping.likeness import Floats, Likeness
from wangge.insight.grouping.messages import Message
from wangge.insight.grouping.phrases import Ints, Phrase

AGAIN: Final = 1.4  # uses per message
IN_TITLES: Final = 0.3
FREE_BEFORE, FREE_AFTER = 0.18, 0.02  # share of uses that stand free
AT_MOST: Final = 0.07  # of all messages
LOOSE_ENDS: Final = frozenset("的了在是和与及或对从到向把被将让由于为有无等也都就请如何吗呢我你他这那")
# What one wants of the office is no matter.
REQUESTS: Final = frozenset(
    (
        *("投诉", "反映", "咨询", "建议", "举报", "求助", "请求", "希望", "要求", "恳请", "强烈要求", "加快"),
        *("解决", "处理", "答复", "回复", "关于", "问题", "情况", "严重", "请问", "感谢", "居民", "业主", "市民"),
    )
)
FOCUS: Final = 1.2  # likeness against what is usual for as many messages
AT_LEAST: Final = 12
NAME_AGAIN, NAME_IN_TITLES, NAME_AT_MOST = 2.0, 0.6, 60


@dataclass(frozen=True, slots=True)
class Anchor:
    """``focus``: how much more alike its messages are than usual (1: as usual)."""

    text: str
    docs: Ints
    again: float
    in_titles: float
    focus: float


def choose(phrases: Sequence[Phrase], messages: Sequence[Message], likeness: Likeness) -> list[Anchor]:
    """The phrases that are anchors, those with most messages first."""
    found: list[tuple[Phrase, float, float]] = []
    for phrase in phrases:
        again = phrase.uses / len(phrase.docs)
        frequent = len(phrase.docs) > max(AT_LEAST, AT_MOST * len(messages))
        if frequent or again < AGAIN or phrase.begins < FREE_BEFORE or phrase.ends < FREE_AFTER:
            continue
        if phrase.text in REQUESTS or phrase.text[0] in LOOSE_ENDS or phrase.text[-1] in LOOSE_ENDS:
            continue
        titled = sum(phrase.text in messages[at].title for at in phrase.docs.tolist()) / len(phrase.docs)
        if titled >= IN_TITLES:
            found.append((phrase, again, titled))
    alike = np.array([likeness.within(phrase.docs, [phrase.text]) for phrase, _, _ in found])
    focus = alike / np.maximum(usual([len(phrase.docs) for phrase, _, _ in found], alike), 1e-6)
    anchors = [
        Anchor(phrase.text, phrase.docs, again, titled, float(much))
        for (phrase, again, titled), much in zip(found, focus, strict=True)
        if much >= FOCUS or (again >= NAME_AGAIN and titled >= NAME_IN_TITLES and len(phrase.docs) <= NAME_AT_MOST)
    ]
    return sorted(anchors, key=lambda anchor: (-len(anchor.docs), -len(anchor.text), anchor.text))


def usual(sizes: Sequence[int], alike: Floats) -> Floats:
    """The median likeness of candidates of about the same size."""
    bins = np.round(np.log(np.maximum(sizes, 2)) * 3).astype(int)
    found = np.zeros(len(alike))
    for one in np.unique(bins):
        near = np.abs(bins - one) <= 1
        found[bins == one] = np.median(alike[near])
    return found
