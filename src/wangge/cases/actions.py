"""Every write that is not a step: filing, classifying, requests and their decision, sweeping."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from wangge.cases import clocks, guards, policy, validators
from wangge.cases.dispatching import CannotDispatch, best_plan
from wangge.cases.enums import CaseState, Channel, DemandType, ExclusionClass, RequestKind, RequestState, Urgency
from wangge.cases.events import CaseFiled
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case, CaseRequest
from wangge.cases.rules import in_force
from wangge.cases.words import vector_of
from wangge.duties.models import Kind
from wangge.kernel import rows
from wangge.kernel.access.personal import blind_index, encrypt
from wangge.kernel.access.scopes import scope
from wangge.kernel.api import webhooks
from wangge.kernel.attachments.actions import Prepared, prepare, store
from wangge.kernel.audit.recording import record
from wangge.kernel.events.bus import publish
from wangge.kernel.facts.actions import mark_stale
from wangge.kernel.flow import NotPermitted, Refused
from wangge.kernel.numbering.numbers import next_number

# Found on the spot: somebody else has to look at the spot again before it is closed (GB/T 30428 核查).
CHECKED_CHANNELS = frozenset({Channel.GRID, Channel.QR, Channel.RESIDENT, Channel.VISIT})


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as typed in. Empty strings mean not given."""

    name: str = ""
    phone: str = ""
    is_organization: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is. ``path`` is required; a point needs both numbers and its coordinate system (stored as WGS84)."""

    path: str
    address: str = ""
    lng: float | None = None
    lat: float | None = None


@transaction.atomic
def file_case(
    *,
    channel: str,
    demand_type: str,
    text: str,
    place: Place,
    by: Any = None,
    title: str = "",
    kind: Kind | None = None,
    asker: Asker | None = None,
    urgency: str = Urgency.NORMAL,
    is_private: bool = False,
    is_anonymous: bool = False,
    reply_wanted: bool = True,
    source_system: str = "",
    source_number: str | None = None,
    created_at: datetime | None = None,
    files: Sequence[File[bytes] | Prepared] = (),
) -> Case:
    """File a matter; it waits for dispatch. Raises ``ValidationError`` with messages per field.

    With ``source_number`` filing is idempotent: the same number from the same system returns the first case.
    """
    if source_number and (known := _known(source_system, source_number)):
        return known
    now = timezone.now()
    asker = asker or Asker()
    clean = _checked(
        channel=channel,
        demand_type=demand_type,
        urgency=urgency,
        text=text,
        title=title,
        place=place,
        asker=asker,
        created_at=created_at,
        is_anonymous=is_anonymous,
    )
    if by is not None and not _may_file(by, channel, place.path):
        raise NotPermitted("您不能在该区域登记事项。")
    case = Case(
        number=next_number(place.path[:6], day=timezone.localdate()),
        source_system=source_system,
        source_number=source_number or None,
        channel=channel,
        demand_type=demand_type,
        urgency=urgency,
        title=clean["title"],
        text=clean["text"],
        kind=kind,
        path=place.path,
        address=place.address[:200],
        lng=place.lng,
        lat=place.lat,
        crs="WGS84" if place.lng is not None else "",
        is_private=is_private,
        is_anonymous=is_anonymous,
        reply_wanted=reply_wanted and not is_anonymous and demand_type != DemandType.PRAISE,
        needs_check=channel in CHECKED_CHANNELS,
        state=CaseState.RECEIVED,
        created_at=created_at or now,
        created_by_id=by.pk if by is not None else None,
    )
    try:
        # Only a source number can be there already; all else fails the whole transaction.
        with transaction.atomic() if source_number else nullcontext():
            rows.insert(case)
    except IntegrityError:
        # The same source number arrived twice at the same moment: the first one wins, ours is the same matter.
        if source_number and (known := _known(source_system, source_number)):
            return known
        raise
    with rows.cursor() as cursor:
        statement = "INSERT INTO cases_casetext (case_id, vector) VALUES (%s, %s::tsvector)"
        cursor.execute(statement, [case.pk, vector_of(case)])
    if not is_anonymous and (asker.name or clean["phone"]):
        _keep_requester(case, asker, clean["phone"])
    flow = CaseFlow(case, by)
    flow.record_start(data={"channel": channel})
    record("cases.case.file", case, changes={"number": case.number, "channel": channel})
    for file in files:
        store(file, owner=case, purpose="evidence", by=by)
    if timezone.localdate(case.created_at) < timezone.localdate(now):
        mark_stale(timezone.localdate(case.created_at))
    publish(CaseFiled(case.pk, case.path, case.channel))
    webhooks.emit("case.filed", {"number": case.number, "channel": case.channel}, case.path)
    return case


def _known(source_system: str, source_number: str) -> Case | None:
    return Case.objects.filter(source_system=source_system, source_number=source_number).first()


def _keep_requester(case: Case, asker: Asker, phone: str) -> None:
    """Everybody may write a requester, not everybody may read one: hence an insert that reads nothing back."""
    name = validators.one_line(asker.name)[:60]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_requester (case_id, name, phone, phone_index, is_organization)"
            " VALUES (%s, %s, %s, %s, %s)",
            [
                case.pk,
                encrypt(name) if name else None,
                encrypt(phone) if phone else None,
                blind_index(phone, "phone") or None,
                asker.is_organization,
            ],
        )


def _may_file(user: Any, channel: str, path: str) -> bool:
    """Staff file within their path (deputies anywhere in theirs); residents come with ``by=None``."""
    if scope(user, "cases.create").covers(path):
        return True
    return channel in (Channel.DEPUTY, Channel.SUGGESTION) and scope(user, "cases.suggest").covers(path)


def _checked(
    *,
    channel: str,
    demand_type: str,
    urgency: str,
    text: str,
    title: str,
    place: Place,
    asker: Asker,
    created_at: datetime | None,
    is_anonymous: bool,
) -> dict[str, str]:
    errors: dict[str, list[str]] = {}
    clean = {"text": "", "title": "", "phone": ""}

    def attempt(field: str, check: Any) -> None:
        try:
            value = check()
            if field in clean and isinstance(value, str):
                clean[field] = value
        except ValidationError as error:
            errors[field] = list(error.messages)

    attempt("text", lambda: validators.check_text(text))
    attempt("phone", lambda: validators.check_phone(asker.phone))
    attempt("point", lambda: validators.check_point(place.lng, place.lat))
    if created_at is not None:
        attempt("created_at", lambda: validators.check_past(created_at))
    if channel not in Channel.values:
        errors["channel"] = [f"渠道“{channel}”不在列表中。"]
    if demand_type not in DemandType.values:
        errors["demand_type"] = [f"诉求类型“{demand_type}”不在列表中。"]
    if urgency not in Urgency.values:
        errors["urgency"] = [f"紧急程度“{urgency}”不在列表中。"]
    if len(place.path) < policy.DISTRICT_LENGTH or not place.path.isdigit():
        errors["path"] = ["请选择地点所属的街道或社区。"]
    if is_anonymous and asker.phone:
        errors["phone"] = ["匿名诉求不登记电话。"]
    clean["title"] = (title.strip() or clean["text"].splitlines()[0] if clean["text"] else title.strip())[:120]
    if errors:
        raise ValidationError(errors)
    return clean


@transaction.atomic
def classify(*, case: Case, kind: Kind, place: Place | None, by: Any) -> Case:
    """Set the kind (and the place) of a case that still waits for dispatch."""
    if not policy.may_dispatch(by, case):
        raise NotPermitted("您没有为该事项分类的权限。")
    changes: dict[str, Any] = {"kind": [case.kind_id, kind.pk]}
    values: dict[str, Any] = {"kind": kind}
    if place is not None:
        if not scope(by, "cases.dispatch").covers(place.path):
            raise NotPermitted("所选地点不在您的管辖范围内。")
        validators.check_point(place.lng, place.lat)
        values |= {"path": place.path, "address": place.address, "lng": place.lng, "lat": place.lat}
        changes["path"] = [case.path, place.path]
    # A new version: whoever has the old page before them would dispatch by a plan they have not seen.
    changed = Case.objects.filter(pk=case.pk, state=CaseState.RECEIVED).update(**values, version=F("version") + 1)
    if not changed:
        raise Refused("事项已派出，不能再改类别和地点。")
    record("cases.case.classify", case, changes=changes)
    case.refresh_from_db()
    return case


def dispatch_by_list(*, case: Case, by: Any) -> Case:
    """Accept the first plan of the lists: the one press. Raises ``CannotDispatch`` or a flow error."""
    CaseFlow(case, by).dispatch(plan=best_plan(case))
    return case


def take_step(
    *, case: Case, step: str, by: Any, seen: int, reason: str = "", files: Sequence[File[bytes]] = (), **given: Any
) -> Case:
    """A step as a person presses it, with the files that prove it: both or neither. Raises a flow error.

    Files are checked before anything begins (``FileRefused``); their purpose is the name of the step.
    """
    prepared = [prepare(file) for file in files]
    with transaction.atomic():
        getattr(CaseFlow(case, by), step)(seen=seen, reason=reason, **given)
        for file in prepared:
            store(file, owner=case, purpose=step, by=by)
    return case


# -- requests: extension, suspension, exclusion --------------------------------------------------


def may_be_asked(case: Case) -> list[RequestKind]:
    """What the handling office may apply for as the case stands: more time while it is handled, to be left out of the
    assessment until it is archived (the call-back often shows why)."""
    found = [RequestKind.EXTENSION, RequestKind.SUSPENSION] if case.state == CaseState.HANDLING else []
    if (case.is_open or case.state == CaseState.CLOSED) and case.excluded_at is None:
        found.append(RequestKind.EXCLUSION)
    return found


@transaction.atomic
def ask(
    *, case: Case, kind: str, reason: str, by: Any, until_on: date | None = None, exclusion_class: str = ""
) -> CaseRequest:
    """The lead applies, for the whole matter. One pending application of a kind per case."""
    if kind not in RequestKind.values:
        raise Refused("申请类型不存在。")
    _check_asker(by, case)
    if len(reason.strip()) < 4:
        raise Refused("请写明理由（至少4个字）。")
    if kind == RequestKind.EXCLUSION:
        if case.state == CaseState.ARCHIVED:
            raise Refused("事项已经归档，不能再申请。")
        if exclusion_class not in ExclusionClass.values:
            raise Refused("请选择剔除类别。")
        if case.excluded_at is not None:
            raise Refused("该事项已经剔除考核。")
    elif case.state != CaseState.HANDLING:
        raise Refused(f"事项当前为“{case.get_state_display()}”，不能申请{RequestKind(kind).label}。")
    if kind == RequestKind.EXTENSION and case.extensions >= case.limits.get("max_extensions", 0):
        raise Refused(f"已延期{case.extensions}次，达到该类事项的上限。")
    if kind == RequestKind.SUSPENSION and (until_on is None or until_on <= timezone.localdate()):
        raise Refused("挂账须填写今天以后的到期日。")
    try:
        with transaction.atomic():
            request = CaseRequest.objects.create(
                case=case,
                kind=kind,
                reason=reason.strip(),
                until_on=until_on,
                exclusion_class=exclusion_class,
                office_id=case.lead_office_id,
                asked_by_id=by.pk,
                asked_at=timezone.now(),
            )
    except IntegrityError:
        raise Refused(f"该事项已有待审批的{RequestKind(kind).label}申请。") from None
    record("cases.request.ask", case, changes={"kind": kind, "until_on": until_on}, reason=reason)
    return request


def _check_asker(by: Any, case: Case) -> None:
    if not policy.holding("cases.request")(by, case):
        raise NotPermitted("只有主办单位可以提出申请。")
    if why := guards.only_a_part(by, case, "cases.request"):
        raise Refused(why)


@transaction.atomic
def decide(*, request: CaseRequest, approve: bool, decision: str, by: Any) -> CaseRequest:
    """Approve or refuse an application; approval takes effect at once. Never by the applicant."""
    case = Case.objects.select_for_update().get(pk=request.case_id)
    verb = "cases.exclude" if request.kind == RequestKind.EXCLUSION else "cases.review_request"
    if not policy.over(verb)(by, case):
        raise NotPermitted("您没有审批该申请的权限。")
    if request.asked_by_id == by.pk:
        raise NotPermitted("申请人不能审批自己的申请。")
    if not approve and len(decision.strip()) < 2:
        raise Refused("不同意须填写意见。")
    now = timezone.now()
    state = RequestState.APPROVED if approve else RequestState.REFUSED
    decided = CaseRequest.objects.filter(pk=request.pk, state=RequestState.PENDING).update(
        state=state, decided_by_id=by.pk, decided_at=now, decision=decision.strip()
    )
    if not decided:
        raise Refused("该申请已由他人处理，请刷新。")
    record("cases.request.decide", case, changes={"kind": request.kind, "state": state}, reason=decision)
    request.refresh_from_db()
    if approve:
        _take_effect(request, case, by, now)
    return request


def _take_effect(request: CaseRequest, case: Case, by: Any, now: datetime) -> None:
    if request.kind == RequestKind.SUSPENSION:
        CaseFlow(case, by, now=now).suspend(until=request.until_on, reason=request.reason)
        return
    if request.kind == RequestKind.EXTENSION:
        if case.state != CaseState.HANDLING:
            raise Refused(f"事项当前为“{case.get_state_display()}”，延期不再适用。")
        clocks.extend(case, now)
        case.extensions += 1
    else:
        case.excluded_at = now
        mark_stale(*_days_counted(case, before=timezone.localdate(now)))
    case.version += 1
    case.save(update_fields=["extensions", "excluded_at", "next_due_at", "finish_due_at", "version"])


def _days_counted(case: Case, *, before: date) -> set[date]:
    """The days over in whose figures the case stands: of its filing, its steps, its clocks and its end."""
    moments = [case.created_at, case.closed_at, case.finish_due_at, *case.transitions.values_list("at", flat=True)]
    moments += case.clocks.filter(stopped_at__isnull=False).values_list("stopped_at", flat=True)
    days = {timezone.localdate(moment) for moment in moments if moment is not None}
    return {day for day in days if day < before}


@transaction.atomic
def withdraw(*, request: CaseRequest, by: Any) -> None:
    """The applicant takes a pending application back."""
    if request.asked_by_id != by.pk:
        raise NotPermitted("只有申请人可以撤回。")
    if not CaseRequest.objects.filter(pk=request.pk, state=RequestState.PENDING).update(
        state=RequestState.WITHDRAWN, decided_at=timezone.now()
    ):
        raise Refused("该申请已处理，不能撤回。")
    record("cases.request.withdraw", request.case)


# -- the system's own steps ----------------------------------------------------------------------


def answer_repeats(*, root: Case) -> int:
    """Give the root's answer to every case linked to it; returns how many."""
    done = 0
    for repeat in Case.objects.filter(root=root, state=CaseState.LINKED).order_by("pk"):
        CaseFlow(repeat).follow_root()
        done += 1
    return done


def archive_old(*, now: datetime, limit: int = 500) -> int:
    """Archive what was closed longer ago than the rules of its place say, the oldest first; returns how many."""
    rules = in_force(timezone.localdate(now))
    due = Q()
    for rule in rules:
        own = Q(path__startswith=rule.path, closed_at__lt=now - timedelta(days=rule.archive_days))
        for deeper in rules:
            if len(deeper.path) > len(rule.path) and deeper.path.startswith(rule.path):
                own &= ~Q(path__startswith=deeper.path)
        due |= own
    rows = Case.objects.filter(due, state__in=[CaseState.CLOSED, CaseState.ANSWERED]).order_by("closed_at")[:limit]
    for case in rows:
        CaseFlow(case, now=now).archive()
    return len(rows)


__all__ = [
    "Asker",
    "CannotDispatch",
    "Place",
    "answer_repeats",
    "archive_old",
    "ask",
    "classify",
    "decide",
    "dispatch_by_list",
    "file_case",
    "take_step",
    "withdraw",
]
