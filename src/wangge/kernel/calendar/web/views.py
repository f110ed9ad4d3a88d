"""The working calendar for the system administrator: a year at a glance, days entered by hand, a year imported."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from wangge.kernel.access.routes import requires
from wangge.kernel.calendar import actions, policy, working
from wangge.kernel.calendar.days import FIRST, LAST
from wangge.kernel.calendar.year import months

FILE_BYTES = 1024 * 1024


class DayForm(forms.Form):
    day = forms.DateField(label="日期")
    is_workday = forms.ChoiceField(label="安排", choices=[("0", "休息"), ("1", "上班")])
    note = forms.CharField(label="说明", required=False, max_length=60, help_text="如 春节、国庆节调休。")


class YearForm(forms.Form):
    year = forms.IntegerField(label="年份", min_value=FIRST.year, max_value=LAST.year)
    file = forms.FileField(
        label="文件", help_text="CSV 或 Excel：日期、上班（班或休）、说明；列出全部放假和调休上班的日子。"
    )
    source = forms.CharField(label="依据", max_length=120, help_text="如 国务院办公厅关于2027年部分节假日安排的通知。")


def _check(request: HttpRequest) -> None:
    if not policy.may_manage(request.user):
        raise PermissionDenied("工作日历由全区的系统管理员维护。")


def _asked(request: HttpRequest) -> int:
    """The year in the address; this year when there is none or it is out of range."""
    typed = request.GET.get("year", "")
    year = int(typed) if typed.isdecimal() and len(typed) == 4 else 0
    return year if FIRST.year <= year <= LAST.year else timezone.localdate().year


def _page(request: HttpRequest, year: int, **context: Any) -> HttpResponse:
    calendar, until = working.current(), working.known_until()
    shown = months(year)
    context = {
        "year": year,
        "before": year - 1 if year > FIRST.year else None,
        "after": year + 1 if year < LAST.year else None,
        "months": shown,
        "workdays": sum(month.workdays for month in shown),
        "known": calendar.known(date(year, 1, 1)),
        "until": until,
        "soon": (until - timezone.localdate()).days < 60,
        "today": timezone.localdate(),
        "weekdays": "一二三四五六日",
        "day_form": DayForm(),
        "year_form": YearForm(initial={"year": until.year + 1}),
    } | context
    return render(request, "calendar/year.html", context)


@requires(policy.MANAGE)
@never_cache
def calendar_year(request: HttpRequest) -> HttpResponse:
    """Twelve months; a warning when the holidays of the year are not known."""
    _check(request)
    return _page(request, _asked(request))


@requires(policy.MANAGE)
@require_POST
def calendar_day(request: HttpRequest) -> HttpResponse:
    """Enter one day."""
    _check(request)
    form = DayForm(request.POST)
    if not form.is_valid():
        return _page(request, _asked(request), day_form=form)
    given = form.cleaned_data
    row = actions.DayRow(given["day"], given["is_workday"] == "1", given["note"])
    try:
        changed = actions.set_days(rows=[row])
    except actions.BadCalendar as error:
        form.add_error("day", str(error))
        return _page(request, _asked(request), day_form=form)
    messages.success(request, f"{row.day}已登记。" if changed else f"{row.day}原本就是这样。")
    return redirect(f"{reverse('calendar_year')}?year={row.day.year}")


@requires(policy.MANAGE)
@require_POST
def calendar_import(request: HttpRequest) -> HttpResponse:
    """Enter a whole year, all or nothing."""
    _check(request)
    form = YearForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, _asked(request), year_form=form)
    given = form.cleaned_data
    try:
        if given["file"].size > FILE_BYTES:
            raise actions.BadCalendar(["文件超过1MB；一年的安排不过几十行。"])
        rows = actions.read_days(given["file"].read())
        changed = actions.set_days(rows=rows, year=given["year"], source=given["source"])
    except actions.BadCalendar as error:
        for problem in error.problems[:20]:
            form.add_error("file", problem)
        if len(error.problems) > 20:
            form.add_error("file", f"另有{len(error.problems) - 20}处问题。")
        return _page(request, given["year"], year_form=form)
    messages.success(request, f"{given['year']}年已登记，更新{changed}天。已在计时的时限不变。")
    return redirect(f"{reverse('calendar_year')}?year={given['year']}")
