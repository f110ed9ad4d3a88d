"""The hints: rules a clerk can read, each about one thing, over what remains of the reply beside the question.

Words are Chinese officialese of replies to residents; the rules were written on replies outside the measured sample.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from wangge.insight.replies.enums import HintCode
from wangge.insight.replies.parts import Parts, bare, flat, take_apart
from wangge.insight.replies.words import COMMON

SHORT: Final = 25
EMPTY: Final = 12
FEW_SHARED: Final = 3
# A short reply may speak of the matter in other words (污水 … 管道已疏通); a longer one hardly can.
TELLING, LONG_ENOUGH = 60, 100
# A reply that resembles another of the same office this much was not written for this matter.
ALIKE: Final = 0.8

CONTACT: Final = re.compile(
    r"\d{3,4}\s*[-—－–]{1,2}\s*\d{4}|\b\d{7,8}\b|(?<!\d)1\d{10}(?!\d)|(?<!\d)12[0-9]{3}(?!\d)|电话[：:]?\s*\d|https?:|www\.|@\w"
    r"|\d+(?:、\d+)*号?窗口|微信公众号|公众号|小程序|APP|app|位于.{2,16}\d+号"
)
TIME: Final = re.compile(
    r"\d{2,4}\s*年|\d{1,2}\s*月|\d{1,2}\s*日|[今明后去本当]年|年(?:底|内|前|初|中)|月底|月(?:初|内|前)|[本下]周|[本下]个?月|上旬|中旬|下旬"
    r"|季度|半年|\d+\s*(?:个)?(?:工作日|天|小时|周|星期|月)|[一二三四五六七八九十]+(?:个)?(?:工作日|天|小时|周|月)(?:内|后)?|今日|明日|国庆|春节|暑假|寒假"
)
# What will be done, and no routine: "加强巡查" has no end that could be dated.
PROMISE: Final = re.compile(
    r"尽快|尽早|尽可能|早日|及早|抓紧|(?<!立)即将|(?:近期|近日)(?:将|内|就|可|会|组织|安排)|择机|争取|力争|稍后|很快|正(?:在|对|就).{0,16}(?:调查|处理|研究|办理)|(?:将|会)(?:适时|逐步|陆续|努力)|会将.{2,20}(?:上报|反映|汇报|纳入|列入)|待.{2,40}?(?:后|时|完成)[，,]?.{0,20}?(?:将|再|可|予以|进行)"
    r"|(?:将|拟|准备|打算|下一步|下步|正在)(?:会|再|在|对|于|由|待|敦促|以|从|与|向|统一|分批|适当|着手|立即|迅速"
    r"|充分|研究|考虑|进行|组织|予以|启动|安排|督促|责成|责令|协调|申请|投入|配合|采取|开展|要求|推进|实施|建设|改造|增设|设置|树立|勘察|设计"
    r"|筹|编制|论证|上报|报|落实|解决|整治|处理|调查|办理|铺排|列入|纳入)"
)
ROUTINE: Final = re.compile(
    r"(?:加强|加大|强化|继续|不断|进一步|持续|定期|不定期|严格).{0,24}(?:监管|巡查|巡管|管理|宣传|力度|监督|教育|培训|检查|关注|服务|引导|做好|维护|执法|打击|工作)"
)
CONDITION: Final = re.compile(
    r"即可|(?:请|欢迎|望).{0,16}尽快|^(?:如|若|一旦|一经|只要|凡|如果|对于.{0,8}的，)|如(?:有|果|您|需|发现|出现|仍)|若(?:您|有|无|发现)|一经|一旦|您(?:可|需|应|的)?.{0,6}(?:将|会)"
)
PREPOSED: Final = re.compile(
    r"(?:现|我们?|已|并|可|请)?将(?:您|你|该|此|其|这|有关|相关|情况|问题|原|所|具体|本|户口|其他)"
)
SUGGESTED: Final = re.compile(r"建议|意见")
FACTS: Final = re.compile(
    r"\d|《|经(?:查|核|调|现场|实地|了解|与|过)|据(?:查|了解|调查|统计)|查实|核实|现场|实地|检查|责令|约谈|召开|下发|立案|处罚|整改|拆除|清理|修复|安装|完成"
    r"|目前|现已|已(?:经|于|由|按|在|对|向|将|安排|组织|完成|办理)|由于|因为|因此|原因|根据|按照|依据|规定|不属于|属于|位于|没有|未|可以|不可|不能|须|应当|需(?:要|携带|提供|凭)|要求|以[东西南北]|协调过|不再|暂不|免费"
)
BLAMING: Final = re.compile(
    r"拒不(?:接受|配合|听)|无理取闹|胡搅|胡说|造谣|诋毁|别有用心|恶意(?:投诉|举报|炒作|中伤)|自行(?:解决|承担|负责)|不要(?:再|胡)|别再|勿再|重复(?:投诉|反映)"
    r"|无中生有|捏造|你理解错|您理解错|是你自己|要有真凭实据|用事实说话|无法?可?奉告|不予理睬|爱莫能助|听不懂|早已告知|说过多少|请重新考虑|不切实际|杞人忧天|纯属(?:谣言|造谣|捏造)"
)
ASKED_WHEN: Final = re.compile(r"什么时候|何时|几时|多久|哪一?年|哪天|几月|什么时间|啥时候|具体时间|时间表")
ASKED_HOW_MUCH: Final = re.compile(
    r"多少(?:钱|元|平|米|人|套|个|岁)|比例(?:是|为|大小)|标准是|几(?:个|条|所|元)|费用(?:是|怎么)"
)
ANSWERED_WHEN: Final = re.compile(
    TIME.pattern + r"|预计|尚未|暂(?:无|不|未|缓)|待.{2,40}(?:后|时|通知)"
    r"|等(?:上级)?通知|没有(?:时间|计划)|已(?:经)?(?:开|完|动|启|投|建)"
)


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing the reply lacks, said to its writer."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """What the office's other replies say about this one: how alike the closest is, and how much was said before."""

    closest: float = 0.0
    said_before: float = 0.0


def check(question: str, reply: str, likeness: Likeness | None = None) -> list[Hint]:
    """What ``reply`` lacks as an answer to ``question`` (title and text), the most serious first.

    ``likeness`` comes from the other replies of the office; without it only the words themselves can give a copy away.
    """
    if not bare(reply):
        return []
    parts = take_apart(reply)
    shared = common_pairs(question, parts.core)
    found = [
        _no_answer(flat(question), parts, shared),
        _copied(parts, likeness or Likeness()),
        _too_short(parts),
        _tone(flat(reply)),
        _no_facts(parts),
        _no_date(parts),
        _no_contact(flat(reply)),
    ]
    return [hint for hint in found if hint is not None]


def common_pairs(question: str, core: str) -> set[str]:
    """Pairs of characters that question and answer share, the common ones of all letters left out."""
    return (_pairs(question) & _pairs(core)) - COMMON


def _pairs(text: str) -> set[str]:
    return {text[n : n + 2] for n in range(len(text) - 1) if "\u4e00" <= text[n] <= "\u9fff" and bare(text[n + 1])}


def _no_answer(question: str, parts: Parts, shared: set[str]) -> Hint | None:
    code = HintCode.NO_ANSWER
    # A short reply that sends somebody to the right place, or takes up a suggestion, needs no word of the question.
    near = bool(CONTACT.search(parts.core) or SUGGESTED.search(parts.core))
    if parts.length < EMPTY:
        if parts.passed_on:
            return Hint(code, "只说已转交，没有说办得怎么样。转交请用转办，答复要说结果。")
        if parts.elsewhere:
            return Hint(code, "只说在别处答复过，诉求人在这里看不到内容。请把结果写在这里。")
        return Hint(code, "除了问候和感谢，没有答复诉求人问的事。")
    if (len(shared) < FEW_SHARED and parts.length >= LONG_ENOUGH) or (
        not shared and parts.length >= TELLING and not near
    ):
        return Hint(code, "答复和诉求说的像是两件事，请核对是否贴错。")
    return _item_left_open(question, parts)


def _item_left_open(question: str, parts: Parts) -> Hint | None:
    """What was asked for by name — a time, a number — and is not there."""
    code = HintCode.NO_ANSWER
    if ASKED_WHEN.search(question) and not ANSWERED_WHEN.search(parts.core):
        return Hint(code, "诉求人问了时间，答复里没有时间，也没有说为什么还定不下来。")
    if (
        ASKED_HOW_MUCH.search(question)
        and parts.length < 120
        and not re.search(r"\d|[一二三四五六七八九十百千]", parts.core)
    ):
        return Hint(code, "诉求人问了数目，答复里没有数字。")
    return None


def _copied(parts: Parts, likeness: Likeness) -> Hint | None:
    code = HintCode.COPIED
    if likeness.closest >= ALIKE:
        return Hint(code, f"与本单位另一件事项的答复有{likeness.closest:.0%}相同，请按这件事的情况改写。")
    if likeness.said_before >= ALIKE and parts.length >= EMPTY:
        return Hint(code, f"{likeness.said_before:.0%}的内容是本单位答复里的套话，请补上这件事自己的情况。")
    if parts.length < EMPTY:
        return Hint(code, "全是套话，换一件事也可以照用。")
    return None


def _too_short(parts: Parts) -> Hint | None:
    if parts.length >= SHORT:
        return None
    return Hint(HintCode.TOO_SHORT, f"除问候和感谢外只有{parts.length}个字，诉求人很难看明白。")


def _tone(reply: str) -> Hint | None:
    found = BLAMING.search(reply)
    return Hint(HintCode.TONE, f"“{found.group()}”读来像在责备诉求人，请换个说法。") if found else None


def _no_facts(parts: Parts) -> Hint | None:
    if FACTS.search(parts.core) and parts.length >= EMPTY:
        return None
    return Hint(HintCode.NO_FACTS, "没有写谁在什么时候做了什么、查到了什么、依据是什么。")


def _no_date(parts: Parts) -> Hint | None:
    for sentence in parts.sentences:
        clauses = [clause for clause in re.split(r"[，,]", sentence) if bare(clause)]
        for n, clause in enumerate(clauses):
            found = None if ROUTINE.search(clause) else PROMISE.search(PREPOSED.sub("", clause))
            near = "，".join(clauses[max(0, n - 1) : n + 2])
            # A date beside the promise is its date; one at the other end of the sentence is not.
            if found and not TIME.search(near) and not any(map(CONDITION.search, clauses[max(0, n - 2) : n + 1])):
                return Hint(HintCode.NO_DATE, f"“{found.group()[:12]}”是承诺，但没有写到哪一天。")
    return None


def _no_contact(reply: str) -> Hint | None:
    if CONTACT.search(reply):
        return None
    return Hint(HintCode.NO_CONTACT, "没有留下电话或其他联系方式，诉求人有疑问时找不到人。")
