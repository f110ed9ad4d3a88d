"""One mail for one mailing: taken by one worker, tried again later and later, never sent twice on purpose."""

from __future__ import annotations

from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from wangge.cockpit import paper, policy, showing
from wangge.cockpit.actions import JOB
from wangge.cockpit.enums import MailingState
from wangge.cockpit.models import Brief, BriefMailing
from wangge.kernel.access.models import User
from wangge.kernel.jobs.queue import schedule

log = structlog.get_logger(__name__)

# After the first try: until the evening, then it is no morning page any more.
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (2, 10, 30, 120, 360))
LEASE: Final = timedelta(minutes=5)
SMTP: Final = "django.core.mail.backends.smtp.EmailBackend"


def send(*, mailing_id: int, now: datetime | None = None) -> MailingState | None:
    """Send one mailing if it is due and nobody else is sending it; its state afterwards, None if not taken."""
    now = now or timezone.now()
    mailing = _take(mailing_id, now)
    if mailing is None:
        return None
    subscription = mailing.subscription
    if subscription.ended_at is not None or not subscription.email:
        return _end(mailing, MailingState.DROPPED, "已退订", now)
    if not policy.may_read(subscription.user, mailing.brief):
        return _end(mailing, MailingState.DROPPED, "订阅人已无查看权限", now)
    try:
        if settings.EMAIL_BACKEND == SMTP and not settings.EMAIL_HOST:
            raise OSError("没有设置邮件服务器（WANGGE_EMAIL_HOST）")
        mail(mailing.brief, str(subscription.email), mailing.pk, subscription.user).send()
    except (SMTPException, OSError) as error:
        return _failed(mailing, f"{type(error).__name__}: {error}", now)
    with transaction.atomic():
        _end(mailing, MailingState.SENT, "", now)
        Brief.objects.filter(pk=mailing.brief_id, sent_at__isnull=True).update(sent_at=now)
    return MailingState.SENT


def mail(brief: Brief, address: str, mailing_id: int, reader: User) -> EmailMultiAlternatives:
    """The mail: the page as text, as HTML and as the A4 sheet. Its id is the same however often it is sent."""
    context = showing.context(brief, reader) | {"site": settings.PUBLIC_URL.rstrip("/")}
    title = f"每日民情 {context['name']} {brief.for_on:%Y-%m-%d}"
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    found = EmailMultiAlternatives(
        title,
        render_to_string("cockpit/mail.txt", context),
        None,
        [address],
        headers={"Message-ID": f"<brief-{brief.digest[:16]}-{mailing_id}@{host}>"},
    )
    found.attach_alternative(render_to_string("cockpit/mail.html", context), "text/html")
    found.attach(f"{title}.pdf", paper.sheet(brief), "application/pdf")
    return found


def _take(mailing_id: int, now: datetime) -> BriefMailing | None:
    with transaction.atomic():
        mailing = (
            BriefMailing.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("brief", "subscription__user")
            .filter(pk=mailing_id, state=MailingState.WAITING, next_at__lte=now)
            .first()
        )
        if mailing is not None:
            mailing.attempts += 1
            mailing.next_at = now + LEASE
            mailing.save(update_fields=["attempts", "next_at"])
    return mailing


def _failed(mailing: BriefMailing, error: str, now: datetime) -> MailingState:
    if mailing.attempts > len(PAUSES):
        log.warning("cockpit.brief_not_sent", mailing=mailing.pk, error=error[:200])
        return _end(mailing, MailingState.FAILED, error, now)
    with transaction.atomic():
        mailing.next_at, mailing.error = now + PAUSES[mailing.attempts - 1], error[:200]
        mailing.save(update_fields=["next_at", "error"])
        schedule(JOB, {"mailing_id": mailing.pk}, at=mailing.next_at)
    return MailingState.WAITING


def _end(mailing: BriefMailing, state: MailingState, error: str, now: datetime) -> MailingState:
    mailing.state, mailing.error, mailing.next_at, mailing.ended_at = state, error[:200], None, now
    mailing.save(update_fields=["state", "error", "next_at", "ended_at"])
    return state
