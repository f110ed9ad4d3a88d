"""What is personal goes when the time it may be kept is over; the record of what was done stays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.utils import timezone
from tests.cases.conftest import STREET, World

from wangge.cases import queries
from wangge.cases.actions import Asker
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case, CaseErasure, CaseRules, Requester
from wangge.cases.retention import erase_expired, without_numbers
from wangge.kernel.attachments import storage
from wangge.kernel.attachments.actions import store
from wangge.kernel.attachments.models import Attachment
from wangge.kernel.audit.models import AuditEntry

YEARS = timedelta(days=1096)


@pytest.fixture(autouse=True)
def _own_folder_and_rules(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


def closed(world: World, **given: Any) -> Case:
    case = world.file(asker=Asker(name="张阿姨", phone="13800000001"), **given)
    CaseFlow(case, world["话务小赵"]).answer(reply="已告知，联系13800000002")
    return case


def sent(case: Case, text: str, by: Any = None) -> Attachment:
    return store(ContentFile(text.encode(), name="张阿姨的材料.txt"), owner=case, purpose="evidence", by=by)


def later() -> datetime:
    return timezone.now() + YEARS


def test_nothing_goes_before_its_time(world: World) -> None:
    case = closed(world)
    assert erase_expired(now=timezone.now() + timedelta(days=1094)) == 0
    assert Requester.objects.get(case=case).phone == "13800000001"


def test_the_requester_goes_and_the_case_stays(world: World) -> None:
    case = closed(world)
    assert erase_expired(now=later()) == 1
    requester = Requester.objects.get(case=case)
    assert (requester.name, requester.phone, requester.phone_index) == (None, None, None)
    assert queries.search(Case.objects.all(), "13800000001").count() == 0
    kept = Case.objects.get(pk=case.pk)
    assert (kept.number, kept.state, kept.reply) == (case.number, "answered", "已告知，联系〔已清除〕")
    entry = AuditEntry.objects.get(action="cases.case.erase_personal")
    assert (entry.object_id, entry.reason) == (str(case.pk), "结案满1095天，保存期限届满")
    assert "138" not in str(entry.changes)


def test_numbers_in_the_text_go_from_the_search_too(world: World) -> None:
    case = closed(world, text="邻居电话13800000003，垃圾三天没有清运")
    assert queries.search(Case.objects.all(), "电话13800000003").count() == 1
    erase_expired(now=later())
    assert queries.search(Case.objects.all(), "电话13800000003").count() == 0
    assert Case.objects.get(pk=case.pk).text == "邻居电话〔已清除〕，垃圾三天没有清运"
    assert queries.search(Case.objects.all(), "没有清运").count() == 1


def test_an_open_case_keeps_its_requester(world: World) -> None:
    world.dispatched()
    assert erase_expired(now=later()) == 0
    assert CaseErasure.objects.count() == 0


def test_a_second_run_does_nothing(world: World) -> None:
    closed(world)
    assert [erase_expired(now=later()), erase_expired(now=later())] == [1, 0]


def test_what_the_requester_sent_goes_and_the_handlers_proof_stays(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    case = closed(world)
    theirs, ours = sent(case, "张阿姨写的"), sent(case, "办理记录", by=world["话务小赵"])
    with django_capture_on_commit_callbacks(execute=True):
        erase_expired(now=later())
    theirs.refresh_from_db()
    assert (theirs.name, theirs.erased_at is None) == ("已清除.txt", False)
    assert not storage.path_of(theirs.sha256).exists()
    assert storage.path_of(ours.sha256).exists()
    assert Attachment.objects.current().get() == ours


def test_bytes_that_another_matter_has_stay_with_it(world: World, django_capture_on_commit_callbacks: Any) -> None:
    old, fresh = closed(world), world.file()
    sent(old, "同一份材料")
    theirs = sent(fresh, "同一份材料")
    with django_capture_on_commit_callbacks(execute=True):
        erase_expired(now=later())
    assert storage.path_of(theirs.sha256).exists()


def test_a_longer_rule_of_a_place_holds_there(world: World) -> None:
    CaseRules.objects.create(path=STREET, valid_from=date(2020, 1, 1), retention_days=2000)
    closed(world)
    assert erase_expired(now=later()) == 0
    assert erase_expired(now=timezone.now() + timedelta(days=2001)) == 1


def test_a_bad_case_does_not_stop_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = closed(world), closed(world)
    from wangge.cases import retention

    original = retention.record

    def failing(action: str, obj: Any, **given: Any) -> Any:
        if obj == bad:
            raise RuntimeError("oh")
        return original(action, obj, **given)

    monkeypatch.setattr(retention, "record", failing)
    assert erase_expired(now=later()) == 1
    assert Requester.objects.get(case=bad).phone == "13800000001"
    assert Requester.objects.get(case=good).phone is None


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("电话13800000001。", "电话〔已清除〕。"),
        ("138 0000 0001", "〔已清除〕"),
        ("身份证15020319900101123X", "身份证〔已清除〕"),
        ("座机0472-5555555", "座机〔已清除〕"),
        ("20261121交2000000元", "20261121交2000000元"),
        ("2026年11月21日，共1200元，3栋2单元", "2026年11月21日，共1200元，3栋2单元"),
        ("工单15020320261121000001", "工单15020320261121000001"),
    ],
)
def test_numbers_are_told_from_dates_and_amounts(text: str, clean: str) -> None:
    assert without_numbers(text) == clean
