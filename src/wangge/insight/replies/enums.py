"""What a reply may lack."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices


class HintCode(TextChoices):
    NO_ANSWER = "no_answer", "答非所问"
    COPIED = "copied", "套话或照抄"
    NO_FACTS = "no_facts", "没有事实"
    NO_DATE = "no_date", "承诺没有期限"
    NO_CONTACT = "no_contact", "没有联系方式"
    TOO_SHORT = "too_short", "过短"
    TONE = "tone", "语气不当"


# What the writer should mend first; the rest is advice.
SERIOUS: Final = frozenset({HintCode.NO_ANSWER, HintCode.COPIED, HintCode.TOO_SHORT, HintCode.TONE})
