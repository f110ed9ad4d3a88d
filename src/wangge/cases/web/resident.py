"""Residents report, praise and find their grid worker: no account, no sight of anybody else's matter."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from wangge.cases import limits
from wangge.cases.actions import file_case
from wangge.cases.enums import Channel
from wangge.cases.following import REQUESTER
from wangge.cases.models import Case
from wangge.cases.web import once
from wangge.cases.web.entries import allow
from wangge.cases.web.forms_phone import MOST_PHOTOS, PraiseForm, ReportForm
from wangge.cases.web.neighbours import around, choices, locate
from wangge.kernel.access.routes import htmx_redirect, public
from wangge.kernel.audit.context import bind, current
from wangge.territory import queries as territory
from wangge.territory.models import PlaceCode

SOURCE: Final = "resident"
DONE: Final = "resident_done"
EXAMPLES: Final = ("垃圾没人清", "路灯不亮", "井盖破损", "乱停车", "楼道堆物", "夜里噪声", "下水堵了", "邻里纠纷")
PRAISES: Final = ("热心帮忙", "办事快", "态度好", "环境变好了", "见义勇为", "邻里互助")


class TooMany(Exception):
    """Beyond a limit; the message says when to try again."""


@public("居民上报无须登录；只写不读")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    return _filed(request, ReportForm, "cases/resident/report.html", {"title": "我要报事", "examples": EXAMPLES})


@public("居民点赞无须登录；只写不读")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def praise(request: HttpRequest) -> HttpResponse:
    return _filed(request, PraiseForm, "cases/resident/praise.html", {"title": "我要点赞", "examples": PRAISES})


def _filed(request: HttpRequest, form_class: type[ReportForm], template: str, context: dict[str, Any]) -> HttpResponse:
    """The form; sent twice it is one matter, and with an error nothing typed is lost."""
    code = _code_of(request)
    form = form_class(request.POST or None, request.FILES or None, code=code)
    status = 200
    if request.method == "POST":
        try:
            case = once.filed(SOURCE, request.POST)
            if case is None and form.is_valid():
                case = _file(form, code)
            if case is not None:
                return _done(request, case)
            status = 422
        except TooMany as error:
            form.add_error(None, str(error))
            status = 429
        except ValidationError as error:
            _say(form, error)
            status = 422
    context |= {"form": form, "code": code, "most_photos": MOST_PHOTOS}
    if request.headers.get("HX-Request") == "true":
        status = 200  # the page's script puts the answer in the place of the form, photos stay as they are
    return render(request, template, context, status=status)


def _code_of(request: HttpRequest) -> PlaceCode | None:
    given = request.POST.get("q") or request.GET.get("q", "")
    return territory.place_by_code(given[:12]) if given else None


def _file(form: ReportForm, code: PlaceCode | None) -> Case:
    clean, asker = form.cleaned_data, form.asker()
    with bind(actor=REQUESTER):
        waits = [limits.hit(limits.REPORTS_PER_ADDRESS, current().address)]
        waits.append(limits.hit(limits.REPORTS_PER_PHONE, asker.phone))
        if seconds := max(waits):
            raise TooMany(f"上报次数较多，请{limits.in_words(seconds)}再试；紧急的事请拨打12345。")
        return file_case(
            channel=Channel.QR if code is not None else Channel.RESIDENT,
            demand_type=form.demand(),
            text=clean["text"],
            place=clean["place"],
            asker=asker,
            is_private=clean["is_private"],
            is_anonymous=clean["is_anonymous"],
            reply_wanted=bool(asker.phone),
            source_system=SOURCE,
            source_number=once.number_of(form.data) if clean["token"] else None,
            files=clean["photos"],
        )


def _say(form: ReportForm, error: ValidationError) -> None:
    """What filing refused, at the field it is about."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error.messages)
        return
    for name, messages in error.message_dict.items():
        form.add_error(name if name in form.fields else "address" if name in {"path", "point"} else None, messages)


def _done(request: HttpRequest, case: Case) -> HttpResponse:
    allow(request, case)
    request.session[DONE] = case.number
    url = reverse("resident_done")
    return htmx_redirect(url) if request.headers.get("HX-Request") == "true" else redirect(url)


@public("刚上报的人看到自己的编号（会话内）")
@never_cache
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """The number in large figures, and how to follow."""
    number = request.session.get(DONE, "")
    case = Case.objects.filter(number=number).first() if number else None
    if case is None:
        return redirect("resident_home")
    context = {
        "title": "收到了",
        "case": case,
        "number": f"{number[:6]} {number[6:14]} {number[14:]}",
        "praised": case.demand_type == "praise",
        "with_phone": case.reply_wanted,
    }
    return render(request, "cases/resident/done.html", context)


@public("扫码页：只显示地点名称和三个按钮")
@require_safe
def place_code(request: HttpRequest, code: str) -> HttpResponse:
    """我要点赞 / 我要上报 / 我要联系 with the place known (G17); a worn or ended code still helps."""
    found = territory.place_by_code(code[:12])
    if found is None:
        return render(request, "cases/resident/code_ended.html", {"title": "二维码已停用"}, status=404)
    context = {
        "title": found.name,
        "code": found,
        "place": territory.full_name(found.path, from_level=4),
        "query": urlencode({"q": found.code}),
    }
    return render(request, "cases/resident/code.html", context)


@public("公示牌内容：网格名称、网格长姓名、公开电话")
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Who works in the grid at a place. The position is posted, so that no log keeps it."""
    code = _code_of(request)
    path, problem = "", ""
    if code is not None:
        path = code.path
    elif request.method == "POST":
        path, problem = locate(request.POST.get("lng", ""), request.POST.get("lat", ""))
    else:
        path = request.GET.get("path", "")
    found = around(path) if path else None
    context = {"title": "联系网格员", "code": code, "problem": problem, "choices": choices(path), "found": found}
    return render(request, "cases/resident/contact.html", context)
