"""The engine by a flow of two states: a lamp is lit and put out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import OperationalError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from wangge.kernel.access.models import Grant, User
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.flow import (
    Conflict,
    Flow,
    FlowError,
    NotPermitted,
    ReasonMissing,
    Refused,
    TransitionBase,
    VersionedModel,
    mermaid,
    step,
)

pytestmark = pytest.mark.django_db(transaction=True)


class State(models.TextChoices):
    DARK = "dark", "暗"
    LIT = "lit", "亮"
    BROKEN = "broken", "坏"


class Lamp(VersionedModel):
    state = models.CharField(max_length=10, choices=State.choices, default=State.DARK)
    oil = models.IntegerField(default=1)

    class Meta:
        app_label = "flow_tests"


class LampTransition(TransitionBase):
    subject = models.ForeignKey(Lamp, on_delete=models.CASCADE, related_name="transitions")

    class Meta:
        app_label = "flow_tests"


def keeper(user: Any, _lamp: Any) -> bool:
    return user is not None and user.username != "外人"


def has_oil(flow: Flow[Lamp]) -> str | None:
    return None if flow.obj.oil else "没有灯油。"


class LampFlow(Flow[Lamp]):
    model, transitions, states, noun = Lamp, LampTransition, State, "灯"

    @step("点灯", source=State.DARK, target=State.LIT, may=keeper, guards=(has_oil,), primary=True)
    def light(self, *, burst: bool = False, cut: bool = False) -> None:
        self.obj.oil -= 1
        self.taken.data = {"oil": self.obj.oil}
        if burst:
            raise RuntimeError("oh")
        if cut:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    @step("熄灯", source=State.LIT, target=(State.DARK, State.BROKEN), may=keeper, needs_reason=True)
    def put_out(self, *, roughly: bool = False) -> None:
        if roughly:
            self.taken.target = State.BROKEN

    @step("擦拭", source=(State.DARK, State.LIT), target=None, may=keeper, system=True)
    def clean(self) -> None:
        """Changes nothing but leaves a row."""


@pytest.fixture
def tables(transactional_db: None) -> Iterator[None]:
    with connection.schema_editor() as editor:
        editor.create_model(Lamp)
        editor.create_model(LampTransition)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(LampTransition)
        editor.delete_model(Lamp)


@pytest.fixture
def lamp(tables: None) -> Lamp:
    return Lamp.objects.create()


def person(name: str) -> User:
    user = User.objects.create_user(name, None, display_name=name)
    Grant.objects.create(user=user, role="street_leader", path="150203001", office_id=7, valid_from=date(2024, 1, 1))
    return user


def fresh(lamp: Lamp) -> Lamp:
    return Lamp.objects.get(pk=lamp.pk)


def untouched(lamp: Lamp) -> bool:
    now = fresh(lamp)
    left = LampTransition.objects.count() + AuditEntry.objects.filter(object_type="flow_tests.lamp").count()
    return (now.state, now.version, now.oil, left) == ("dark", 0, 1, 0)


def test_a_step_changes_leaves_a_row_and_is_recorded(lamp: Lamp) -> None:
    row = LampFlow(lamp, person("街道老王")).light(seen=0)
    assert (fresh(lamp).state, fresh(lamp).version, fresh(lamp).oil) == ("lit", 1, 0)
    assert (row.step, row.source, row.target, row.data) == ("light", "dark", "lit", {"oil": 0})
    assert (row.actor_label, row.office_id) == ("街道老王", 7)
    entry = AuditEntry.objects.get(action="flow_tests.lamp.light")
    assert entry.changes == {"state": ["dark", "lit"], "oil": [1, 0]}


def test_who_may_not_changes_nothing(lamp: Lamp) -> None:
    with pytest.raises(NotPermitted):
        LampFlow(lamp, person("外人")).light()
    assert untouched(lamp)


def test_a_guard_says_why_not(lamp: Lamp) -> None:
    Lamp.objects.update(oil=0)
    user = person("街道老王")
    with pytest.raises(Refused, match="没有灯油"):
        LampFlow(fresh(lamp), user).light()
    assert [(o.step.name, o.why_not) for o in LampFlow(fresh(lamp), user).options()] == [("light", "没有灯油。")]
    assert LampTransition.objects.count() == 0


def test_a_step_from_another_state_says_which_it_is(lamp: Lamp) -> None:
    with pytest.raises(Refused, match=r"灯当前为“暗”.不能熄灯"):
        LampFlow(lamp, person("街道老王")).put_out(reason="天亮了")
    assert untouched(lamp)


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_that_is_asked_for_must_be_given(lamp: Lamp, reason: str) -> None:
    user = person("街道老王")
    LampFlow(lamp, user).light()
    with pytest.raises(ReasonMissing):
        LampFlow(lamp, user).put_out(reason=reason)
    assert fresh(lamp).state == "lit"


def test_a_body_that_fails_leaves_nothing(lamp: Lamp) -> None:
    with pytest.raises(RuntimeError):
        LampFlow(lamp, person("街道老王")).light(burst=True)
    assert untouched(lamp)


def test_a_database_lost_in_the_middle_of_a_step_leaves_nothing(lamp: Lamp) -> None:
    user = person("街道老王")
    with pytest.raises(OperationalError):
        LampFlow(lamp, user).light(cut=True)
    connection.close()
    assert untouched(lamp)
    LampFlow(fresh(lamp), user).light(seen=0)
    assert fresh(lamp).state == "lit"


def test_a_body_may_pick_among_the_declared_targets(lamp: Lamp) -> None:
    user = person("街道老王")
    LampFlow(lamp, user).light()
    LampFlow(lamp, user).put_out(roughly=True, reason="失手")
    assert fresh(lamp).state == "broken"


def test_a_step_without_a_target_keeps_the_state_and_raises_the_version(lamp: Lamp) -> None:
    LampFlow(lamp, None).clean()
    assert (fresh(lamp).state, fresh(lamp).version) == ("dark", 1)


def test_the_systems_steps_are_nobodys_buttons(lamp: Lamp) -> None:
    assert [o.step.name for o in LampFlow(lamp, person("街道老王")).options()] == ["light"]


def test_what_was_seen_long_ago_is_no_ground_for_a_step(lamp: Lamp) -> None:
    user = person("街道老王")
    LampFlow(lamp, user).clean()
    with pytest.raises(Conflict, match=r"街道老王已于.*完成“擦拭”.*您的“点灯”没有生效"):
        LampFlow(fresh(lamp), user).light(seen=0)
    assert fresh(lamp).state == "dark"


@pytest.mark.parametrize("round_", range(3))
def test_of_two_people_pressing_at_once_one_wins_and_the_other_is_told(lamp: Lamp, round_: int) -> None:
    people = [person("街道老王"), person("社区小陈")]
    ready = threading.Barrier(2)
    said: dict[str, str] = {}

    def press(user: User) -> None:
        own = fresh(lamp)
        ready.wait(10)
        try:
            LampFlow(own, user).light(seen=0)
            said[user.username] = ""
        except FlowError as error:
            said[user.username] = f"{type(error).__name__}: {error}"
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(user,)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    (winner,) = [name for name, error in said.items() if not error]
    (loser,) = [error for error in said.values() if error]
    assert loser.startswith(f"Conflict: {winner}已于")
    assert LampTransition.objects.get().actor_label == winner
    assert (fresh(lamp).version, fresh(lamp).oil) == (1, 0)


def test_a_caller_that_rolls_back_takes_the_step_back(lamp: Lamp) -> None:
    user = person("街道老王")
    with transaction.atomic():
        LampFlow(lamp, user).light()
        transaction.set_rollback(True)
    assert untouched(lamp)


@pytest.mark.parametrize("others", [0, 200])
def test_a_step_costs_a_handful_of_statements_whatever_the_table(lamp: Lamp, others: int) -> None:
    Lamp.objects.bulk_create(Lamp() for _ in range(others))
    user = person("街道老王")
    user.get_username()
    with CaptureQueriesContext(connection) as asked:
        LampFlow(lamp, user).light()
    statements = [q["sql"] for q in asked if not q["sql"].startswith(("BEGIN", "COMMIT"))]
    assert len(statements) == 5


def test_the_picture_is_drawn_from_the_declaration() -> None:
    drawn = mermaid(LampFlow)
    assert "dark --> lit : 点灯" in drawn  # marks: off
    assert "lit --> broken : 熄灯" in drawn  # marks: off
