"""A requester follows one matter: number and phone, then a page for half an hour; rating, more words."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wangge.cases import following
from wangge.cases.enums import CaseState, Satisfaction, Solved
from wangge.cases.models import Case
from wangge.cases.web.entries import allow, entry, leave
from wangge.cases.web.forms_phone import FACES, MOST_PHOTOS, FollowForm, RateForm, SupplementForm
from wangge.kernel.access.routes import public
from wangge.kernel.attachments.signing import signed_url
from wangge.kernel.flow import FlowError, seen_version
from wangge.organization import queries as organization
from wangge.territory import queries as territory

NOT_FOUND = "没有找到：请核对编号和登记时留的手机号。"


@public("凭编号和电话查询本人事项；错误次数有限")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    initial = {"number": request.GET.get("number", "")[:30]}
    form = FollowForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                case = following.find(**form.cleaned_data)
            except following.Waits as error:
                form.add_error(None, str(error))
                response = render(request, "cases/resident/follow.html", {"title": "查进度", "form": form}, status=429)
                response["Retry-After"] = str(error.seconds)
                return response
            if case is not None:
                allow(request, case)
                return redirect("resident_case", number=case.number)
            form.add_error(None, NOT_FOUND)
    return render(request, "cases/resident/follow.html", {"title": "查进度", "form": form}, status=status)


def _to_follow(request: HttpRequest, number: str) -> HttpResponse:
    """The same for a matter of somebody else, an expired entry and a number that does not exist."""
    messages.info(request, "请输入编号和手机号后查看。")
    return redirect(f"{reverse('resident_follow')}?number={number}")


def _page(
    request: HttpRequest, case: Case, *, rating: RateForm | None = None, more: SupplementForm | None = None
) -> HttpResponse:
    stands, next_words = following.STANDS[case.state]
    lead = organization.office(case.lead_office_id)
    context: dict[str, Any] = {
        "title": "事项进度",
        "case": case,
        "stands": stands,
        "next_words": next_words,
        "place": territory.full_name(case.path, from_level=4) if len(case.path) > 6 else "",
        "office": lead.name if lead is not None else "",
        "expected": following.expected(case),
        "answer": following.answer_of(case),
        "steps": following.steps_told(case),
        "photos": [(signed_url(f, variant="thumb"), signed_url(f, variant="screen")) for f in following.files_of(case)],
        "may_rate": following.may_rate(case),
        "rating": rating or RateForm(),
        "solved_choices": Solved.choices,
        "faces": FACES,
        "rated": Satisfaction(case.satisfaction).label if case.satisfaction else "",
        "rated_solved": Solved(case.solved).label if case.solved else "",
        "more": (more or SupplementForm()) if following.may_supplement(case) else None,
        "most_photos": MOST_PHOTOS,
    }
    failed = (rating is not None and rating.errors) or (more is not None and more.errors)
    return render(request, "cases/resident/case.html", context, status=422 if failed else 200)


@public("会话内凭签名条目查看本人事项")
@never_cache
@require_safe
def resident_case(request: HttpRequest, number: str) -> HttpResponse:
    case = entry(request, number)
    return _to_follow(request, number) if case is None else _page(request, case)


@public("会话内凭签名条目评价本人事项")
@never_cache
@require_POST
def resident_rate(request: HttpRequest, number: str) -> HttpResponse:
    """*Solved?* and *satisfied?*: the call-back step, taken by the system in the requester's name."""
    case = entry(request, number)
    if case is None:
        return _to_follow(request, number)
    form = RateForm(request.POST)
    if not form.is_valid():
        return _page(request, case, rating=form)
    try:
        following.rate(case=case, seen=seen_version(request.POST.get("seen", "")), **form.cleaned_data)
    except FlowError:
        # The requester needs no name of whoever was first.
        messages.warning(request, "事项刚刚有了新进展，您的评价没有提交，请看看最新情况。")
    else:
        again = case.state == CaseState.HANDLING
        messages.success(request, "谢谢您的评价。" + ("我们会重新办理这件事。" if again else ""))
    return redirect("resident_case", number=number)


@public("会话内凭签名条目补充本人事项")
@never_cache
@require_POST
def resident_supplement(request: HttpRequest, number: str) -> HttpResponse:
    case = entry(request, number)
    if case is None:
        return _to_follow(request, number)
    form = SupplementForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, case, more=form)
    try:
        following.supplement(case=case, text=form.cleaned_data["text"], files=form.cleaned_data["photos"])
    except (FlowError, ValidationError) as error:
        form.add_error(None, error.messages if isinstance(error, ValidationError) else str(error))
        return _page(request, case, more=form)
    messages.success(request, "已补充，办理人员会看到。")
    return redirect("resident_case", number=number)


@public("结束查看")
@require_POST
def resident_leave(request: HttpRequest) -> HttpResponse:
    leave(request)
    return redirect("resident_home")
