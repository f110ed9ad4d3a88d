"""What people and programs send that they should not: a clear error, nothing lost, nothing twice.

Elsewhere: zip bombs and disguised files (``kernel/attachments/test_office.py``, ``test_kinds.py``), GBK and
broken rows (``cases/importing/test_run.py``), XML on Open311 (``cases/test_open311.py``), a killed worker
(``kernel/jobs/test_worker.py``), the interfaces of systems (``tests/api``).
"""

from __future__ import annotations

import csv
import io
import threading
import uuid
import zipfile
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest
import requests
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from tests.cases.conftest import GRID, World
from tests.cases.web.signing import signed_in
from tests.kernel.attachments.samples import xlsx
from tests.serving import served

from wangge.cases.models import Case, CaseClock, CasePart
from wangge.kernel.api import webhooks
from wangge.kernel.audit.models import AuditEntry

EVIL: Final = [
    "=1+1",
    '=HYPERLINK("http://evil.example","点我")',
    "+86",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "=cmd|' /C calc'!A0",
    "＝1+1",
]


# -- exports -------------------------------------------------------------------------------------


def test_no_cell_of_an_exported_list_is_a_formula(world: World) -> None:
    for words in EVIL:
        world.file(title=words, text=f"{words}正文四个字")
    client = signed_in(world, "热线班长")
    book = openpyxl.load_workbook(
        io.BytesIO(b"".join(client.get(reverse("case_list"), {"export": "xlsx"}).streaming_content))
    )
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "b"}
    assert [cell.coordinate for cell in cells if cell.hyperlink] == []
    written = {str(cell.value) for cell in cells}
    assert {words.strip() for words in EVIL} <= {value.lstrip("'").strip() for value in written}


def test_no_field_of_an_exported_text_begins_a_formula(world: World) -> None:
    for words in EVIL:
        world.file(title=words, text=f"{words}正文四个字")
    client = signed_in(world, "热线班长")
    data = b"".join(client.get(reverse("case_list"), {"export": "csv"}).streaming_content).decode("utf-8-sig")
    begun = [field for row in csv.reader(io.StringIO(data)) for field in row if field[:1] in {*"=+-@\t\r"}]
    assert begun == []


@pytest.fixture
def shelf(settings: Any, tmp_path: Path) -> None:
    """Uploads go to a folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path


# -- documents with entities ---------------------------------------------------------------------

ENTITY: Final = '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
TENFOLD: Final = "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 12))
LAUGHS: Final = f"<!DOCTYPE x [<!ENTITY a0 'ha'>{TENFOLD}]>"


def rigged(member: str, doctype: str, word: str) -> bytes:
    """A workbook one of whose parts declares entities and uses one in every text."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx())) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in whole.namelist():
            data = whole.read(name).decode()
            if name.endswith(member):
                head, _, rest = data.partition("?>")
                data = f"{head}?>{doctype}{rest}" if rest else f"{doctype}{data}"
                data = data.replace("路灯不亮", f"&{word};")
            made.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(("doctype", "word"), [(ENTITY, "secret"), (LAUGHS, "a11")], ids=["file", "laughs"])
@pytest.mark.parametrize("member", ["sharedStrings.xml", "sheet1.xml", "workbook.xml"])
def test_entities_in_a_workbook_open_nothing(shelf: None, world: World, member: str, doctype: str, word: str) -> None:
    client = signed_in(world, "热线班长")
    client.raise_request_exception = False
    file = SimpleUploadedFile("工单.xlsx", rigged(member, doctype, word))
    first = client.post(reverse("case_import"), {"file": file}, follow=True)
    assert first.status_code in {200, 400}
    assert "root:" not in first.content.decode()
    assert "haha" not in first.content.decode()
    assert Case.objects.count() == 0


# -- the same thing twice ------------------------------------------------------------------------


def at_once(*asks: Any) -> list[Any]:
    """The results of ``asks``, done at the same moment by a thread each."""
    results: list[Any] = [None] * len(asks)
    together = threading.Barrier(len(asks))

    def one(place: int) -> None:
        try:
            together.wait(20)
            results[place] = asks[place]()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=[place]) for place in range(len(asks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_a_report_from_the_phone_sent_by_many_threads_is_one_case(world: World) -> None:
    clients = [signed_in(world, "网格员小李") for _ in range(5)]
    kind = world.kinds["rubbish"].pk
    report = {"uuid": str(uuid.uuid4()), "kind": kind, "text": "垃圾桶满了", "path": GRID, "lng": "", "lat": ""}

    def sender(client: Client) -> Any:
        return lambda: client.post(reverse("field_report"), report, headers={"Accept": "application/json"})

    answers = at_once(*(sender(client) for client in clients))
    assert {answer.status_code for answer in answers} <= {200, 201}, [answer.content for answer in answers]
    assert (len({answer.json()["number"] for answer in answers}), Case.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_residents_form_sent_by_many_threads_is_one_case(world: World) -> None:
    form = {
        "token": str(uuid.uuid4()),
        "text": "路灯不亮好几天了",
        "phone": "13800000001",
        "name": "张阿姨",
        "path": "150203001001",
        "address": "友谊大街1号院",
        "agree": "on",
    }
    answers = at_once(*(lambda: Client().post(reverse("resident_report"), form) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {302}, answers[0].content.decode()
    assert Case.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_press_at_once_and_the_second_is_told_who_was_first(world: World) -> None:
    from wangge.kernel.access.models import Grant, User

    case = world.dispatched()
    other = User.objects.create_user("second", display_name="街道小刘")
    for grant in world["街道老王"].grants.all():
        Grant.objects.create(
            user=other, role=grant.role, path=grant.path, office_id=grant.office_id, valid_from=grant.valid_from
        )
    world.people["街道小刘"] = other
    clients = [signed_in(world, name) for name in ("街道老王", "街道小刘")]
    url = reverse("case_step", args=[case.pk, "sign"])

    def presser(client: Client) -> Any:
        return lambda: client.post(url, {"seen": case.version})

    answers = at_once(*(presser(client) for client in clients))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    (row,) = case.transitions.filter(step="sign")
    told = next(answer for answer in answers if answer.status_code == 409).content.decode()
    assert row.actor_label in told


# -- the database goes away ----------------------------------------------------------------------


class Browser:
    """A signed-in person over real HTTP."""

    def __init__(self, address: str, client: Client) -> None:
        self.address, self.session = address, requests.Session()
        self.session.headers["Connection"] = "close"  # the server has one thread: it serves who hangs up
        self.session.cookies.set(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)

    def press(self, case: Case, step: str) -> int:
        self.session.get(self.address + reverse("case_detail", args=[case.pk]))
        self.session.close()  # the server hung up: nothing is sent on the old line
        token = self.session.cookies[settings.CSRF_COOKIE_NAME]
        url = self.address + reverse("case_step", args=[case.pk, step])
        answer = self.session.post(
            url, {"seen": case.version, "csrfmiddlewaretoken": token}, allow_redirects=False, timeout=30
        )
        self.session.close()
        return answer.status_code


def everything_of(case: Case) -> list[Any]:
    return [
        Case.objects.filter(pk=case.pk).values().get(),
        list(case.transitions.values()),
        list(CasePart.objects.filter(case=case).order_by("pk").values()),
        list(CaseClock.objects.filter(case=case).order_by("pk").values()),
        AuditEntry.objects.filter(object_type="cases.case", object_id=str(case.pk))
        .exclude(action__contains="read")
        .count(),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_dies_in_mid_step_leaves_nothing_half_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backend is ended between the writes of the step and its commit; the same press then works."""
    case = world.dispatched()
    before = everything_of(case)
    emit, killed = webhooks.emit, []

    def cut(*args: Any, **kwargs: Any) -> Any:
        if not killed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                killed.append(cursor.fetchone()[0])
                cursor.execute("SELECT pg_terminate_backend(%s)", killed)
        return emit(*args, **kwargs)

    monkeypatch.setattr(webhooks, "emit", cut)
    client = signed_in(world, "街道老王")
    with served() as address:
        browser = Browser(address, client)
        first = browser.press(case, "sign")
        assert (first >= 500, len(killed)) == (True, 1)
        assert everything_of(case) == before
        assert browser.press(case, "sign") == 302
    case.refresh_from_db()
    assert (case.state, case.transitions.filter(step="sign").count()) == ("handling", 1)
