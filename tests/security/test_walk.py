"""Every route × every role × own and foreign objects: nobody of street A learns anything of street B.

Not through a page, a part of one, a list, a count, a search, an export, a printed page, a map, a file, an
interface, a guess, or a step; and nothing they send changes anything there. The strongest form comes first:
whatever happens in street B, every page of street A stays the same, byte by byte.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.middleware import csrf
from django.test import Client
from django.urls import reverse
from tests.conftest import see_everything
from tests.security import modules
from tests.security.addresses import addresses, unknown
from tests.security.district import SCOPES, SECRETS, SHARED_PHONE, District, build, fingerprint, plant
from tests.security.reading import glimpsed, lasting, said
from tests.security.walking import (
    CRASHED,
    GROWING,
    IN_STREET_A,
    LEAVE,
    LISTED,
    NOTICE_BOARD,
    RANKED,
    TERRITORY,
    TYPICAL,
    WALKERS,
    allowed,
    first_difference,
    later_pages,
    own_pages,
    same,
)

from wangge.cases.enums import CaseState
from wangge.cases.flow import CaseFlow
from wangge.cases.importing.background import run_import
from wangge.cases.models import Case
from wangge.config.roles import ROLES
from wangge.kernel.attachments.models import Attachment
from wangge.kernel.attachments.signing import signed_url
from wangge.whistle.models import Whistle

# Each test is a savepoint within the one transaction of the module.
pytestmark = pytest.mark.django_db

STREET_A: Final = "150203001"
STREET_B: Final = "150203002"


@pytest.fixture(scope="module")
def _one_token_for_all_forms() -> Iterator[None]:
    """The token against forged requests is masked anew in every page; here it stays the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csrf, "_mask_cipher_secret", lambda secret: secret)
        logging.disable(logging.CRITICAL)
        yield
        logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def district(django_db_setup: None, django_db_blocker: Any, _one_token_for_all_forms: None) -> Iterator[District]:
    """Built once; taken back at the end. ``before``: every page of street A while street B was empty."""
    from wangge.organization import book
    from wangge.territory import revision

    with django_db_blocker.unblock():
        see_everything()
        book.forget()
        revision.forget()
        whole = transaction.atomic()
        whole.__enter__()
        try:
            built = build()
            built.before = {who: own_pages(built, who) for who in TYPICAL}
            plant(built)
            yield built
        finally:
            transaction.set_rollback(True)
            whole.__exit__(None, None, None)
            see_everything()


def test_the_walk_knows_every_route() -> None:
    assert unknown() == []


def test_every_secret_can_be_seen_by_somebody(district: District) -> None:
    """Otherwise the walk would prove nothing: those who may see street B find all that is planted there."""
    seen: set[str] = set()
    clear = {"requester", "phone", "staff phone"}  # only by unmasking, one at a time, with a reason
    # Those of street B first: when all is found, nobody else need look.
    first = (" of B", "system_admin of the district", "territory_manager of the district")
    for who in sorted(district.people, key=lambda name: (not name.endswith(first), name)):
        if not who.endswith((" of the district", " of B")) or not set(SECRETS) - seen - clear:
            continue
        client = district.client(who)
        for address in addresses(district, who, foreign=True):
            seen.update(glimpsed(said(client.get(address.url))))
        for url in LISTED:
            seen.update(glimpsed(said(client.get(reverse(url)))))
    assert set(SECRETS) - seen - clear == set()


@pytest.mark.parametrize("who", TYPICAL)
def test_what_happens_in_street_b_changes_no_page_of_street_a(district: District, who: str) -> None:
    apart = {*NOTICE_BOARD, *GROWING}
    wide = (*RANKED, *TERRITORY, "posture_") if who == "department_clerk of the district" else RANKED
    before = district.before[who]
    changed = [
        (key, first_difference(before[key], text))
        for key, text in later_pages(district, who).items()
        if key in before and key[0] not in apart and not key[0].startswith(wide) and not same(before[key], text)
    ]
    assert changed == []


@pytest.mark.parametrize("who", WALKERS)
def test_no_page_of_street_a_shows_street_b(district: District, who: str) -> None:
    pages = later_pages(district, who)
    assert {key: text for key, text in pages.items() if text.startswith(CRASHED)} == {}
    assert {key: found for key, text in pages.items() if (found := glimpsed(text, key[1], allowed(who, key[0])))} == {}


def test_a_summoned_department_sees_that_whistle_and_no_other(district: District) -> None:
    """Street B called the urban management bureau, street A the housing bureau; a draft is nobody's yet."""
    running, closed, draft = (reverse("whistle_detail", args=[pk]) for pk in district.b.values["whistle"])
    foreign = reverse("whistle_detail", args=[district.a.values["whistle"][0]])
    for who, seen in (("summoned by B", {running, closed}), ("department_clerk of the district", {foreign})):
        client = district.client(who)
        found = {url for url in (running, closed, draft, foreign) if client.get(url).status_code == 200}
        assert found == seen, who


def test_a_published_ranking_shows_the_figures_of_street_b_and_no_case(district: District) -> None:
    """Names, figures and the way to a score are for everybody in the district; what was counted is not."""
    client = district.client("street_dispatcher")
    period, unit = district.a.values["period"][0], district.b.values["unit"][0]
    assert "沼潭街道办事处" in said(client.get(reverse("assessment_ranking"), {"period": period}))
    own = said(client.get(reverse("assessment_unit", args=[period, unit])))
    assert "沼潭街道办事处" in own
    assert "冻结后的调整" not in own
    for code, side in (("demand", "numerator"), ("solution", "denominator")):
        drilled = client.get(reverse("assessment_drill", args=[period, unit, code, side]))
        assert (drilled.status_code, drilled.context["total"]) == (200, 0)
        assert drilled.context["cases"] > 0, code


@pytest.mark.parametrize("who", WALKERS)
def test_nobody_opens_what_belongs_to_street_b(district: District, who: str) -> None:
    client = district.client(who)
    leaks = {}
    for address in addresses(district, who, foreign=True, every=who == "street_dispatcher"):
        if address.route.endswith("_step"):
            continue
        response = client.get(address.url)
        assert response.status_code < 500, (address.url, client.exc_info)
        if found := glimpsed(said(response), address.url, allowed(who, address.route)):
            leaks[address.url] = found
    assert leaks == {}


@pytest.mark.parametrize("who", WALKERS)
def test_nothing_posted_reaches_street_b(district: District, who: str) -> None:
    before = fingerprint(district.b)
    client = district.client(who)
    leaks = {}
    for address in addresses(district, who, foreign=True):
        if address.route.endswith("_step"):
            continue
        response = client.post(address.url, PRESSED)
        assert response.status_code < 500, (address.url, client.exc_info)
        if found := glimpsed(said(response), address.url, allowed(who, address.route)):
            leaks[address.url] = found
    see_everything()
    assert leaks == {}
    assert fingerprint(district.b) == before


# What the forms of the site ask for, so that a foreign object that is let through would really change.
PRESSED: Final = {
    "reason": "越权尝试的理由",
    "text": "越权答复",
    "reply": "越权答复",
    "decision": "越权意见",
    "do": "approve",
    "field": "phone",
    "way": "phone",
    "reached": "yes",
    "name": "越权改名",
    "rename-name": "越权改名",
    "phone-phone": "13800000009",
    "solved": "yes",
    "satisfaction": "1",
    "seen": "1",
    "verb": "enter",
    "plan": "越权方案",
    "goal": "越权目标",
    "note": "越权完成",
    "verdict": "proper",
    "uphold": "1",
    "month_on": "2026-05",
    "list_name": "measure",
    "on": "2026-12-01",
    "number": "1",
    **dict.fromkeys(("rank_score", "rank", "punctuality", "result", "attitude"), "3"),
}


@pytest.mark.parametrize("who", TYPICAL)
def test_empty_forms_break_no_page_of_street_a(district: District, who: str) -> None:
    client = district.client(who)
    for address in addresses(district, who, foreign=False):
        if address.route in LEAVE:
            continue
        with transaction.atomic():
            response = client.post(address.url)
            transaction.set_rollback(True)
        assert response.status_code < 500, (address.url, client.exc_info)
        assert glimpsed(said(response), address.url, allowed(who, address.route)) == []


@pytest.mark.parametrize("who", IN_STREET_A)
def test_no_step_is_taken_on_anything_of_street_b(district: District, who: str) -> None:
    """Every step, on a row that stands where the step begins; and every verb of a topic."""
    before = fingerprint(district.b)
    client = district.client(who)
    answers = {
        client.post(url, PRESSED | {"seen": version}).status_code for url, version in steps_of_street_b(district)
    }
    see_everything()
    assert answers <= {403, 404}
    assert fingerprint(district.b) == before


def steps_of_street_b(district: District) -> Iterator[tuple[str, int]]:
    """The address of each step with the version of its row."""
    for name, step in CaseFlow.steps().items():
        for state in step.sources:
            case = district.b.cases.get(str(CaseState(state).value))
            for route in ("case_step", "field_step"):
                if case is not None:
                    yield reverse(route, args=[case.pk, name]), case.version
    see_everything()
    for flow, kind, routes in modules.FLOWS:
        for row in flow.model.objects.filter(pk__in=district.b.values[kind]):
            for name, step in flow.steps().items():
                if row.state in step.sources:
                    for route, by in routes:
                        yield reverse(route, args=[getattr(row, by), name]), row.version
    for pk in district.b.values["topic"]:
        for verb in ("rename", "merge", "aside", "back"):
            yield reverse("topic_change", args=[pk, verb]), 0


STAFF: Final = [who for who in TYPICAL if who in ROLES]


@pytest.mark.parametrize("who", STAFF)
def test_no_list_finds_anything_of_street_b(district: District, who: str) -> None:
    """Searched by its very words, its number, its caller's phone, its place, its offices."""
    client = district.client(who)
    number = district.b.cases["handling"].number
    asked = [f"q={word}" for word in ("qzTitle", "13872947319", number, "13872948421", "qzStaff")]
    asked += [f"place={STREET_B}", f"path={STREET_B}", f"holder={district.b.values['office'][0]}"]
    found: list[Any] = []
    lists = {
        type(listing): (url, listing) for url, (route, listing) in district.lists[who].items() if route not in PUBLIC
    }
    for url, listing in lists.values():
        filters = {one.name for one in listing.filters}
        for query in (one for one in asked if one.partition("=")[0] in filters):
            response = client.get(f"{url}?{query}", follow=True)
            if (response.context or {}).get("rows") or (response.context or {}).get("total"):
                found.append((url, query))
            found += [(url, query, leak) for leak in glimpsed(said(response), query)]
    assert found == []


@pytest.mark.parametrize("who", STAFF)
def test_no_parameter_of_an_address_opens_street_b(district: District, who: str) -> None:
    """Every page with everything a page might listen to, pointed at street B."""
    client = district.client(who)
    case = district.b.cases["handling"]
    everything = urlencode(
        {
            **dict.fromkeys(("path", "place", "street", "division"), STREET_B),
            **dict.fromkeys(("grid", "code"), district.b.values["grid"][0]),
            **dict.fromkeys(("office", "holder", "lead"), district.b.values["office"][0]),
            **dict.fromkeys(("case", "pk", "id", "root"), case.pk),
            **dict.fromkeys(("q", "number"), case.number),
            "view": "all",
            "user": district.b.values["user"][0],
            "community": district.b.values["community"][0],
        }
    )
    found = []
    for (route, url), text in district.before[who].items():
        if text.startswith("200") and "?" not in url:
            response = client.get(f"{url}?{everything}", follow=True)
            assert response.status_code < 500, (url, client.exc_info)
            found += [(url, leak) for leak in glimpsed(said(response), everything, allowed(who, route))]
    assert found == []


# Directories that everybody may read: divisions, offices, lists and kinds, limits.
PUBLIC: Final = {
    "division_list",
    "office_list",
    "duty_list",
    "duty_list_detail",
    "duty_rows",
    "limit_list",
    "catalogue_list",
    "kind_detail",
}


@pytest.mark.parametrize("who", STAFF)
def test_bulk_actions_do_nothing_to_rows_of_street_b(district: District, who: str) -> None:
    before = fingerprint(district.b)
    client = district.client(who)
    done = []
    for url, (_, listing) in district.lists[who].items():
        for action in listing.bulk:
            data = {"_action": f"bulk:{action.name}", "pk": district.b.values["case"], f"reason-{action.name}": "越权"}
            response = client.post(url, data)
            assert response.status_code < 500, (url, client.exc_info)
            assert glimpsed(said(response)) == []
            done += [one for one in (response.context or {}).get("results", []) if one["done"]]
    see_everything()
    assert done == []
    assert fingerprint(district.b) == before


TAKERS: Final = [code for code, role in ROLES.items() if role.permissions & {"cases.create", "cases.suggest"}]


@pytest.mark.parametrize("who", TAKERS)
def test_the_intake_desk_tells_nothing_about_callers_of_street_b(district: District, who: str) -> None:
    """Neither about a caller known only there, nor how often one complains there who complains here too."""
    client = district.client(who)
    told = {"text": "qzText小区东门垃圾三天没有清运", "address": "qzAddress友谊大街", "channel": "hotline"}
    url = reverse("case_intake_help")
    for phone, calls in (("13872947319", 0), (SHARED_PHONE, None)):
        response = client.post(url, told | {"phone": phone, "path": "150203002001"})
        assert response.status_code == 200, client.exc_info
        assert glimpsed(said(response), f"{told}{phone}") == []
        help_ = response.context["help"]
        assert {case.path[:9] for case in (*help_.history, *(r.case for r in help_.similar))} <= {"150203001"}
        own = {case.pk for case in district.a.cases.values()} if "cases.read_requester" in district.held(who) else set()
        assert help_.calls <= (len(own) if calls is None else calls)


def test_an_import_files_nothing_in_street_b(district: District) -> None:
    before = Case.objects.count()
    client = district.client("hotline_leader")
    rows = "编号,诉求内容,区划代码\nX1,路灯不亮了,150203002001\n"
    file = SimpleUploadedFile("orders.csv", rows.encode())
    assert client.post(reverse("case_import"), {"file": file}).status_code == 302
    form = client.get(reverse("case_import_run")).context["form"]
    data = {name: form.get_initial_for_field(field, name) or "" for name, field in form.fields.items()}
    followed = client.post(reverse("case_import_run"), data | {"map_path": "区划代码"}).url
    run = client.get(followed).context["run"]
    see_everything()
    run_import(pk=str(run.pk))
    run.refresh_from_db()
    assert (run.rejected, Case.objects.count()) == (1, before)


@pytest.mark.parametrize("who", WALKERS)
def test_files_of_street_b_stay_there(district: District, who: str) -> None:
    """Neither by address nor with a signature made for another file, an old one, or none."""
    client = district.client(who)
    theirs = Attachment.objects.filter(uuid__in=district.b.values["file"])
    own = Attachment.objects.get(uuid=district.a.values["file"][0])
    token = signed_url(own).partition("?token=")[2]
    got = []
    for file in theirs:
        for variant in ("original", "screen", "thumb"):
            for query in ("", f"?token={token}", "?token=99999999999.x"):
                response = client.get(f"{file.url(variant)}{query}")
                if response.status_code not in {302, 404}:
                    got.append((file.url(variant), query, response.status_code))
    assert got == []


def test_a_number_alone_shows_a_resident_nothing(district: District) -> None:
    """Nor does a number with somebody else's phone; the answer to a wrong number is the same."""
    case = district.b.cases["handling"]
    answers = []
    for number, phone in ((case.number, SHARED_PHONE), (case.number, ""), ("150203202601010000011", SHARED_PHONE)):
        client = Client(raise_request_exception=False)
        response = client.post(reverse("resident_follow"), {"number": number, "phone": phone})
        assert response.status_code < 500
        assert glimpsed(said(response), f"{number} {phone}") == []
        answers.append(response.status_code)
        assert glimpsed(said(client.get(reverse("resident_case", args=[case.number]))), case.number) == []
    assert len(set(answers)) == 1


def test_the_right_phone_shows_the_requesters_own_matter_alone(district: District) -> None:
    client = Client(raise_request_exception=False)
    own = district.b.cases["handling"]
    response = client.post(reverse("resident_follow"), {"number": own.number, "phone": "13872947319"}, follow=True)
    assert "qzText" in said(response)
    other = district.a.cases["handling"]
    assert "甲Text" not in said(client.get(reverse("resident_case", args=[other.number]), follow=True))


# -- other systems -------------------------------------------------------------------------------


def call(district: District, method: str, url: str, token: str, data: Any = None) -> Any:
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"})
    return client.generic(method, url, json.dumps(data or {}), content_type="application/json")


OPERATIONS: Final = {
    "api-v1:dispatch": {},
    "api-v1:sign": {},
    "api-v1:contact": {"way": "phone"},
    "api-v1:send_back": {"reason": "越权尝试"},
    "api-v1:reply": {"text": "越权答复", "contacted": "phone"},
    "api-v1:call_back": {"reached": True, "solved": "yes", "satisfaction": "1"},
}


def test_the_system_of_one_street_sees_and_moves_nothing_of_the_other(district: District) -> None:
    before = fingerprint(district.b)
    token = district.a.token
    statuses = set()
    for case in district.b.cases.values():
        for name in ("api-v1:read_case", "api-v1:read_transitions"):
            statuses.add(call(district, "GET", reverse(name, args=[case.number]), token).status_code)
        for name, data in OPERATIONS.items():
            statuses.add(call(district, "POST", reverse(name, args=[case.number]), token, data).status_code)
    see_everything()
    assert statuses == {404}
    assert fingerprint(district.b) == before


def test_the_counts_and_lists_of_a_system_are_those_of_its_street(district: District) -> None:
    base = reverse("api-v1:list_cases")
    listed = call(district, "GET", f"{base}?limit=100", district.a.token)
    page = listed.json()
    assert {item["number"] for item in page["items"]} == set(district.a.values["number"])
    assert page["total"] == len(district.a.values["number"])
    assert glimpsed(said(listed)) == []
    number = district.b.cases["handling"].number
    for query in (f"path={STREET_B}", "q=qzTitle", f"q={number}", "q=138-7294-7319", "q=13872947319"):
        page = call(district, "GET", f"{base}?{query}", district.a.token).json()
        assert (page["items"], page["total"]) == ([], 0), query


def test_a_system_of_one_street_reads_no_module_of_the_other(district: District) -> None:
    """Whistles, summonses, rankings, topics and morning pages: lists, counts and guessed keys."""
    from wangge.kernel.api.systems import create_system

    scopes = ("whistles:read", "assessment:read", "topics:read", "briefs:read")
    tokens = {
        street: create_system(name=f"各模块{street}", scopes=scopes, path=street, by=None)[1]
        for street in (STREET_A, STREET_B)
    }
    lists = ("list_whistles", "list_summonses", "list_periods", "list_topics", "list_briefs")
    read = {"read_whistle": "whistle_number", "read_summons": "summons", "read_topic": "topic", "list_members": "topic"}
    found, seen = [], {}
    for name in lists:
        mine, theirs = (call(district, "GET", reverse(f"api-v1:{name}"), tokens[s]) for s in (STREET_A, STREET_B))
        assert mine.status_code == theirs.status_code == 200, name
        found += glimpsed(said(mine))
        seen[name] = (mine.json()["total"], theirs.json()["total"])
    for name, kind in read.items():
        own = {call(district, "GET", reverse(f"api-v1:{name}", args=[v]), tokens[STREET_B]).status_code
               for v in district.b.values[kind]}  # fmt: skip
        foreign = [call(district, "GET", reverse(f"api-v1:{name}", args=[v]), tokens[STREET_A])
                   for v in district.b.values[kind] if v not in district.a.values[kind]]  # fmt: skip
        assert 200 in own, name
        assert {answer.status_code for answer in foreign} == {404}, name
        found += [one for answer in foreign for one in glimpsed(said(answer), str(answer.request["PATH_INFO"]))]
    see_everything()
    assert found == []
    assert seen["list_whistles"] == (
        Whistle.objects.filter(path__startswith=STREET_A).count(),
        Whistle.objects.filter(path__startswith=STREET_B).count(),
    )


def test_open311_keeps_to_the_street_of_the_key(district: District) -> None:
    before = fingerprint(district.b)
    found = []
    for fmt in ("json", "xml"):
        everything = Client().get(f"/open311/v2/requests.{fmt}?api_key={district.a.token}")
        assert everything.status_code == 200
        found += glimpsed(said(everything))
        for number in district.b.values["number"]:
            for url in (
                f"requests/{number}.{fmt}?",
                f"tokens/{number}.{fmt}?",
                f"requests.{fmt}?service_request_id={number}&",
            ):
                response = Client().get(f"/open311/v2/{url}api_key={district.a.token}")
                found += glimpsed(said(response), number)
        filed = Client().post(
            f"/open311/v2/requests.{fmt}",
            {"api_key": district.a.token, "service_code": "0101", "address_id": "150203002001", "description": "越权"},
        )
        assert filed.status_code == 400
    see_everything()
    assert found == []
    assert fingerprint(district.b) == before


@pytest.mark.parametrize("token", ["", "wg_", "wg_" + "x" * 48, "null", "\x00"])
def test_without_a_good_token_nothing_is_answered(district: District, token: str) -> None:
    answers = {call(district, "GET", reverse("api-v1:list_cases"), token).status_code}
    answers.add(Client().get("/open311/v2/requests.json", {"api_key": token}).status_code)
    assert answers <= {400, 401, 403}


def test_no_scope_does_what_it_does_not_name(district: District) -> None:
    from wangge.kernel.api.systems import create_system

    case = district.b.cases["dispatched"]
    for scope in SCOPES:
        _, token = create_system(name=f"只{scope}", scopes=(scope,), path=STREET_B, by=None)
        opened = {
            name
            for name, data in {"api-v1:list_cases": None, **OPERATIONS}.items()
            if call(
                district,
                "GET" if data is None else "POST",
                reverse(name, args=[] if data is None else [case.number]),
                token,
                data,
            ).status_code
            != 403
        }
        assert (
            opened
            <= {
                "cases:read": {"api-v1:list_cases"},
                "cases:write": set(),
                "cases:dispatch": {"api-v1:dispatch"},
                "cases:handle": set(OPERATIONS) - {"api-v1:dispatch", "api-v1:call_back"},
                "cases:call_back": {"api-v1:call_back"},
            }[scope]
        )


# -- guesses -------------------------------------------------------------------------------------


def test_numbers_of_rows_tell_nothing(district: District) -> None:
    """What exists in another street and what does not exist anywhere are answered alike."""
    client = district.client("street_dispatcher")
    theirs, nobody = district.b.values["case"][0], Case.objects.order_by("-pk")[0].pk + 999
    for name in ("case_detail", "case_map", "case_print"):
        first, second = (client.get(reverse(name, args=[pk])) for pk in (theirs, nobody))
        assert first.status_code == second.status_code == 404
        assert lasting(said(first)) == lasting(said(second))


def test_a_case_of_another_street_is_no_root_to_link_to(district: District) -> None:
    client = district.client("street_dispatcher")
    case, root = district.a.cases["received"], district.b.cases["handling"]
    absent = "150203202601019999999"
    url = reverse("case_step", args=[case.pk, "link"])
    answers = [client.post(url, {"seen": case.version, "root": number}) for number in (root.number, absent)]
    assert [answer.status_code for answer in answers] == [400, 400]
    told = [lasting(said(answer)).replace(root.number, "~").replace(absent, "~") for answer in answers]
    assert told[0] == told[1]
    assert Case.objects.get(pk=case.pk).state == "received"
