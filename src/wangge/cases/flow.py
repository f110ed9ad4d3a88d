"""The states and steps of a case. The one place where a case changes its state.

filed → dispatched → signed → handled → replied → checked on site → called back → closed → archived,
with return and dispute, rework, suspension, linking and reopening. Sources: 北京市接诉即办工作条例 arts. 11–15,
23; GB/T 30428 seven links; rules.md 2.1.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from wangge.cases import clocks, guards, policy
from wangge.cases.dispatching import BELOW_STREET, Plan, giver, giver_of, limits_as_json, may_assign_below, out_of_reach
from wangge.cases.enums import (
    LIVE_STATES,
    STANDING_PARTS,
    TOLD,
    CaseState,
    ClockName,
    ContactWay,
    Disposition,
    NoticeKind,
    PartRole,
    PartState,
    ResultClass,
    Satisfaction,
    Solved,
)
from wangge.cases.events import CaseClosed, CaseMoved
from wangge.cases.models import CallBack, Case, CasePart, CaseTransition, Contact, Notice
from wangge.cases.rules import rules_for
from wangge.duties.resolution import may_assign_to_community
from wangge.kernel import rows
from wangge.kernel.api import webhooks
from wangge.kernel.events.bus import publish
from wangge.kernel.flow import Flow, Refused, TransitionBase, step
from wangge.kernel.jobs.queue import defer
from wangge.organization import queries as organization
from wangge.organization.notices import tell

S = CaseState
# Linked to one of these, a case is answered at once.
ANSWERED_ROOTS: Final = frozenset({S.CHECKED, S.ANSWERED, S.CLOSED, S.ARCHIVED})


class CaseFlow(Flow[Case]):
    """``CaseFlow(case, user).sign(seen=case.version)``. See ``kernel.flow``."""

    model = Case
    transitions = CaseTransition
    states = CaseState
    noun = "事项"
    initial = (S.RECEIVED,)

    # -- intake ------------------------------------------------------------------------------

    @step("派单", source=S.RECEIVED, target=S.DISPATCHED, may=policy.may_dispatch, primary=True)
    def dispatch(self, *, plan: Plan) -> None:
        """Give the case to the offices of ``plan``. An overridden plan asks for a reason."""
        case = self.obj
        if plan.overridden and not self.reason:
            raise Refused("与清单建议不同，请填写改派理由。")
        within = policy.dispatch_path(self.user, case) if self.user is not None else ""
        if out_of_reach(plan, within):
            raise Refused(f"街道只能派给本街道的单位；{plan.lead.name}由区级派单（已在区级的派单队列），也可以吹哨。")
        case.kind_id = plan.kind_id
        case.duty_id, case.list_item, case.legal_basis = plan.duty_id, plan.list_item, plan.legal_basis
        case.dispatch_reason, case.limit_name = plan.reason, plan.limits.name
        case.limits = limits_as_json(plan.limits)
        self._withdraw_parts()
        clocks.restart(case, self.now)
        case.dispatched_at, case.signed_at, case.contacted_at = self.now, None, None
        case.designated = False  # whoever was, it was another dispatch
        case.lead_office_id = case.holder_office_id = plan.lead.id
        case.office_ids = plan.office_ids
        given = {"case": case, "created_at": self.now}
        lead = CasePart(office_id=plan.lead.id, role=PartRole.LEAD, **given)
        assists = (CasePart(office_id=office.id, role=PartRole.ASSIST, **given) for office in plan.assists)
        rows.insert_all([lead, *assists])
        self.taken.to_office_id = plan.lead.id
        self.taken.data = {"confidence": round(plan.confidence, 3), "overridden": plan.overridden}

    @step("直接答复", source=S.RECEIVED, target=S.ANSWERED, may=policy.over("cases.answer"))
    def answer(self, *, reply: str) -> None:
        """Answered at once (a consultation)."""
        if not reply.strip():
            raise Refused("请填写答复内容。")
        self._end_undispatched(Disposition.ANSWERED, reply)

    @step("不予派单", source=S.RECEIVED, target=S.ANSWERED, may=policy.over("cases.answer"), needs_reason=True)
    def decline(self, *, disposition: str, told: str = "") -> None:
        """One of the six classes that are not dispatched (条例 art. 11), with what the caller is told."""
        if disposition not in TOLD or disposition == Disposition.ANSWERED:
            raise Refused("请选择不予派单的类别。")
        self._end_undispatched(disposition, told.strip() or TOLD[disposition])

    # -- sign, return, dispute ---------------------------------------------------------------

    @step("签收", source=S.DISPATCHED, target=S.HANDLING, may=policy.holding("cases.sign"), primary=True)
    def sign(self) -> None:
        self._sign()

    @step(
        "退单",
        source=(S.DISPATCHED, S.HANDLING),
        target=S.RETURNED,
        may=policy.holding("cases.return"),
        guards=(
            guards.for_the_whole("cases.return"),
            guards.not_designated,
            guards.within_return_window,
            guards.no_pending_request,
        ),
        needs_reason=True,
    )
    def send_back(self) -> None:
        """Not this office's duty: back to the dispatcher, who decides (条例 art. 12 派单异议)."""
        self.obj.returns += 1
        clocks.pause(self.obj, self.now)
        self._perhaps_a_problem()

    @step(
        "同意退单",
        source=S.RETURNED,
        target=S.RECEIVED,
        may=policy.over("cases.review_return"),
        needs_reason=True,
        primary=True,
    )
    def accept_return(self) -> None:
        case = self.obj
        self._withdraw_parts()
        clocks.stop(case, self.now)
        case.lead_office_id = case.holder_office_id = None
        case.office_ids = []

    @step(
        "驳回退单（指定承办）",
        source=S.RETURNED,
        target=S.DISPATCHED,
        may=policy.over("cases.review_return"),
        needs_reason=True,
    )
    def uphold(self) -> None:
        """The office stays responsible and may not return again (rules 2.1.4)."""
        self.obj.designated = True
        clocks.resume(self.obj, self.now)
        self.obj.signed_at = None
        clocks.start(self.obj, ClockName.SIGN, self.now)
        self.taken.to_office_id = self.obj.lead_office_id

    # -- handling ----------------------------------------------------------------------------

    @step("联系诉求人", source=(S.DISPATCHED, S.HANDLING), target=S.HANDLING, may=policy.holding("cases.contact"))
    def contact(self, *, way: str, reached: bool, note: str = "") -> None:
        """The first try that reaches the requester stops the contact clock; each try is kept."""
        self._sign()
        self._contact(way, reached, note)

    @step("交办", source=(S.DISPATCHED, S.HANDLING), target=S.HANDLING, may=policy.holding("cases.assign"))
    def assign(self, *, office_id: int, asked: str = "", path: str = "") -> None:
        """The lead, or a street its part, gives a part to another office; communities only what their list holds
        (条例 art. 17)."""
        case = self.obj
        office, by = organization.office(office_id), giver(self.user, case)
        if office is None or by is None:
            raise Refused("所选单位不存在或已撤销。")
        if not office.path.startswith(by.path):
            raise Refused(f"{office.name}不在{by.name}的管辖范围内，请通过吹哨或申请协调。")
        if office.level == BELOW_STREET:
            if not may_assign_below(self.user, case):
                raise Refused("社区、网格的任务由街道交办，请交给街道，由街道安排（条例第17条）。")
            assert case.kind_id is not None
            rule = may_assign_to_community(case.kind_id, office.path, timezone.localdate(self.now))
            if not rule:
                raise Refused(rule.reason)
        if path and path.startswith(case.path):
            case.path = path
        self._sign()
        part, created = CasePart.objects.get_or_create(
            case=case,
            office_id=office_id,
            state__in=STANDING_PARTS,
            defaults={"role": PartRole.ASSIST, "state": PartState.WAITING, "asked": asked, "created_at": self.now},
        )
        if not created:
            if part.role == PartRole.LEAD:
                raise Refused("该单位就是主办单位。")
            CasePart.objects.filter(pk=part.pk).update(state=PartState.WAITING, asked=asked, answered_at=None)
        case.office_ids = sorted({*case.office_ids, office_id})
        case.holder_office_id = office_id
        self.taken.to_office_id = office_id
        self.taken.data = {"asked": asked}

    @step("反馈", source=S.HANDLING, target=S.HANDLING, may=policy.taking_part("cases.handle"))
    def report_part(self, *, office_id: int, answer: str) -> None:
        """An assisting office answers for its part; the case goes back to the lead (条例 art. 14)."""
        case = self.obj
        part = self._own_part(office_id)
        if not answer.strip():
            raise Refused("请填写办理情况。")
        part.state, part.answer, part.answered_at = PartState.ANSWERED, answer.strip(), self.now
        part.answered_by_id = self.user.pk if self.user is not None else None
        part.save(update_fields=["state", "answer", "answered_at", "answered_by_id"])
        if case.holder_office_id == office_id:
            case.holder_office_id = case.lead_office_id
        case.handled_by_id = self.user.pk if self.user is not None else None
        self.taken.to_office_id = case.lead_office_id
        self.taken.data = {"office_id": office_id}

    @step("退回交办", source=S.HANDLING, target=S.HANDLING, may=policy.taking_part("cases.handle"), needs_reason=True)
    def hand_back(self, *, office_id: int) -> None:
        """Not this office's part: back to whoever gave it, who arranges otherwise or gives it again, then for good."""
        case = self.obj
        part = self._own_part(office_id)
        if guards.given_again(case, office_id):
            raise Refused("本单位已退回过，交办单位仍交由本单位办理，不得再次退回；请办理后反馈。")
        part.state = PartState.WITHDRAWN
        part.save(update_fields=["state"])
        case.office_ids = [id_ for id_ in case.office_ids if id_ != office_id]
        back_to = giver_of(case, office_id)
        if case.holder_office_id == office_id:
            case.holder_office_id = back_to
        names = organization.names([office_id])
        text = f"{names.get(office_id, '')}退回交办：{self.reason}"
        tell(Notice, [back_to], case=case, kind=NoticeKind.HANDED_BACK, text=text, at=self.now)
        self.taken.to_office_id = back_to
        self.taken.data = {"office_id": office_id}

    @step(
        "答复",
        source=(S.DISPATCHED, S.HANDLING),
        target=(S.REPLIED, S.CHECKED),
        may=policy.holding("cases.reply"),
        guards=(guards.for_the_whole("cases.reply"), guards.parts_answered, guards.no_pending_request),
        primary=True,
    )
    def reply(self, *, text: str, result_class: str = ResultClass.SOLVED, contacted: str = "", note: str = "") -> None:
        """The lead's answer. ``contacted`` (a ContactWay) records the contact in the same step."""
        case = self.obj
        if not text.strip():
            raise Refused("请填写答复内容。")
        if result_class not in ResultClass.values:
            raise Refused("请选择办理结果。")
        # All clocks stop below, at this very instant.
        case.signed_at = case.signed_at or self.now
        if contacted:
            self._contact(contacted, True, note, stop_clock=False)
        if why := guards.contacted(self):
            raise Refused(why)
        case.reply, case.result_class = text.strip(), result_class
        case.replied_at, case.handled_by_id = self.now, self.user.pk if self.user is not None else None
        self._lead_part(
            state=PartState.ANSWERED,
            signed_at=rows.Made("coalesce(signed_at, %s)", (case.signed_at,)),
            answer=case.reply,
            answered_at=self.now,
            answered_by_id=case.handled_by_id,
        )
        clocks.stop(case, self.now)
        self.taken.target = S.REPLIED if case.needs_check else S.CHECKED

    # -- check, call-back, close -------------------------------------------------------------

    @step(
        "核查通过",
        source=S.REPLIED,
        target=S.CHECKED,
        may=policy.over("cases.check"),
        guards=(guards.somebody_else,),
        primary=True,
    )
    def check_pass(self) -> None:
        """Seen on the spot by somebody else than the handler."""

    @step(
        "核查不通过",
        source=S.REPLIED,
        target=S.HANDLING,
        may=policy.over("cases.check"),
        guards=(guards.somebody_else,),
        needs_reason=True,
    )
    def check_fail(self) -> None:
        self._rework()

    @step(
        "回访",
        source=S.CHECKED,
        target=(S.CLOSED, S.HANDLING, S.CHECKED),
        may=policy.over("cases.callback"),
        primary=True,
    )
    def call_back(
        self,
        *,
        way: str,
        reached: bool,
        solved: str = "",
        satisfaction: str = "",
        comment: str = "",
        rework: bool | None = None,
    ) -> None:
        """Ask *solved?* and *satisfied?* apart. Not solved → rework, unless told otherwise with a reason;
        not reached → again, up to the tries allowed, then closed without a rating."""
        case = self.obj
        if reached and (solved not in Solved.values or satisfaction not in Satisfaction.values):
            raise Refused("已接通的回访须分别记录“是否解决”和“满意度”。")
        CallBack.objects.create(
            case=case,
            way=way,
            reached=reached,
            solved=solved if reached else "",
            satisfaction=satisfaction if reached else "",
            comment=comment,
            at=self.now,
            by_id=self.user.pk if self.user is not None else None,
        )
        case.call_backs += 1
        if not reached:
            last = case.call_backs >= rules_for(case.path).call_back_tries
            self.taken.target = S.CLOSED if last else S.CHECKED
        else:
            case.solved, case.satisfaction = solved, satisfaction
            again = solved == Solved.NO and case.result_class != ResultClass.UNREASONABLE if rework is None else rework
            if rework is False and solved == Solved.NO and not self.reason:
                raise Refused("诉求人认为未解决而不重办，请填写理由。")
            self.taken.target = S.HANDLING if again else S.CLOSED
        if self.taken.target == S.HANDLING:
            self._rework()
        elif self.taken.target == S.CLOSED:
            self._close()
        self.taken.data = {"reached": reached, "solved": solved, "satisfaction": satisfaction}

    @step(
        "诉求人评价",
        source=S.CLOSED,
        target=(S.CLOSED, S.HANDLING),
        may=policy.over("cases.callback"),
        guards=(guards.not_rated_yet,),
        system=True,
    )
    def rate(self, *, solved: str, satisfaction: str, comment: str = "") -> None:
        """The requester rates what was closed without a rating; not solved → handled again, as in ``call_back``."""
        case = self.obj
        if solved not in Solved.values or satisfaction not in Satisfaction.values:
            raise Refused("请分别选择“是否解决”和“满意度”。")
        CallBack.objects.create(
            case=case,
            way=ContactWay.MESSAGE,
            reached=True,
            solved=solved,
            satisfaction=satisfaction,
            comment=comment,
            at=self.now,
        )
        case.solved, case.satisfaction = solved, satisfaction
        self.taken.data = {"solved": solved, "satisfaction": satisfaction}
        if solved == Solved.NO and case.result_class != ResultClass.UNREASONABLE:
            case.closed_at = None
            self.taken.target = S.HANDLING
            self._rework()

    @step(
        "结案", source=S.CHECKED, target=S.CLOSED, may=policy.over("cases.close"), guards=(guards.no_call_back_needed,)
    )
    def close(self) -> None:
        """Close without a call-back: the requester is anonymous or wants no reply."""
        self._close()

    @step(
        "重新办理",
        source=(S.CLOSED, S.ANSWERED),
        target=(S.HANDLING, S.RECEIVED),
        may=policy.over("cases.reopen"),
        guards=(guards.within_reopen_window,),
        needs_reason=True,
    )
    def reopen(self) -> None:
        self.obj.closed_at = None
        if self.state == S.ANSWERED:
            self.obj.disposition = ""
            self.taken.target = S.RECEIVED
        else:
            self._rework()
            self.taken.target = S.HANDLING

    @step("归档", source=(S.CLOSED, S.ANSWERED), target=S.ARCHIVED, may=policy.over("cases.archive"))
    def archive(self) -> None:
        """The file is whole; nothing changes any more."""

    # -- suspension, supervision, linking ----------------------------------------------------

    @step("挂账", source=S.HANDLING, target=S.SUSPENDED, may=policy.over("cases.review_request"), system=True)
    def suspend(self, *, until: Any) -> None:
        """Taken when an application is approved (``actions.decide_request``)."""
        self.obj.suspended_until_on = until
        clocks.pause(self.obj, self.now)

    @step("恢复办理", source=S.SUSPENDED, target=S.HANDLING, may=policy.over("cases.review_request"), needs_reason=True)
    def resume(self) -> None:
        self.obj.suspended_until_on = None
        clocks.resume(self.obj, self.now)

    @step(
        "督办",
        source=[s for s in LIVE_STATES if s != S.LINKED],
        target=None,
        may=policy.over("cases.supervise"),
        needs_reason=True,
    )
    def supervise(self) -> None:
        """The holding office finds a notice; the case shows the mark until it is closed."""
        self.obj.supervised_at = self.now
        Notice.objects.create(
            case=self.obj,
            office_id=self.obj.holder_office_id,
            kind=NoticeKind.SUPERVISION,
            text=f"督办：{self.reason}"[:200],
            at=self.now,
        )

    @step(
        "提级",
        source=(S.DISPATCHED, S.HANDLING, S.RETURNED),
        target=None,
        may=policy.over("cases.escalate"),
        needs_reason=True,
    )
    def escalate(self) -> None:
        """A problem order: the district analyses and takes measures (条例 art. 20 提级响应)."""
        self.obj.is_problem = True
        self.obj.escalated_to = "district"

    @step("并案", source=(S.RECEIVED, S.DISPATCHED, S.HANDLING), target=S.LINKED, may=policy.over("cases.link"))
    def link(self, *, root: Case) -> None:
        """The root's answer will serve this case too."""
        case = self.obj
        # A root that is being answered waits for us, or we see that it has been: ``moved`` counts on it.
        root = Case.objects.select_for_update(no_key=True).get(pk=root.pk)
        if root.pk == case.pk or root.root_id is not None or root.state == S.LINKED:
            raise Refused("不能并入自身或已并案的事项，请选择主事项。")
        if case.repeats.exists():
            raise Refused("本事项已有并入的事项，不能再并入其他事项。")
        case.root = root
        self._withdraw_parts()
        clocks.stop(case, self.now)
        self.taken.data = {"root": root.number}

    @step("取消并案", source=S.LINKED, target=S.RECEIVED, may=policy.over("cases.link"), needs_reason=True)
    def unlink(self) -> None:
        self.obj.root = None
        self.obj.lead_office_id = self.obj.holder_office_id = None

    @step(
        "随主事项答复",
        source=S.LINKED,
        target=(S.CHECKED, S.ANSWERED),
        may=policy.over("cases.link"),
        guards=(guards.root_answered,),
        system=True,
    )
    def follow_root(self) -> None:
        case, root = self.obj, self.obj.root
        assert root is not None
        self.taken.target = S.CHECKED if root.lead_office_id is not None else S.ANSWERED
        if root.lead_office_id is None:  # answered or declined at once: so is this one
            self._end_undispatched(root.disposition, root.reply)
            return
        case.reply, case.result_class, case.replied_at = root.reply, root.result_class, root.replied_at
        case.lead_office_id = case.holder_office_id = root.lead_office_id
        case.kind_id = case.kind_id or root.kind_id
        # It may come back (not solved, reopened): then the root's office handles it within the root's limits.
        case.limits, case.limit_name = root.limits, root.limit_name
        case.dispatched_at = case.dispatched_at or root.dispatched_at
        case.signed_at = case.signed_at or root.signed_at
        case.office_ids = sorted({*case.office_ids, root.lead_office_id})
        CasePart.objects.create(
            case=case,
            office_id=root.lead_office_id,
            role=PartRole.LEAD,
            state=PartState.ANSWERED,
            answer=root.reply,
            created_at=self.now,
            answered_at=root.replied_at,
        )

    @step("随区划变更", source=LIVE_STATES, target=None, may=policy.system_only, system=True)
    def move_place(self, *, path: str) -> None:
        """The place bears a new code (``moving.py``); the row left behind keeps the old one."""
        self.taken.data = {"path": [self.obj.path, path]}
        self.obj.path = path

    # -- what several steps share ------------------------------------------------------------

    def moved(self, row: TransitionBase) -> None:
        case = self.obj
        publish(CaseMoved(case.pk, case.number, case.path, row.step, row.source, row.target))
        told = {"number": case.number, "step": row.step, "from": row.source, "to": row.target}
        webhooks.emit(f"case.{row.step}", told, case.path)
        if row.target == S.CLOSED and row.source != S.CLOSED:
            publish(CaseClosed(case.pk, case.number, case.path, case.solved, case.satisfaction))
        answered = row.target in (S.CHECKED, S.ANSWERED) and row.source != row.target
        if answered and rows.exists(Case, root_id=case.pk):
            defer("cases.answer_repeats", case_id=case.pk)
        if row.step == "link" and case.root is not None and case.root.state in ANSWERED_ROOTS:
            defer("cases.answer_repeats", case_id=case.root.pk)

    def _sign(self) -> None:
        case = self.obj
        if case.signed_at is not None:
            return
        case.signed_at = self.now
        clocks.stop(case, self.now, names=[ClockName.SIGN])
        self._lead_part((PartState.WAITING,), state=PartState.HANDLING, signed_at=self.now)

    def _contact(self, way: str, reached: bool, note: str, *, stop_clock: bool = True) -> None:
        by_id = self.user.pk if self.user is not None else None
        rows.insert(Contact(case=self.obj, way=way, reached=reached, note=note, at=self.now, by_id=by_id))
        if reached and self.obj.contacted_at is None:
            self.obj.contacted_at = self.now
            if stop_clock:
                clocks.stop(self.obj, self.now, names=[ClockName.CONTACT])

    def _own_part(self, office_id: int) -> CasePart:
        """The part that the office has not answered for yet, by whoever acts for it."""
        if self.user is not None and not policy.acts_for(self.user, "cases.handle", office_id):
            raise Refused("只能办理本单位的分办任务。")
        part = self.obj.parts.unanswered().filter(office_id=office_id).first()
        if part is None:
            raise Refused("本单位没有待反馈的分办任务。")
        return part

    def _lead_part(self, states: Sequence[PartState] = STANDING_PARTS, **values: Any) -> None:
        rows.write(CasePart, values, where={"case_id": self.obj.pk, "role": PartRole.LEAD, "state": states})

    def _withdraw_parts(self) -> None:
        if self.obj.dispatched_at is not None:
            self.obj.parts.exclude(state=PartState.WITHDRAWN).update(state=PartState.WITHDRAWN)

    def _end_undispatched(self, disposition: str, told: str) -> None:
        case = self.obj
        case.disposition, case.reply = disposition, told.strip()
        case.replied_at = case.closed_at = self.now

    def _rework(self) -> None:
        """Back to the lead with a fresh finish clock (half of nothing is skipped: checked and called again).

        What was said and how often it was tried belongs to the round that ends; the call-backs keep it.
        """
        case = self.obj
        case.reworks += 1
        case.call_backs, case.solved, case.satisfaction = 0, "", ""
        case.holder_office_id = case.lead_office_id
        self._lead_part(state=PartState.HANDLING, answered_at=None)
        clocks.start(case, ClockName.FINISH, self.now)
        self._perhaps_a_problem()

    def _perhaps_a_problem(self) -> None:
        case = self.obj
        if not case.is_problem and case.returns + case.reworks >= rules_for(case.path).problem_after:
            case.is_problem, case.escalated_to = True, "district"

    def _close(self) -> None:
        self.obj.closed_at = self.now
        self.obj.holder_office_id = self.obj.lead_office_id


def return_deadline(case: Case) -> Any:
    """Until when the office may return the case (local time), or None."""
    if case.dispatched_at is None:
        return None
    return timezone.localtime(case.dispatched_at + timedelta(hours=rules_for(case.path).return_hours))
