"""Random users take random steps: no state the declaration does not allow, no step without a row, no closed case
with a running clock, and every count stays exact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.cases.conftest import PEOPLE, World

from wangge.cases import actions, tallies
from wangge.cases.dispatching import overridden, plans_for
from wangge.cases.enums import DONE_STATES, CaseState, PartState
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case, CaseClock, CaseRequest
from wangge.kernel.flow import FlowError

STEPS = CaseFlow.steps()
REACHED: set[str] = set()


def _arguments(world: World, case: Case, name: str, pick: int) -> dict[str, Any]:
    """Plausible and implausible arguments of a step."""
    office = list(world.offices.values())[pick % len(world.offices)]
    other = Case.objects.exclude(pk=case.pk).order_by("pk").first()
    chosen = plans_for(case)
    make: dict[str, Callable[[], dict[str, Any]]] = {
        "dispatch": lambda: {
            "plan": overridden(chosen[0], case, lead_id=office.pk, assist_ids=[], reason="随机")
            if pick % 3 == 0 and office.level != "community" and case.path.startswith(office.path)
            else chosen[0]
        },
        "answer": lambda: {"reply": "已答复" if pick % 2 else ""},
        "decline": lambda: {"disposition": "legal_route" if pick % 2 else "answered"},
        "contact": lambda: {"way": "phone", "reached": bool(pick % 2)},
        "assign": lambda: {"office_id": office.pk},
        "report_part": lambda: {"office_id": office.pk, "answer": "已办"},
        "hand_back": lambda: {"office_id": office.pk},
        "reply": lambda: {"text": "已处理", "contacted": "phone" if pick % 2 else ""},
        "call_back": lambda: {
            "way": "phone",
            "reached": pick % 4 != 0,
            "solved": ["yes", "no", "basically"][pick % 3],
            "satisfaction": str(1 + pick % 5),
        },
        "link": lambda: {"root": other or case},
        "suspend": lambda: {"until": timezone.localdate() + timedelta(days=3)},
    }
    return make.get(name, dict)()


class RandomSteps(RuleBasedStateMachine):
    world: World

    @initialize()
    def begin(self) -> None:
        self.savepoint = transaction.savepoint()
        self.cases = [self.world.file(), self.world.file(channel="qr", by=None)]
        self.taken = {case.pk: 1 for case in self.cases}

    @rule(
        which=st.integers(0, 1),
        name=st.sampled_from(sorted(STEPS)),
        who=st.sampled_from([*PEOPLE, "外人"]),
        pick=st.integers(0, 11),
        stale=st.booleans(),
    )
    def step(self, which: int, name: str, who: str, pick: int, stale: bool) -> None:
        self._try(Case.objects.get(pk=self.cases[which].pk), name, who, pick=pick, stale=stale)

    @rule(which=st.integers(0, 1), choice=st.integers(0, 999), pick=st.sampled_from([1, 2, 5, 7, 11]))
    def likely_step(self, which: int, choice: int, pick: int) -> None:
        """One that somebody may take in this state, so that the walk goes deep."""
        case = Case.objects.get(pk=self.cases[which].pk)
        likely = [
            (name, who)
            for name, declared in STEPS.items()
            if case.state in declared.sources
            for who in PEOPLE
            if declared.may(self.world[who], case)
            # The main road is taken more often than the side roads.
            for _ in range(6 if declared.primary or name in ("assign", "send_back", "hand_back", "link") else 1)
        ]
        if likely:
            name, who = likely[choice % len(likely)]
            self._try(case, name, who, pick=pick, stale=False)

    def _try(self, case: Case, name: str, who: str, *, pick: int, stale: bool) -> None:
        user = self.world[who]
        before = (case.state, case.version)
        declared = STEPS[name]
        allowed = declared.may(user, case) and case.state in declared.sources
        seen = case.version - 1 if stale and pick % 5 == 0 else case.version
        try:
            with transaction.atomic():
                row = getattr(CaseFlow(case, user), name)(
                    seen=seen, reason="随机理由" if pick % 4 else "", **_arguments(self.world, case, name, pick)
                )
        except FlowError:
            after = Case.objects.get(pk=case.pk)
            assert (after.state, after.version) == before
            return
        after = Case.objects.get(pk=case.pk)
        assert allowed
        assert seen == before[1]
        assert after.version == before[1] + 1
        assert row.source == before[0]
        assert row.target == after.state
        assert after.state in (*declared.targets, before[0])
        self.taken[case.pk] += 1
        REACHED.add(name)

    @rule(
        which=st.integers(0, 1), kind=st.sampled_from(["extension", "suspension", "exclusion"]), approve=st.booleans()
    )
    def request(self, which: int, kind: str, approve: bool) -> None:
        case = Case.objects.get(pk=self.cases[which].pk)
        state = case.state
        until = timezone.localdate() + timedelta(days=5)
        try:
            with transaction.atomic():
                made = actions.ask(
                    case=case, kind=kind, reason="随机申请", by=self.world["街道老王"], until_on=until,
                    exclusion_class="policy",
                )  # fmt: skip
                actions.decide(request=made, approve=approve, decision="随机意见", by=self.world["热线班长"])
        except FlowError:
            assert Case.objects.get(pk=case.pk).state == state
            return
        if kind == "suspension" and approve:
            self.taken[case.pk] += 1

    @rule(which=st.integers(0, 1))
    def root_answers(self, which: int) -> None:
        root = Case.objects.get(pk=self.cases[which].pk)
        if root.state in (CaseState.CHECKED, CaseState.CLOSED):
            waiting = list(Case.objects.filter(root=root, state=CaseState.LINKED).values_list("pk", flat=True))
            actions.answer_repeats(root=root)
            for pk in waiting:
                self.taken[pk] += 1

    @invariant()
    def every_step_left_its_row(self) -> None:
        for pk, count in getattr(self, "taken", {}).items():
            assert Case.objects.get(pk=pk).transitions.count() == count

    @invariant()
    def nothing_finished_has_a_running_clock(self) -> None:
        finished = [*DONE_STATES, CaseState.LINKED, CaseState.RECEIVED]
        assert not CaseClock.objects.filter(case__state__in=finished, stopped_at__isnull=True).exists()

    @invariant()
    def what_is_paused_does_not_run(self) -> None:
        paused = [CaseState.SUSPENDED, CaseState.RETURNED]
        running = CaseClock.objects.filter(case__state__in=paused, stopped_at__isnull=True, paused_at__isnull=True)
        assert not running.exists()

    @invariant()
    def one_lead_and_it_is_the_cases_lead(self) -> None:
        for case in Case.objects.filter(state__in=[CaseState.DISPATCHED, CaseState.HANDLING, CaseState.REPLIED]):
            leads = case.parts.filter(role="lead").exclude(state=PartState.WITHDRAWN)
            assert [part.office_id for part in leads] == [case.lead_office_id]

    @invariant()
    def everyone_sees_the_same_number(self) -> None:
        for case in Case.objects.all():
            due = CaseClock.objects.filter(case=case, stopped_at__isnull=True, paused_at__isnull=True)
            first = due.order_by("due_at").values_list("due_at", flat=True).first()
            assert case.next_due_at == first

    @invariant()
    def counts_are_exact(self) -> None:
        assert tallies.check() == {}

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)


@pytest.mark.django_db
def test_random_people_take_random_steps(world: World) -> None:
    class Machine(RandomSteps):
        pass

    Machine.world = world
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            database=None,
            phases=[Phase.explicit, Phase.generate],
            report_multiple_bugs=False,
        ),
    )
    assert CaseRequest.objects.count() == 0
    # The walk is no walk if it never leaves the first room.
    assert {"dispatch", "sign", "send_back", "reply", "call_back", "link", "assign", "hand_back"} - REACHED == set()
