"""Mail: once to each, again after a failure, not at all to who may not read."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from tests.cases.conftest import STREET, World

from wangge.cockpit import actions, sending
from wangge.cockpit.models import Brief, BriefMailing
from wangge.cockpit.units import Unit


def subscribed(town: World, email: str = "shuji@example.cn") -> BriefMailing:
    actions.subscribe(unit=Unit(STREET), email=email, by=town["街道书记"])
    actions.make(for_on=timezone.localdate())
    return BriefMailing.objects.get()


def broken(*_: Any, **__: Any) -> int:
    raise SMTPServerDisconnected("gone")


def test_a_subscriber_gets_page_and_sheet(town: World, settings: Any) -> None:
    settings.PUBLIC_URL = "https://wangge.example.cn"
    mailing = subscribed(town)
    assert sending.send(mailing_id=mailing.pk) == "sent"
    (sent,) = mail.outbox
    brief = Brief.objects.get(path=STREET)
    assert sent.to == ["shuji@example.cn"]
    assert sent.subject == f"每日民情 少先路街道 {brief.for_on}"
    assert f"https://wangge.example.cn/desk/cockpit/{brief.pk}/" in sent.body
    ((name, content, kind),) = sent.attachments
    assert (name, content[:5], kind) == (f"{sent.subject}.pdf", b"%PDF-", "application/pdf")
    assert brief.sent_at is not None


def test_nobody_gets_it_twice(town: World) -> None:
    mailing = subscribed(town)
    sending.send(mailing_id=mailing.pk)
    sending.send(mailing_id=mailing.pk)
    assert actions.send_again(brief=mailing.brief, by=town["街道书记"]) == 0
    sending.send(mailing_id=mailing.pk)
    assert len(mail.outbox) == 1


def test_a_failure_is_tried_again_later_and_in_the_end_given_up(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    mailing = subscribed(town)
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", broken)
    now = timezone.now()
    for pause in sending.PAUSES:
        assert sending.send(mailing_id=mailing.pk, now=now) == "waiting"
        assert sending.send(mailing_id=mailing.pk, now=now) is None
        now += pause
    assert sending.send(mailing_id=mailing.pk, now=now) == "failed"
    monkeypatch.undo()
    assert actions.send_again(brief=mailing.brief, by=town["街道书记"]) == 1
    assert sending.send(mailing_id=mailing.pk) == "sent"
    assert len(mail.outbox) == 1


def test_a_worker_killed_while_sending_leaves_it_to_the_next(town: World) -> None:
    mailing = subscribed(town)
    now = timezone.now()
    assert sending._take(mailing.pk, now) is not None
    assert sending.send(mailing_id=mailing.pk, now=now) is None
    assert sending.send(mailing_id=mailing.pk, now=now + sending.LEASE) == "sent"


def test_a_lost_job_is_asked_for_again(town: World) -> None:
    mailing = subscribed(town)
    BriefMailing.objects.filter(pk=mailing.pk).update(next_at=timezone.now() - timedelta(hours=1))
    from procrastinate.contrib.django.models import ProcrastinateJob

    ProcrastinateJob.objects.filter(task_name=actions.JOB).update(status="succeeded", queueing_lock=None)
    assert actions.ask_lost(now=timezone.now(), lease=sending.LEASE) == 1


def test_who_lost_the_right_gets_nothing(town: World) -> None:
    mailing = subscribed(town)
    town["街道书记"].grants.update(valid_to=timezone.localdate())
    assert sending.send(mailing_id=mailing.pk) == "dropped"
    assert mail.outbox == []


def test_without_a_mail_server_nothing_is_claimed(town: World, settings: Any) -> None:
    mailing = subscribed(town)
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", ""
    assert sending.send(mailing_id=mailing.pk) == "waiting"
    mailing.refresh_from_db()
    assert mailing.error == "OSError: 没有设置邮件服务器（WANGGE_EMAIL_HOST）"


def test_others_may_not_send(town: World) -> None:
    mailing = subscribed(town)
    with pytest.raises(PermissionDenied):
        actions.send_again(brief=mailing.brief, by=town["外街书记"])
