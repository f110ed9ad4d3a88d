"""The engine: declaration of steps, taking them, and answering which may be taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar, Generic, TypeVar

from django.db import models, transaction
from django.utils import timezone

from wangge.kernel import rows
from wangge.kernel.audit.context import actor_for
from wangge.kernel.audit.recording import record
from wangge.kernel.flow.models import TransitionBase, VersionedModel

M = TypeVar("M", bound=VersionedModel)

Predicate = Callable[[Any, Any], bool]
# A guard sees the flow (its ``obj``, ``user`` and ``now``) and answers why not, or None.
Guard = Callable[[Any], str | None]


def already(who: str | None, at: datetime) -> str:
    """“王某已于11月21日10:31”: how who comes second is told who was first."""
    return f"{who or '他人'}已于{timezone.localtime(at):%m月%d日%H:%M}"


def seen_version(typed: str) -> int:
    """The version that a form says it was filled on; -1, which no row has, when it says none."""
    return int(typed) if typed.isdecimal() and len(typed) < 10 else -1


class FlowError(Exception):
    """A step was not taken. ``str(error)`` is for the user; nothing was changed."""


class NotPermitted(FlowError):
    """The actor may not take this step on this object."""


class Refused(FlowError):
    """A guard says why not now."""


class ReasonMissing(FlowError):
    """The step asks for a reason."""


class Conflict(FlowError):
    """Somebody else was first; the message says who, what and when."""


@dataclass(frozen=True, slots=True)
class Step:
    """A declared step. ``targets`` lists every state it may end in (one, unless the body chooses)."""

    name: str
    label: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    may: Predicate
    guards: tuple[Guard, ...]
    needs_reason: bool
    system: bool
    primary: bool


@dataclass(frozen=True, slots=True)
class Option:
    """A button: the step, and ``why_not`` in words when it cannot be pressed."""

    step: Step
    why_not: str = ""

    @property
    def allowed(self) -> bool:
        return not self.why_not


@dataclass(slots=True)
class Taken:
    """What a body may tell the engine about the step it takes."""

    to_office_id: int | None = None
    target: str | None = None
    data: dict[str, Any] = field(default_factory=dict)


def step(
    label: str,
    *,
    source: str | Iterable[str],
    target: str | Iterable[str] | None,
    may: Predicate,
    guards: Iterable[Guard] = (),
    needs_reason: bool = False,
    system: bool = False,
    primary: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., TransitionBase]]:
    """Declare a method of a Flow as a step.

    ``target=None`` keeps the state. Several targets: the body picks with ``self.taken.target = …``.
    ``system=True``: taken by the system, shown to nobody as a button.
    """
    sources = (source,) if isinstance(source, str) else tuple(source)
    targets = () if target is None else (target,) if isinstance(target, str) else tuple(target)

    def decorate(body: Callable[..., None]) -> Callable[..., TransitionBase]:
        declared = Step(body.__name__, label, sources, targets, may, tuple(guards), needs_reason, system, primary)

        @wraps(body)
        def take(self: Flow[Any], *, reason: str = "", seen: int | None = None, **given: Any) -> TransitionBase:
            return self._take(declared, body, reason=reason, seen=seen, given=given)

        take.step = declared  # type: ignore[attr-defined]
        return take

    return decorate


class Flow(Generic[M]):
    """A process. Subclasses set ``model``, ``transitions``, ``states`` and declare steps.

    ``CaseFlow(case, user).sign(seen=case.version)`` takes the step ``sign`` for ``user``
    (``user=None``: the system).
    """

    model: ClassVar[type[VersionedModel]]
    transitions: ClassVar[type[TransitionBase]]
    states: ClassVar[type[models.TextChoices]]
    state_field: ClassVar[str] = "state"
    noun: ClassVar[str] = "事项"
    # States with no way out; a step declared from one of them is an error of the declaration.
    initial: ClassVar[tuple[str, ...]] = ()

    def __init__(self, obj: M, user: Any = None, *, now: datetime | None = None) -> None:
        self.obj = obj
        self.user = user
        self.now = now or timezone.now()
        self.taken = Taken()

    # -- declaration -------------------------------------------------------------------------

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """Every declared step by name, in the order of declaration."""
        found: dict[str, Step] = {}
        for klass in reversed(cls.__mro__):
            for name, value in vars(klass).items():
                if isinstance(declared := getattr(value, "step", None), Step):
                    found[name] = declared
        return found

    # -- asking ------------------------------------------------------------------------------

    def why_not(self, declared: Step) -> str:
        """Why the step cannot be taken, in words; empty when it can."""
        if self.user is not None and not declared.may(self.user, self.obj):
            return "您没有办理这一步的权限。"
        if self.state not in declared.sources:
            return f"{self.noun}当前为“{self.label_of(self.state)}”，不能{declared.label}。"
        for guard in declared.guards:
            if reason := guard(self):
                return reason
        return ""

    def options(self) -> list[Option]:
        """The buttons of this user: allowed ones, and those of this state that wait for something."""
        shown = []
        for declared in self.steps().values():
            if declared.system or self.state not in declared.sources or not declared.may(self.user, self.obj):
                continue
            shown.append(Option(declared, self.why_not(declared)))
        return shown

    @property
    def state(self) -> str:
        return str(getattr(self.obj, self.state_field))

    def label_of(self, state: str) -> str:
        return str(self.states(state).label)

    # -- taking ------------------------------------------------------------------------------

    def record_start(self, *, reason: str = "", data: dict[str, Any] | None = None) -> TransitionBase:
        """The first transition of a new object, from nothing to its first state."""
        self.taken = Taken(data=data or {})
        return self._leave_row("create", source="", target=self.state, reason=reason)

    def _take(
        self, declared: Step, body: Callable[..., Any], *, reason: str, seen: int | None, given: dict[str, Any]
    ) -> TransitionBase:
        reason = reason.strip()
        with transaction.atomic():
            self._lock(declared, seen)
            if why := self.why_not(declared):
                if self.user is not None and not declared.may(self.user, self.obj):
                    raise NotPermitted(why)
                raise Refused(why)
            if declared.needs_reason and not reason:
                raise ReasonMissing(f"{declared.label}须填写理由。")
            before = self._values()
            source, version = self.state, self.obj.version
            self.taken = Taken()
            self.reason = reason
            body(self, **given)
            target = self._target(declared, source)
            setattr(self.obj, self.state_field, target)
            self.obj.version = version + 1
            changed = {name: value for name, value in self._values().items() if value != before[name]}
            moved = rows.update(self.obj, changed, where={"version": version, self.state_field: source})
            if moved != 1:  # pragma: no cover - the lock makes this impossible; kept as the last word
                raise self._conflict(declared)
            row = self._leave_row(declared.name, source=source, target=target, reason=reason)
            record(
                f"{self.model._meta.label_lower}.{declared.name}",
                self.obj,
                changes={name: [before[name], value] for name, value in changed.items() if name != "version"},
                reason=reason,
            )
            self.moved(row)
        return row

    def moved(self, row: TransitionBase) -> None:
        """Hook: a step was taken (still inside its transaction). Modules publish their event here."""

    def _lock(self, declared: Step, seen: int | None) -> None:
        current = rows.locked(self.model, self.obj.pk, "version", self.state_field)
        expected = self.obj.version if seen is None else seen
        if current is None:
            raise Refused(f"{self.noun}不存在。")
        if current[0] != expected or current[1] != self.state:
            raise self._conflict(declared)

    def _conflict(self, declared: Step) -> Conflict:
        past: models.QuerySet[Any] = self.transitions._base_manager.all()
        last = past.filter(subject_id=self.obj.pk).order_by("-at", "-pk").first()
        if last is None:
            return Conflict(f"{self.noun}刚被他人修改，请刷新后再{declared.label}。")
        steps = self.steps()
        done = steps[last.step].label if last.step in steps else last.step
        at = timezone.localtime(last.at)
        return Conflict(
            f"{last.actor_label}已于{at:%H:%M:%S}完成“{done}”，请刷新后查看；您的“{declared.label}”没有生效。"
        )

    def _values(self) -> dict[str, Any]:
        fields = [field.attname for field in self.obj._meta.concrete_fields if not field.primary_key]
        values = ((name, getattr(self.obj, name)) for name in fields)
        return {name: value.copy() if isinstance(value, list | dict) else value for name, value in values}

    def _target(self, declared: Step, source: str) -> str:
        if not declared.targets:
            return source
        if self.taken.target is not None:
            if self.taken.target not in (*declared.targets, source):
                raise AssertionError(f"{declared.name} ended in {self.taken.target}, which it does not declare")
            return self.taken.target
        return declared.targets[0]

    def _leave_row(self, name: str, *, source: str, target: str, reason: str) -> TransitionBase:
        actor = actor_for(self.user)
        row = self.transitions(
            subject_id=self.obj.pk,  # type: ignore[misc]  # subject is concrete
            step=name,
            source=source,
            target=target,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_label=actor.label[:80],
            office_id=actor.office_id,
            to_office_id=self.taken.to_office_id,
            reason=reason,
            data=self.taken.data,
            at=self.now,
        )
        return rows.insert(row)
