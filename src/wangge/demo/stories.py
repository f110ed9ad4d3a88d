"""How a case goes on: through the real steps, by the people whose turn it is, from event to event.

A story stops where the month ends, so the latest cases lie in every state. ``Later`` ends it.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random
from typing import Any, Final

from django.utils import timezone

from wangge.cases import actions, dispatching
from wangge.cases.enums import CaseState
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case, CaseRequest
from wangge.cases.policy import STREET_CHANNELS
from wangge.demo import sayings as say
from wangge.demo.cast import Cast
from wangge.demo.clock import Clock, Later
from wangge.demo.closing import Closing
from wangge.demo.filing import Desk, actor
from wangge.demo.month import Beginning
from wangge.demo.texts import Writer
from wangge.demo.visiting import LEAD, WAITS
from wangge.duties.resolution import may_assign_to_community
from wangge.kernel.access.models import User
from wangge.kernel.audit.context import bind
from wangge.organization import queries as organization

DECLINED: Final = "decline:"


class Teller:
    """Tells one story after the other; keeps which case each beginning became."""

    def __init__(self, *, cast: Cast, desk: Desk, clock: Clock, seed: int) -> None:
        self.cast, self.desk, self.clock, self.seed = cast, desk, clock, seed
        self.random = Random(seed)  # noqa: S311
        self.writer = Writer(seed)
        self.cases: dict[int, int] = {}
        self.closing = Closing(self)
        self.quick = False

    def tell(self, beginning: Beginning) -> None:
        """File the case of ``beginning`` and let it go as far as the month allows."""
        # Its own dice: a story is the same whatever was told before.
        self.random = self.writer.random = Random(f"{self.seed}/{beginning.index}")  # noqa: S311
        self.quick = WAITS in beginning.traits
        self.clock.set(beginning.at)
        case = self.desk.file(beginning, self.random)
        self.cases[beginning.index] = case.pk
        try:
            self._tell(case, beginning)
        except Later:
            return

    # -- tools ---------------------------------------------------------------------------------

    def wait(self, least: float, most: float) -> None:
        """Some minutes pass; few of them, by night too, in a story that is to wait for a visitor."""
        if self.quick:
            self.clock.to(self.clock.at + timedelta(minutes=self.random.uniform(2, 6)))
        else:
            self.clock.wait(self.random, least, most)

    def toward(self, due: datetime, share: float) -> None:
        """A share of the time until ``due`` passes."""
        if self.quick:
            self.wait(0, 0)
        else:
            self.clock.toward(due, share, self.random)

    def do(self, user: User | None, case: Case, step: str, reason: str = "", **given: Any) -> None:
        """Take a step as ``user`` (None: the system)."""
        with bind(actor=actor(user)):
            getattr(CaseFlow(case, user), step)(reason=reason, **given)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def pick(self, words: tuple[str, ...]) -> str:
        return self.random.choice(words)

    def dispatcher(self) -> User:
        return self.cast.one("hotline_dispatcher", self.random)

    def leader(self) -> User:
        return self.cast.one("hotline_leader", self.random)

    def clerk(self, office_id: int | None, permission: str = "cases.reply") -> User:
        """Somebody who answers for the office. A story without anybody to go on with stops."""
        found = None if office_id is None else self.cast.clerk(office_id, self.random, permission)
        if found is None:
            raise Later
        return found

    # -- before dispatch -------------------------------------------------------------------------

    def _tell(self, case: Case, beginning: Beginning) -> None:
        traits, said = beginning.traits, beginning.complaint
        if "halt:received" in traits or self._told_at_once(case, beginning):
            return
        if "linked" in traits and self._link(case, beginning):
            return
        self.wait(2, 60 if case.urgency == "normal" else 8)
        if case.kind_id is None:
            by = self.dispatcher()
            with bind(actor=actor(by)):
                actions.classify(case=case, kind=self.desk.kinds[said.kind], place=None, by=by)
        self._dispatch(case, traits)
        if "halt:dispatched" in traits:
            return
        self._returned(case, traits)
        self._handle(case, beginning)
        self.closing.close(case, beginning)

    def _told_at_once(self, case: Case, beginning: Beginning) -> bool:
        """Praise, simple questions and what is not for the government are not dispatched."""
        traits, said = beginning.traits, beginning.complaint
        if said.demand_type == "praise":
            self.wait(10, 300)
            self._answered(case, beginning, self.pick(say.PRAISE_REPLY))
        elif "answered" in traits:
            self.wait(1, 90)
            self._answered(case, beginning, f"{self.pick(say.CONSULT_REPLY)}{self.writer.answer(said.matter)}。")
        elif refused := next((t.removeprefix(DECLINED) for t in traits if t.startswith(DECLINED)), ""):
            self.wait(3, 120)
            self.do(self.dispatcher(), case, "decline", say.DECLINE[refused], disposition=refused)
            self.closing.archive(case, beginning)
        else:
            return False
        return True

    def _answered(self, case: Case, beginning: Beginning, reply: str) -> None:
        self.do(self.dispatcher(), case, "answer", reply=reply)
        if "reopened" in beginning.traits:
            self.wait(600, 4000)
            self.do(self.leader(), case, "reopen", self.pick(say.REOPEN))
            self.wait(5, 60)
            self._dispatch(case, beginning.traits)
            self._handle(case, beginning)
            return self.closing.close(case, beginning)
        return self.closing.archive(case, beginning)

    def _link(self, case: Case, beginning: Beginning) -> bool:
        """Into the earlier case about the same matter, unless that was closed before this one came."""
        root = Case.objects.filter(pk=self.cases.get(beginning.root, 0), root__isnull=True).first()
        if root is None or root.state in {CaseState.LINKED, CaseState.ANSWERED} or root.pk == case.pk:
            return False
        self.wait(2, 40)
        if root.closed_at is not None and root.closed_at < self.clock.at:
            return False
        self.do(self.dispatcher(), case, "link", say.LINKED, root=root)
        if "unlinked" in beginning.traits:
            self.wait(30, 600)
            self.do(self.dispatcher(), case, "unlink", self.pick(say.UNLINK))
            return False
        if root.replied_at is None or root.state not in {CaseState.CHECKED, CaseState.CLOSED, CaseState.ARCHIVED}:
            return True
        self.clock.to(max(root.replied_at, self.clock.at) + timedelta(minutes=5))
        self.do(None, case, "follow_root")
        self.closing.call_back(case, beginning)
        return True

    def _dispatch(self, case: Case, traits: frozenset[str]) -> None:
        plan = dispatching.best_plan(case)
        street = case.path[:9]
        by = self.dispatcher()
        if case.channel in STREET_CHANNELS and plan.lead.path.startswith(street):
            by = self.cast.one("street_dispatcher", self.random, street)
        reason = ""
        centre = organization.street_centre(case.path)
        if named := next((trait.removeprefix(LEAD) for trait in traits if trait.startswith(LEAD)), ""):
            lead = organization.office_at(named, case.path)
            assert lead is not None
            reason = self.pick(say.OVERRIDE)
            plan = dispatching.overridden(plan, case, lead_id=lead.id, assist_ids=(), reason=reason)
        elif {"override", "to_community"} & traits and centre is not None and centre.id != plan.lead.id:
            reason = self.pick(say.OVERRIDE)
            assists = () if "to_community" in traits else (plan.lead.id,)
            plan = dispatching.overridden(plan, case, lead_id=centre.id, assist_ids=assists, reason=reason)
        self.do(by, case, "dispatch", reason, plan=plan)

    def _returned(self, case: Case, traits: frozenset[str]) -> None:
        if not {"return_accepted", "return_upheld", "halt:returned"} & traits:
            return
        self.wait(20, 300)
        self.do(self.clerk(case.lead_office_id, "cases.reply"), case, "send_back", self.pick(say.SEND_BACK))
        if "halt:returned" in traits:
            raise Later
        self.wait(30, 500)
        if "return_upheld" in traits:
            self.do(self.leader(), case, "uphold", self.pick(say.UPHELD))
            return
        self.do(self.leader(), case, "accept_return", self.pick(say.ACCEPTED))
        if "halt:accepted" in traits:
            raise Later
        self.wait(5, 90)
        self._dispatch(case, traits | {"override"})

    # -- handling --------------------------------------------------------------------------------

    def _handle(self, case: Case, beginning: Beginning) -> None:
        traits = beginning.traits
        clerk = self.clerk(case.lead_office_id)
        assert case.next_due_at is not None
        self.toward(case.next_due_at, self.random.uniform(0.1, 0.95 if self.chance(0.95) else 1.6))
        wanted = case.reply_wanted and not case.is_anonymous
        if not wanted or self.chance(0.7):
            self.do(clerk, case, "sign")
        self._special(case, traits)
        if wanted and "solved_at_once" not in traits:
            self._contact(case, clerk)
        if "halt:handling" in traits or ("stuck" in traits and self.clock.end - self.clock.at < timedelta(days=16)):
            raise Later
        self._assign(case, clerk, traits)
        if "halt:part" in traits:
            raise Later
        self._parts(case)
        self._requests(case, clerk, traits)
        self.answer(case, beginning, late="late" in traits)

    def answer(self, case: Case, beginning: Beginning, *, late: bool = False) -> None:
        """The lead replies, most often before the limit."""
        clerk = self.clerk(case.lead_office_id)
        due = case.finish_due_at
        if due is not None and due > self.clock.at:
            share = self.random.uniform(1.05, 1.7) if late else self.random.betavariate(2, 2.6)
            self.toward(due, share)
        else:
            self.wait(60, 900)
        result = self.random.choices(
            ("solved", "partly", "cannot_now", "explained", "unreasonable"), weights=(76, 9, 4, 9, 2)
        )[0]
        done = self.writer.answer(beginning.complaint.matter)
        told = f"{done}。" if result == "solved" else self.pick(say.NOT_DONE[result])
        text = f"{self.pick(say.REPLY_START)}{told}{self.pick(say.REPLY_END)}"
        given: dict[str, Any] = {"text": text, "result_class": result}
        if case.contacted_at is None and case.reply_wanted and not case.is_anonymous:
            given |= {"contacted": self.random.choice(("phone", "visit")), "note": self.pick(say.ON_SITE)}
        self.do(clerk, case, "reply", **given)
        if "photo_after" in beginning.traits:
            self.desk.attach(case, beginning.complaint.kind, "reply", clerk, self.random)

    def _contact(self, case: Case, clerk: User) -> None:
        self.wait(10, 150)
        for _ in range(2):
            if not self.chance(0.15):
                break
            self.do(clerk, case, "contact", way="phone", reached=False, note=self.pick(say.NOT_REACHED))
            self.wait(40, 240)
        way = self.random.choices(("phone", "visit", "message"), weights=(80, 15, 5))[0]
        self.do(clerk, case, "contact", way=way, reached=True, note=self.pick(say.CONTACTED))

    def _special(self, case: Case, traits: frozenset[str]) -> None:
        if "supervised" in traits:
            self.wait(20, 600)
            self.do(self.cast.one("district_leader", self.random), case, "supervise", self.pick(say.SUPERVISE))
        if "escalated" in traits:
            self.wait(60, 900)
            self.do(self.cast.one("command_centre", self.random), case, "escalate", self.pick(say.ESCALATE))

    def _assign(self, case: Case, clerk: User, traits: frozenset[str]) -> None:
        """The street's centre gives the community its part, where the lists allow it."""
        office = organization.community_office(case.path)
        if "to_community" not in traits or office is None or case.kind_id is None:
            return
        if not clerk.grants.filter(role="street_dispatcher").exists():
            return
        if not may_assign_to_community(case.kind_id, office.path, timezone.localdate()):
            return
        self.wait(15, 240)
        self.do(clerk, case, "assign", office_id=office.id, asked=self.pick(say.ASKED))

    def _parts(self, case: Case) -> None:
        """Every assisting office answers for its part."""
        for office_id in list(case.parts.unanswered().order_by("id").values_list("office_id", flat=True)):
            self.wait(20, 420)
            user = self.clerk(office_id, "cases.handle")
            if case.signed_at is None:
                self.do(self.clerk(case.lead_office_id), case, "sign")
            self.do(user, case, "report_part", office_id=office_id, answer=self.pick(say.PART_DONE))

    # -- requests --------------------------------------------------------------------------------

    def _requests(self, case: Case, clerk: User, traits: frozenset[str]) -> None:
        for kind in ("extension", "suspension", "exclusion"):
            if kind in traits or (kind == "suspension" and "suspend" in traits):
                if case.signed_at is None:
                    self.do(clerk, case, "sign")
                self._request(case, clerk, kind, traits)

    def _request(self, case: Case, clerk: User, kind: str, traits: frozenset[str]) -> None:
        if kind == "extension" and not case.limits.get("max_extensions"):
            return
        self.wait(60, 500)
        until = timezone.localdate() + timedelta(days=60 if "long" in traits else self.random.randrange(3, 9))
        why = self.random.choice(list(say.EXCLUDE))
        words = {"extension": say.EXTEND, "suspension": say.SUSPEND, "exclusion": (say.EXCLUDE[why],)}[kind]
        with bind(actor=actor(clerk)):
            request = actions.ask(
                case=case,
                kind=kind,
                reason=self.pick(words),
                by=clerk,
                until_on=until if kind == "suspension" else None,
                exclusion_class=why if kind == "exclusion" else "",
            )
        if "pending" in traits and self.clock.end - self.clock.at < timedelta(days=4):
            raise Later
        self.wait(40, 700)
        if "withdrawn" in traits:
            with bind(actor=actor(clerk)):
                actions.withdraw(request=request, by=clerk)
            return
        self._decide(case, request, approve="refused" not in traits)
        if case.state == CaseState.SUSPENDED:
            self._resume(case, traits)

    def _decide(self, case: Case, request: CaseRequest, *, approve: bool) -> None:
        by = self.leader() if request.kind == "exclusion" or self.chance(0.5) else self._commander()
        with bind(actor=actor(by)):
            decision = self.pick(say.AGREED if approve else say.REFUSED)
            actions.decide(request=request, approve=approve, decision=decision, by=by)
        case.refresh_from_db()

    def _commander(self) -> User:
        return self.cast.one("command_centre", self.random)

    def _resume(self, case: Case, traits: frozenset[str]) -> None:
        assert case.suspended_until_on is not None
        if "early" in traits:
            self.wait(2000, 6000)
            self.do(self._commander(), case, "resume", self.pick(say.RESUME))
            return
        self.clock.to(timezone.make_aware(datetime.combine(case.suspended_until_on, time(0, 40))))
        self.do(None, case, "resume", "挂账到期，自动恢复办理")
