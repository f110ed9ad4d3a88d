"""Two streets of one district. Everybody holds a role over street A; everything in street B is told apart by words
that occur nowhere else, so that a single glimpse of B shows."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.cases.conftest import (
    COMMUNITY,
    DISTRICT,
    GRID,
    LONG_AGO,
    OTHER_STREET,
    STREET,
    assign_duties,
    divide,
    open_offices,
)
from tests.cases.conftest import World as Small
from tests.kernel.attachments.samples import pdf, picture
from tests.security import modules
from tests.security.whistles import plant_whistles

from wangge.cases.actions import Asker, Place, file_case
from wangge.cases.dispatching import best_plan
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case, CaseRequest, ImportRun, Notice
from wangge.kernel.access import database, totp
from wangge.kernel.access.models import Grant, SignIn, User
from wangge.kernel.access.personal import blind_index
from wangge.kernel.access.roles import Reach, Role, roles
from wangge.kernel.access.scopes import permissions
from wangge.kernel.api.models import Webhook
from wangge.kernel.api.systems import create_system
from wangge.kernel.attachments.actions import store
from wangge.kernel.audit.recording import record
from wangge.kernel.listing.listing import Listing
from wangge.kernel.listing.models import Export, ExportState, SavedView
from wangge.organization.models import PHONE, Office, OfficeChange, Staff, StaffChange
from wangge.territory.actions import NewGrid, assign_staff, create_grid
from wangge.territory.models import GridStaff, PlaceAlias, PlaceCode

OTHER_COMMUNITY: Final = "150203002001"
OTHER_GRID: Final = "150203002001001"
SCOPES: Final = ("cases:read", "cases:write", "cases:dispatch", "cases:handle", "cases:call_back")
SHARED_PHONE: Final = "13800000001"  # the same caller complains in both streets

# What nobody of street A may ever be shown: name of the secret → how it would look.
SECRETS: Final[dict[str, str]] = {
    "title": "qzTitle",
    "text": "qzText",
    "address": "qzAddress",
    "requester": "qzRequester",
    "requester, masked": "鬯*",
    "phone": "13872947319",
    "phone, masked": "138****7319",
    "reply": "qzReply",
    "contact": "qzContact",
    "asked of a part": "qzAsked",
    "answer of a part": "qzAnswer",
    "request": "qzRequest",
    "decision": "qzDecision",
    "call-back": "qzCallback",
    "reason of a step": "qzReason",
    "notice": "qzNotice",
    "name of a file": "qzFileName",
    "bytes of a file": "qzFileBytes",
    "staff": "qzStaff",
    "account": "qz_account",
    "staff number": "qzStaffNo",
    "staff phone": "13872948421",
    "staff phone, masked": "138****8421",
    "grid": "qzGrid",
    "place": "qzPlace",
    "place code": "qzPlaceCode",
    "short code": "QZ23456789",
    "system": "qzSystem",
    "webhook": "qzhook",
    "saved view": "qzView",
    "export": "qzExport",
    "point": "109.847319",
    **modules.SECRETS,
}
HOME_OF_ROLE: Final = {  # everything else works for the street
    "community_clerk": (COMMUNITY, "community"),
    "community_head": (COMMUNITY, "community"),
    "grid_worker": (GRID, "community"),
    "grid_chief": (GRID, "community"),
    "department_clerk": ("", "urban"),
    "department_leader": ("", "urban"),
    "street_office": ("", "urban"),
    "requester_contact": ("", "centre"),
}


@dataclass
class Side:
    """One street's objects by kind, for addresses: values of a parameter."""

    cases: dict[str, Case] = field(default_factory=dict)
    values: dict[str, list[Any]] = field(default_factory=dict)
    token: str = ""
    signed: str = ""

    def add(self, kind: str, *values: Any) -> None:
        self.values.setdefault(kind, []).extend(values)


@dataclass
class District:
    small: Small
    people: dict[str, User] = field(default_factory=dict)
    a: Side = field(default_factory=Side)
    b: Side = field(default_factory=Side)

    sessions: dict[str, str] = field(default_factory=dict)
    before: dict[str, dict[tuple[str, str], str]] = field(default_factory=dict)
    after: dict[str, dict[tuple[str, str], str]] = field(default_factory=dict)
    lists: dict[str, dict[str, tuple[str, Listing]]] = field(default_factory=dict)

    def client(self, name: str) -> Client:
        """Signed in as the person called ``name`` (anybody else: nobody); a crash comes back as a 500."""
        client = Client(raise_request_exception=False)
        if name in self.people:
            if name not in self.sessions:
                client.force_login(User.objects.get(pk=self.people[name].pk))
                self.sessions[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[name]
        client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
        return client

    def held(self, name: str) -> frozenset[str]:
        """The permissions of the person called ``name``."""
        return permissions(User.objects.get(pk=self.people[name].pk)) if name in self.people else frozenset()


def person(name: str, role: Role, path: str, office: Office | None, **more: Any) -> User:
    user = User.objects.create_user(
        username=more.pop("username", f"a_{role.code}"), password=None, display_name=name, **more
    )
    if role.totp_required:
        User.objects.filter(pk=user.pk).update(totp_secret=totp.new_secret(), totp_confirmed_at=timezone.now())
    Grant.objects.create(
        user=user, role=role.code, path=path, office_id=office.pk if office else None, valid_from=LONG_AGO
    )
    return user


def build() -> District:
    """Street A with a case in every state, one person per role, and the empty street B."""
    database.see_everything()
    small = Small()
    divide()
    open_offices(small)
    assign_duties(small)
    small.offices["other_community"] = Office.objects.create(
        name="沼潭社区居民委员会", kind="community", level="community", path=OTHER_COMMUNITY, valid_from=LONG_AGO
    )
    built = District(small)
    for role in roles().values():
        path, office = HOME_OF_ROLE.get(role.code, (STREET, "centre"))
        if role.reach is Reach.OFFICE:
            path = ""
        own = None if role.reach is Reach.NONE else small.offices[office]
        built.people[role.code] = user = person(f"甲{role.label}", role, path, own)
        if own is not None:
            Staff.objects.create(user=user, office=own, valid_from=LONG_AGO)
    built.people["department_clerk of the district"] = person(
        "住建小周", roles()["department_clerk"], "", small.offices["housing"], username="a_housing"
    )
    built.people["without a role"] = User.objects.create_user("a_nobody", display_name="外人")
    for name in ("hotline_leader", "command_centre", "territory_manager", "organization_manager", "district_leader"):
        built.people[f"{name} of the district"] = person(f"区{name}", roles()[name], DISTRICT, None, username=name)
    for name in ("system_admin", "security_admin", "audit_admin"):
        built.people[f"{name} of the district"] = person(f"区{name}", roles()[name], DISTRICT, None, username=name)
    small.offices["other_street"] = Office.objects.create(
        name="沼潭街道办事处", kind="street", level="street", path=OTHER_STREET, valid_from=LONG_AGO
    )
    small.offices["urban_bureau"] = Office.objects.create(
        name="区城市管理局", kind="district.urban_management", level="district", path=DISTRICT, valid_from=LONG_AGO
    )
    bureau = small.offices["urban_bureau"]
    built.people["summoned by B"] = person("城管小冯", roles()["department_clerk"], "", bureau, username="a_bureau")
    modules.open_assessment()
    _fill(built, built.a, "甲", STREET)
    for name in built.people:
        built.client(name)
    return built


def plant(built: District) -> None:
    """Everything of street B, each with its secret."""
    small, side = built.small, built.b
    database.see_everything()
    street = person(
        "qzStaff乙街", roles()["street_dispatcher"], OTHER_STREET, small.offices["other_centre"], username="qz_account1"
    )
    leader = person(
        "qzStaff乙领导", roles()["street_leader"], OTHER_STREET, small.offices["other_centre"], username="qz_account2"
    )
    clerk = person(
        "qzStaff乙社区",
        roles()["community_clerk"],
        OTHER_COMMUNITY,
        small.offices["other_community"],
        username="qz_account3",
    )
    community = small.offices["other_community"]
    worker = person("qzStaff乙网格", roles()["grid_worker"], OTHER_GRID, community, username="qz_account4")
    built.people |= {"street of B": street, "leader of B": leader, "community of B": clerk, "worker of B": worker}
    for number, user in enumerate((street, clerk)):
        office = small.offices["other_centre" if user is street else "other_community"]
        staff = Staff.objects.create(
            user=user,
            office=office,
            staff_no=f"qzStaffNo{number}",
            phone="13872948421",
            phone_index=blind_index("13872948421", PHONE),
            valid_from=LONG_AGO,
        )
        StaffChange.objects.create(
            staff=staff, what="hired", on=LONG_AGO, to_office=office, reason="qzReason", by=leader
        )
        side.add("staff", staff.pk)
        side.add("user", user.pk)
        side.add("grant", user.grants.get().pk)
    OfficeChange.objects.create(
        office=small.offices["other_centre"], what="changed", on=LONG_AGO, reason="道路调整", by=leader
    )
    _fill(built, side, "qz", OTHER_STREET)
    modules.publish_assessment(built)


def _fill(built: District, side: Side, mark: str, street: str) -> None:
    """A street's own things: cases in every state, files, grid, places, systems, views, exports."""
    secret = mark == "qz"
    people = built.people
    staff = people["street of B" if secret else "street_dispatcher"]
    _places(built, side, secret)
    _cases(built, side, mark, staff)
    system, side.token = create_system(
        name=f"{mark}System", scopes=SCOPES, path=street, by=None, rate_per_minute=60_000
    )
    side.add("system", system.pk)
    hook = Webhook.objects.create(
        system=system,
        url=f"https://{'qzhook' if secret else 'ahook'}.example.com/h",
        events=["case.*"],
        secret="0" * 32,
    )
    side.add("webhook", hook.pk)
    SavedView.objects.create(
        user=staff, listing="wangge.cases.web.tables.CaseList", name=f"{mark}View", query="state=received"
    )
    export = Export.objects.create(
        user=staff,
        listing="wangge.cases.web.tables.CaseList",
        title=f"{mark}Export",
        kind="csv",
        state=ExportState.DONE,
        finished_at=timezone.now(),
    )
    export.file.parent.mkdir(parents=True, exist_ok=True)
    export.file.write_text("qzExport" if secret else "export")
    side.add("export", export.pk)
    run = ImportRun.objects.create(
        user=staff, name=f"{mark}Orders.csv", upload="none", state="done", finished_at=timezone.now()
    )
    side.add("import", run.pk)
    plant_whistles(built, side, mark, street, staff)
    modules.plant_modules(built, side, mark, street, staff)
    SignIn.objects.create(user=staff, session_key=f"{mark}session", agent=f"{mark}View")
    record("cases.case.read", side.cases["handling"], reason=f"{mark}Reason")


def _places(built: District, side: Side, secret: bool) -> None:
    mark, community = ("qz", OTHER_COMMUNITY) if secret else ("甲", COMMUNITY)
    polygon = {
        "type": "Polygon",
        "coordinates": [[[109.8, 40.6], [109.81, 40.6], [109.81, 40.61], [109.8, 40.61], [109.8, 40.6]]],
    }
    if secret:
        create_grid(new=NewGrid(community, name="qzGrid", code=OTHER_GRID, polygon=polygon), reason="qzReason")
    grid = OTHER_GRID if secret else GRID
    post = assign_staff(
        grid=GridStaff._meta.get_field("grid").related_model.objects.get(code=grid),
        user=built.people["community of B" if secret else "grid_chief"],
        position="chief",
    )
    alias = PlaceAlias.objects.create(path=grid, name=f"{mark}Place花园", kind="compound", valid_from=LONG_AGO)
    code = PlaceCode.objects.create(
        path=grid, name=f"{mark}PlaceCode", code="QZ23456789" if secret else "AB23456789", valid_from=LONG_AGO
    )
    side.add("grid", grid)
    side.add("post", post.pk)
    side.add("alias", alias.pk)
    side.add("place_code", code.pk)
    side.add("short_code", code.code)
    side.add("division", community[:9], community)
    side.add("community", community)
    side.add("office", *Office.objects.filter(path__startswith=community[:9]).values_list("pk", flat=True))


def _cases(built: District, side: Side, mark: str, staff: User) -> None:
    """A case in every state, moved by the system, with words in every place where words can stand."""
    secret = mark == "qz"
    small = built.small
    community = small.offices["other_community" if secret else "community"]
    path = OTHER_COMMUNITY if secret else COMMUNITY
    reason = f"{mark}Reason"

    def new(state: str, **given: Any) -> CaseFlow:
        case = file_case(
            **{
                "channel": "resident",
                "demand_type": "complaint",
                "title": f"{mark}Title垃圾清运",
                "text": f"{mark}Text小区东门垃圾三天没有清运，气味很大",
                "place": Place(
                    path, f"{mark}Address友谊大街1号", *((109.847319, 40.657) if secret else (109.84, 40.66))
                ),
                "kind": small.kinds["rubbish"],
                "asker": Asker("鬯qzRequester", "13872947319") if secret else Asker("张阿姨", SHARED_PHONE),
                **given,
            }
        )
        case.__dict__.pop("kind", None)
        side.cases[state] = case
        return CaseFlow(case)

    def dispatched(state: str, **given: Any) -> CaseFlow:
        flow = new(state, **given)
        flow.dispatch(plan=best_plan(flow.obj), reason=reason)
        return flow

    new("received")
    new("received, same caller", asker=Asker("张阿姨", SHARED_PHONE))
    new("received, private", is_private=True)
    new("answered").answer(reply=f"{mark}Reply", reason=reason)
    dispatched("dispatched")
    dispatched("returned").send_back(reason=reason)
    handling = dispatched("handling")
    handling.contact(way="phone", reached=True, note=f"{mark}Contact")
    handling.assign(office_id=community.pk, asked=f"{mark}Asked", reason=reason)
    handling.report_part(office_id=community.pk, answer=f"{mark}Answer")
    Notice.objects.create(
        case=handling.obj,
        office_id=handling.obj.lead_office_id,
        kind="warning",
        text=f"{mark}Notice",
        at=timezone.now(),
    )
    _requests(side, handling.obj, mark, staff)
    side.add("file", *_files(handling.obj, mark, staff))
    suspended = dispatched("suspended")
    suspended.sign()
    suspended.suspend(until=timezone.localdate(), reason=reason)
    for state in ("replied", "checked", "closed", "archived", "linked", "closed, reached"):
        flow = dispatched(state)
        if state == "linked":
            flow.link(root=handling.obj, reason=reason)
            continue
        flow.reply(text=f"{mark}Reply", contacted="phone", note=f"{mark}Contact", reason=reason)
        if state == "replied":
            continue
        flow.check_pass(reason=reason)
        if state == "checked":
            continue
        if state == "closed":
            for _ in range(3):
                flow.call_back(way="phone", reached=False, comment=f"{mark}Callback", reason=reason)
        else:
            flow.call_back(way="phone", reached=True, solved="yes", satisfaction="5", comment=f"{mark}Callback")
        if state == "archived":
            flow.archive(reason=reason)
    side.add("case", *(case.pk for case in side.cases.values()))
    side.add("number", *(case.number for case in side.cases.values()))


def _requests(side: Side, case: Case, mark: str, staff: User) -> None:
    """One application that waits and one that was decided."""
    asked = timezone.now()
    for kind, state in (("extension", "pending"), ("exclusion", "refused")):
        row = CaseRequest.objects.create(
            case=case,
            kind=kind,
            reason=f"{mark}Request",
            state=state,
            office_id=case.lead_office_id,
            asked_by_id=staff.pk,
            asked_at=asked,
            decision=f"{mark}Decision" if state == "refused" else "",
            decided_at=asked if state == "refused" else None,
        )
        side.add("request", row.pk)


def _files(case: Case, mark: str, staff: User) -> list[uuid.UUID]:
    photo = store(ContentFile(picture(), name=f"{mark}FileName.jpg"), owner=case, purpose="evidence", by=staff)
    paper = ContentFile(pdf(f"{mark}FileBytes".encode()), name=f"{mark}FileName.pdf")
    return [photo.uuid, store(paper, owner=case, purpose="evidence", by=staff).uuid]


def fingerprint(side: Side) -> dict[str, Any]:
    """Every row that hangs on the street's objects, to see that nothing changed."""
    own = {
        "cases_case": ("id", side.values["case"]),
        "cases_casetransition": ("subject_id", side.values["case"]),
        "cases_requester": ("case_id", side.values["case"]),
        "cases_casepart": ("case_id", side.values["case"]),
        "cases_caseclock": ("case_id", side.values["case"]),
        "cases_caserequest": ("case_id", side.values["case"]),
        "cases_contact": ("case_id", side.values["case"]),
        "cases_callback": ("case_id", side.values["case"]),
        "cases_notice": ("case_id", side.values["case"]),
        "whistle_whistle": ("id", side.values["whistle"]),
        "whistle_summons": ("id", side.values["summons"]),
        "whistle_task": ("summons_id", side.values["summons"]),
        "whistle_appeal": ("id", side.values["appeal"]),
        "whistle_posture": ("id", side.values["posture"]),
        "whistle_postureduty": ("id", side.values["posture_duty"]),
        "whistle_roster": ("id", side.values["roster"]),
        "whistle_rostermember": ("id", side.values["roster_member"]),
        **{table: (column, side.values[kind]) for table, (column, kind) in modules.FINGERPRINT.items()},
        "access_user": ("id", side.values["user"]),
        "access_grant": ("user_id", side.values["user"]),
        "organization_staff": ("id", side.values["staff"]),
        "organization_office": ("id", side.values["office"]),
        "territory_grid": ("code", side.values["grid"]),
        "territory_gridstaff": ("id", side.values["post"]),
        "territory_placealias": ("id", side.values["alias"]),
        "territory_placecode": ("id", side.values["place_code"]),
        "territory_division": ("code", side.values["division"]),
        "api_system": ("id", side.values["system"]),
        "api_webhook": ("id", side.values["webhook"]),
        "attachments_attachment": ("uuid", side.values["file"]),
    }
    found = {}
    with connection.cursor() as cursor:
        for table, (column, values) in own.items():
            cursor.execute(
                f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t WHERE {column} = ANY(%s)",
                [values],
            )
            found[table] = cursor.fetchone()[0]
    assert None not in found.values(), found
    return found
