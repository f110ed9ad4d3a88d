"""The end of a story: seen on the spot, called back, rated, done again or closed, filed away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from wangge.cases.enums import CaseState
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case
from wangge.demo import sayings as say
from wangge.demo.clock import Later
from wangge.demo.filing import RESIDENT
from wangge.demo.month import Beginning
from wangge.kernel.audit.context import bind

if TYPE_CHECKING:
    from wangge.demo.stories import Teller

# Result as the office saw it → what the requester says to "solved?" (yes, basically, no).
SOLVED: Final = {
    "solved": (82, 11, 7), "partly": (22, 55, 23), "cannot_now": (5, 45, 50), "explained": (45, 32, 23),
    "unreasonable": (10, 25, 65),
}  # fmt: skip
ANSWERS: Final = ("yes", "basically", "no")
# Solved → grades 5 … 1.
GRADES: Final = {"yes": (46, 36, 13, 4, 1), "basically": (8, 34, 38, 15, 5), "no": (1, 4, 15, 45, 35)}
ARCHIVED_AFTER: Final = timedelta(days=9)


class Closing:
    """The second half of a story; the teller's people, clock and dice."""

    def __init__(self, teller: Teller) -> None:
        self.teller = teller

    def close(self, case: Case, beginning: Beginning) -> None:
        """From the reply on, round and round until it is closed."""
        if "halt:replied" in beginning.traits:
            raise Later
        first = True
        while case.state in {CaseState.REPLIED, CaseState.CHECKED}:
            if case.state == CaseState.REPLIED:
                self._check(case, fail=first and "check_fails" in beginning.traits)
            elif "halt:checked" in beginning.traits:
                raise Later
            elif case.is_anonymous or not case.reply_wanted:
                self.teller.wait(60, 1500)
                self.teller.do(self.teller.dispatcher(), case, "close")
            else:
                self.call_back(case, beginning, first=first, archive=False)
            if case.state == CaseState.HANDLING:
                self.teller.answer(case, beginning)
            first = first and case.reworks == 0
        if "reopened" in beginning.traits and not case.reworks:
            self.teller.wait(600, 5000)
            self.teller.do(self.teller.leader(), case, "reopen", self.teller.pick(say.REOPEN))
            self.teller.answer(case, beginning)
            return self.close(case, _without(beginning, "reopened"))
        return self.archive(case, beginning)

    def _check(self, case: Case, *, fail: bool) -> None:
        teller = self.teller
        teller.wait(30, 1300)
        did = {case.handled_by_id, *case.parts.values_list("answered_by_id", flat=True)}
        checker = teller.cast.checker(case.path, did, teller.random)
        if fail:
            teller.do(checker, case, "check_fail", teller.pick(say.CHECK_FAILED))
        else:
            teller.do(checker, case, "check_pass")

    def call_back(self, case: Case, beginning: Beginning, *, first: bool = True, archive: bool = True) -> None:
        """Ask until somebody answers or the tries are used up; what is not solved is done again."""
        teller, traits = self.teller, beginning.traits
        while case.state == CaseState.CHECKED:
            teller.wait(60, 1800)
            by = teller.dispatcher()
            if "unreachable" in traits or (first and teller.chance(0.13)):
                words = teller.pick(say.NO_ANSWER)
                teller.do(by, case, "call_back", way="phone", reached=False, comment=words)
                continue
            again = "unsolved" in traits and case.reworks < (3 if "twice" in traits else 1)
            solved = "no" if again else teller.random.choices(ANSWERS, weights=SOLVED[case.result_class])[0]
            grade = teller.random.choices("54321", weights=GRADES[solved])[0]
            comment = teller.pick(say.COMMENTS[grade])
            last = solved == "no" and not again and case.reworks >= 1
            teller.do(
                by,
                case,
                "call_back",
                teller.pick(say.NOT_SOLVED_CLOSED) if last else "",
                way="phone" if teller.chance(0.9) else "message",
                reached=True,
                solved=solved,
                satisfaction=grade,
                comment=comment,
                rework=False if last else None,
            )
        if case.state == CaseState.HANDLING and archive:  # a linked one comes back alone
            teller.answer(case, beginning)
            return self.close(case, beginning)
        if case.state == CaseState.CLOSED and not case.solved and (teller.chance(0.3) or "rated" in traits):
            self._rate(case)
        return None if not archive else self.archive(case, beginning)

    def _rate(self, case: Case) -> None:
        """Not reached by telephone, the requester rates on their own phone."""
        self.teller.wait(100, 2500)
        grade = self.teller.random.choice("543")
        with bind(actor=RESIDENT):
            CaseFlow(case).rate(solved="yes", satisfaction=grade, comment=self.teller.pick(say.COMMENTS[grade]))

    def archive(self, case: Case, beginning: Beginning) -> None:
        """Old files are closed for good by the leader's desk."""
        if "archived" not in beginning.traits or case.state not in {CaseState.CLOSED, CaseState.ANSWERED}:
            return
        assert case.closed_at is not None
        self.teller.clock.to(case.closed_at + ARCHIVED_AFTER)
        self.teller.wait(5, 600)
        self.teller.do(self.teller.leader(), case, "archive")


def _without(beginning: Beginning, trait: str) -> Beginning:
    return Beginning(
        beginning.index,
        beginning.at,
        beginning.complaint,
        beginning.channel,
        beginning.traits - {trait},
        beginning.root,
        beginning.caller,
    )
