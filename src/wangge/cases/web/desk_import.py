"""Importing a file of orders: upload, look at the columns, follow the worker, mend what was rejected."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from wangge.cases.enums import ImportState
from wangge.cases.importing import mapping as columns
from wangge.cases.importing import uploads
from wangge.cases.importing.background import refused, rejected_file, start_import
from wangge.cases.importing.mapping import FIELDS, BadMapping
from wangge.cases.importing.reading import SHEETS, UnreadableFile, read
from wangge.cases.models import ImportRun
from wangge.kernel.access.routes import polled, requires

LABELS: Final[dict[str, str]] = {
    "source_number": "来源编号",
    "created_at": "登记时间",
    "title": "标题",
    "text": "内容",
    "demand_type": "诉求类型",
    "kind": "类别编码",
    "path": "区划代码",
    "address": "地址",
    "lng": "经度",
    "lat": "纬度",
    "crs": "坐标系",
    "name": "姓名",
    "phone": "电话",
    "urgency": "紧急程度",
    "is_private": "保密",
    "reply_wanted": "要求回复",
    "hotline": "来源热线",
}
SUFFIXES: Final = frozenset({*SHEETS, ".csv", ".txt", ".json", ".jsonl", ".ndjson"})
MAX_MB: Final = 200
SAMPLE: Final = 5
SHOWN: Final = 50
LATELY: Final = 10
SESSION: Final = "cases.import"


class UploadForm(forms.Form):
    file = forms.FileField(label="文件", help_text="12345平台导出的 CSV（UTF-8 或 GBK）、Excel 或 JSON，不超过200MB。")

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        suffix = Path(file.name or "").suffix.lower()
        if suffix not in SUFFIXES:
            raise forms.ValidationError(f"不能导入“{suffix or '没有扩展名'}”文件，请用 CSV、Excel 或 JSON。")
        if file.size is not None and file.size > MAX_MB * 1024 * 1024:
            raise forms.ValidationError(f"文件超过{MAX_MB}MB，请拆分后导入。")
        return file


class RunForm(forms.Form):
    """The mapping (one field per field of an order) and how to run."""

    source_system = forms.CharField(
        label="来源系统", max_length=40, initial="12345", help_text="68条热线之一的名称；同一来源的编号只导入一次。"
    )
    mode = forms.ChoiceField(
        label="有不合格的行时",
        choices=[("good", "先导入合格的行，其余下载修改后再导"), ("all", "全部不导入")],
        widget=forms.RadioSelect,
        initial="good",
    )
    dispatch = forms.BooleanField(label="按清单自动派单（把握不大的仍待人工派单）", required=False, initial=True)
    repeat = forms.BooleanField(
        label="没有编号的行，内容相同也再登记一次",
        required=False,
        help_text="没有来源编号的行，受理时间、内容、电话、地址都与导入过的相同时，视为已导入过；确实要再登记的才勾选。",
    )

    def __init__(self, *args: Any, there: list[str], guessed: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = [("", "—"), *((name, name) for name in there if name)]
        for name in FIELDS:
            self.fields[f"map_{name}"] = forms.ChoiceField(
                label=LABELS[name], choices=options, required=False, initial=guessed.get(name, "")
            )

    def mapping(self) -> dict[str, str]:
        return {name: self.cleaned_data[f"map_{name}"] for name in FIELDS if self.cleaned_data[f"map_{name}"]}

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[f"map_{name}"] for name in FIELDS]


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of an upload, its columns and what they seem to be."""

    there: list[str]
    rows: list[list[str]]
    guessed: dict[str, str]
    problem: str


def _held(request: HttpRequest) -> Path | None:
    """The user's own upload: its name is kept in the session, never taken from the address."""
    name = request.session.get(SESSION, {}).get("upload", "")
    path = uploads.folder() / name
    return path if name and path.is_file() else None


def _preview(path: Path) -> Preview:
    """Raises ``UnreadableFile``."""
    rows: Iterator[tuple[int, dict[str, Any]]] = read(path)
    first = list(islice(rows, SAMPLE))
    there = list(dict.fromkeys(str(name) for _, row in first for name in row if name))
    if not first or not there:
        raise UnreadableFile("文件里没有数据行。")
    guessed: dict[str, str] = {}
    problem = ""
    try:
        guessed = columns.complete(there, {})
    except BadMapping:
        problem = "没有认出诉求内容所在的列，请在下面指定。"
    return Preview(there, [[str(row.get(name, ""))[:60] for name in there] for _, row in first], guessed, problem)


def _lately(request: HttpRequest) -> list[ImportRun]:
    """One's own last imports."""
    return list(ImportRun.objects.filter(user_id=request.user.pk or 0).order_by("-created_at")[:LATELY])


@requires("cases.import")
def case_import(request: HttpRequest) -> HttpResponse:
    """Step one: the file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            uploads.forget_old(now=timezone.now())
            file = form.cleaned_data["file"]
            name = secrets.token_hex(16) + Path(file.name).suffix.lower()
            path = uploads.folder() / name
            with path.open("wb") as target:
                for chunk in file.chunks():
                    target.write(chunk)
            try:
                _preview(path)
            except UnreadableFile as error:
                path.unlink()
                form.add_error("file", str(error))
            else:
                request.session[SESSION] = {"upload": name, "name": file.name[:100]}
                return redirect("case_import_run")
    return render(
        request, "cases/desk/import.html", {"title": "导入工单", "form": form, "runs": _lately(request)}, status=status
    )


@requires("cases.import")
def case_import_run(request: HttpRequest) -> HttpResponse:
    """Step two: which column is what. The worker does the rest."""
    path = _held(request)
    if path is None:
        return redirect("case_import")
    try:
        seen = _preview(path)
    except UnreadableFile:
        return redirect("case_import")
    form = RunForm(request.POST or None, there=seen.there, guessed=seen.guessed)
    status, name = 200, request.session[SESSION].get("name", "")
    if request.method == "POST":
        status = 400
        if form.is_valid():
            clean = form.cleaned_data
            try:
                mapping = columns.complete(seen.there, form.mapping())
            except BadMapping as error:
                form.add_error(None, str(error).split("，请用 --map")[0])
            else:
                run = start_import(
                    user=request.user,
                    upload=path.name,
                    name=name,
                    mapping=mapping,
                    source_system=clean["source_system"].strip(),
                    dispatch=clean["dispatch"],
                    all_or_nothing=clean["mode"] == "all",
                    repeat=clean["repeat"],
                )
                return redirect("case_import_report", run.pk)
    context = {"title": "导入工单", "form": form, "seen": seen, "name": name}
    return render(request, "cases/desk/import_run.html", context, status=status)


def _own(request: HttpRequest, pk: UUID) -> ImportRun:
    return get_object_or_404(ImportRun, pk=pk, user=request.user)


@polled
@requires("cases.import")
@require_GET
def case_import_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Step three: how far it is, then what became of every row. One's own imports alone."""
    run = _own(request, pk)
    again = run.state == ImportState.DONE and not run.kept and _held(request) is not None
    context = {"title": "导入结果", "run": run, "refused": refused(run, SHOWN), "again": again}
    if request.htmx:  # type: ignore[attr-defined]
        if run.finished_at is None:
            return render(request, "cases/desk/import_state.html", context)
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "cases/desk/import_report.html", context)


@requires("cases.import")
@require_GET
def case_import_rejected(request: HttpRequest, pk: UUID) -> FileResponse:
    """The rows of one's own import that were not taken, with the reason, ready to mend."""
    path = rejected_file(_own(request, pk))
    if not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename="未导入的行.xlsx")
