"""A reply taken apart: greeting, receipt, passing on, thanks, signature; what remains is the answer itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# A sentence and the mark that ends it. A colon ends one too: what stands before is announcement.
SENTENCE: Final = re.compile(r"[^。！？!?；;：:\n]+[。！？!?；;：:\n]?")
DATE: Final = re.compile(
    r"[（(]?[\d〇○零一二三四五六七八九十]{2,4}\s*[年./-]\s*[\d一二三四五六七八九十]{1,3}\s*[月./-]\s*[\d一二三四五六七八九十]{1,3}\s*日?[)）]?"
)
NETIZEN: Final = r"(?:尊敬的|热心的|亲爱的)?(?:网友|网民|市民|居民|群众|来信人|同志|先生|女士|朋友|诉求人|来电人)"
NAMED: Final = rf"(?:{NETIZEN}\w{{0,4}}|来信同志|[“\"'].{{1,24}}[”\"'](?:{NETIZEN})?|UU\w{{3,12}}\s*(?:{NETIZEN})?)"
GREETING: Final = re.compile(rf"^\W*{NAMED}[\W_]*(?:{NAMED})?[\W_]*(?:您好|你好)?\W*$|^.{{0,24}}(?:您好|你好)\W*$")
HELLO: Final = re.compile(r"(?:您好|你好)")
RECEIPT: Final = re.compile(r"收悉|已收到|已经收到|已阅|悉知|获悉|已知悉|收阅")
ANNOUNCED: Final = re.compile(
    r"(?:现|特)?(?:就|将|把|对)?.{0,24}(?:答复|回复|告知|说明|汇报|反馈)(?:您|你|给您|给你)?(?:如下|于后)|作(?:如下|以下)(?:答复|回复|说明)"
)
THANKS: Final = re.compile(
    r"感谢|谢谢|祝您|祝你|祝好|特此(?:回复|答复|说明)|此复|欢迎.{0,12}(?:监督|建议|关注|意见)|敬请(?:谅解|理解)|敬请关注"
    r"|深感(?:歉意|抱歉)|提出宝贵|为您服务"
)
PASSED_ON: Final = re.compile(
    r"(?:已|将|业已|及时|立即|并已|即)?(?:经?(?:批)?转(?:交|至|给|送|到|办|呈|请)?|交办|移交|交由|批转|交有关|交相关|派发)"
    r".{0,40}(?:核|办|处|调查|落实|部门|单位|局|镇|乡|县|区|街道|委|公司|回复|$)"
)
YOURS: Final = re.compile(r"您|你|所反映|留言|来信|来帖|帖|问题|情况|诉求")
ELSEWHERE: Final = re.compile(
    r"(?:进行过|作了|作出|已经?|进行了)(?:答复|回复)|详见|详情(?:请)?点击|链接|回复如下[：:]?$"
)
PROMISED: Final = re.compile(r"(?:将|会)?(?:尽快|尽早|抓紧|争取)(?!.{0,6}(?:回复|答复|反馈|转))")
MARKS: Final = re.compile(r"[\W_]+")
# Shorter than this, a sentence that thanks or acknowledges does nothing else.
ONLY_THANKS, ONLY_RECEIPT, ONLY_PASSED = 60, 70, 75
LEFT_OVER: Final = 9


@dataclass(frozen=True, slots=True)
class Parts:
    """``core`` is the answer; ``passed_on`` and ``elsewhere`` say that something was passed on or said elsewhere."""

    core: str
    sentences: tuple[str, ...]
    passed_on: bool
    elsewhere: bool

    @property
    def length(self) -> int:
        """Characters of the answer without marks."""
        return len(bare(self.core))


def bare(text: str) -> str:
    """The characters that say something."""
    return MARKS.sub("", text)


def flat(text: str) -> str:
    """Without white space: replies are broken into lines anyhow."""
    return re.sub(r"[\s\u3000\xa0]+", "", text)


def take_apart(reply: str) -> Parts:
    """The parts of ``reply``."""
    kept: list[str] = []
    passed_on = elsewhere = False
    for sentence in SENTENCE.findall(flat(reply)):
        said = _without_dates(sentence)
        length = len(bare(said))
        if length == 0:
            continue
        if _is_frame(sentence, said, length, first=not kept):
            # 您的来信收悉，我们将尽快处理: what stands beside the receipt is said all the same.
            if PROMISED.search(rest := _beside_receipt(said)):
                kept.append(rest)
            continue
        if PASSED_ON.search(said) and YOURS.search(said) and length <= ONLY_PASSED and not _found_out(said):
            passed_on = True
            continue
        if ELSEWHERE.search(said) and length <= ONLY_RECEIPT and not _found_out(said):
            elsewhere = True
            continue
        kept.append(_without_thanks(sentence))
    return Parts("".join(kept), tuple(kept), passed_on, elsewhere)


def _without_dates(sentence: str) -> str:
    """A sentence that is nothing but a date (or a date and a signature) says nothing."""
    rest = DATE.sub("", sentence)
    return rest if len(bare(rest)) > 3 else ""


def _beside_receipt(said: str) -> str:
    """The clauses that neither acknowledge nor thank nor announce."""
    clauses = re.split(r"(?<=[，,])", said)
    frame = (RECEIPT, THANKS, ANNOUNCED, PASSED_ON)
    return "".join(clause for clause in clauses if not any(mark.search(clause) for mark in frame))


def _without_thanks(sentence: str) -> str:
    """What a sentence says besides its thanks: 挂牌要等上级通知，谢谢您的关注."""
    clauses = re.split(r"(?<=[，,])", sentence)
    return "".join(clause for clause in clauses if not THANKS.search(clause)) if len(clauses) > 1 else sentence


def _is_frame(sentence: str, said: str, length: int, *, first: bool) -> bool:
    """Greeting, receipt, announcement, thanks: the frame around an answer."""
    if first and length <= 30 and (GREETING.match(said) or (HELLO.search(said) and length <= 20)):
        return True
    if _found_out(said):
        return False
    if RECEIPT.search(said) and length <= ONLY_RECEIPT:
        return True
    if ANNOUNCED.search(said) and (length <= 40 or sentence.endswith(("：", ":"))) and length <= 120:
        return True
    rest = bare(_without_thanks(said))
    return bool(THANKS.search(said)) and length <= ONLY_THANKS and (rest == bare(said) or len(rest) <= LEFT_OVER)


FOUND_OUT: Final = re.compile(
    r"经(?:查|核|调|现场|实地|了解)|据(?:查|了解|调查)|调查(?:了解|核实|发现)|原因|责令|根据《|规定"
)


def _found_out(said: str) -> bool:
    return bool(FOUND_OUT.search(said))
