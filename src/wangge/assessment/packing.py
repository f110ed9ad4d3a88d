"""Making a meeting pack: content, charts, Word file; each stage says how far it is."""

from __future__ import annotations

import structlog
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from wangge.assessment import policy, reviewing
from wangge.assessment.enums import PackState
from wangge.assessment.models import Pack, Period
from wangge.kernel.access.database import as_system
from wangge.kernel.access.models import User
from wangge.kernel.attachments.actions import prepare, store
from wangge.kernel.audit.context import acting
from wangge.kernel.audit.recording import record
from wangge.kernel.flow import NotPermitted, Refused
from wangge.kernel.jobs.queue import defer

log = structlog.get_logger(__name__)


def ask(*, period: Period, by: User) -> Pack:
    """Ask for a pack of ``period``; it is made in the background. Raises ``NotPermitted`` or ``Refused``."""
    if not policy.may_make_pack(by, period):
        raise NotPermitted("您没有生成该区划点评材料的权限。")
    if Pack.objects.filter(period=period, state__in=[PackState.WAITING, PackState.RUNNING]).exists():
        raise Refused("本期的点评材料正在生成，请稍候。")
    with acting(by):
        pack = _new(period, by)
        defer("assessment.pack", pack_id=pack.pk)
    return pack


def _new(period: Period, by: User | None) -> Pack:
    pack = Pack.objects.create(
        period=period, round=period.round, asked_by_id=by.pk if by else None, asked_at=timezone.now()
    )
    record("assessment.pack.ask", pack, path=period.path)
    return pack


def make_now(*, period: Period) -> Pack:
    """A pack at once, for the command line."""
    pack = _new(period, None)
    make(pack_id=pack.pk)
    pack.refresh_from_db()
    return pack


def make(*, pack_id: int) -> None:
    """Fill a pack that waits. A failure is kept with the pack, in words, and raised for the log."""
    if not Pack.objects.filter(pk=pack_id, state=PackState.WAITING).update(state=PackState.RUNNING, progress=5):
        return
    pack = Pack.objects.select_related("period").get(pk=pack_id)
    try:
        with as_system():
            _make(pack)
    except Exception:
        log.exception("assessment.pack_failed", pack=pack_id)
        Pack.objects.filter(pk=pack_id).update(
            state=PackState.FAILED, doing="生成时出错，错误已记入日志", finished_at=timezone.now()
        )
        raise


def _say(pack: Pack, progress: int, doing: str) -> None:
    Pack.objects.filter(pk=pack.pk).update(progress=progress, doing=doing)


def _make(pack: Pack) -> None:
    # Drawing is a heavy library that only this work needs.
    from wangge.assessment import charts, wording  # noqa: PLC0415

    _say(pack, 10, "汇总排名、变化和典型事项")
    content = reviewing.content(pack.period)
    notes: list[str] = []
    pictures: list[tuple[str, bytes]] = []
    _say(pack, 50, "绘制图表")
    try:
        pictures = list(charts.draw(content))
    except LookupError as error:
        notes.append(str(error))
    _say(pack, 80, "排版Word文件")
    name = f"{content['place']}{content['month']}月度点评"
    word = prepare(ContentFile(wording.document(content, pictures, notes)), name=f"{name}.docx")
    slides = [prepare(ContentFile(picture), name=f"{name}-{title}.png") for title, picture in pictures]
    with transaction.atomic():
        store(word, owner=pack, purpose="word", by=None)
        for slide in slides:
            store(slide, owner=pack, purpose="chart", by=None)
        Pack.objects.filter(pk=pack.pk).update(
            state=PackState.DONE, progress=100, doing="", content=content, notes=notes, finished_at=timezone.now()
        )
        record("assessment.pack.done", pack, changes={"charts": [None, len(slides)]}, path=pack.period.path)
