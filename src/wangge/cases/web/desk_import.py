"""Importing a file of orders: upload, look at the columns, run, mend what was rejected."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from wangge.cases.importing import mapping as columns
from wangge.cases.importing import uploads
from wangge.cases.importing.mapping import FIELDS, BadMapping
from wangge.cases.importing.reading import SHEETS, UnreadableFile, read
from wangge.cases.importing.run import Report, import_file, write_rejected
from wangge.kernel.access.routes import requires
from wangge.kernel.access.scopes import scope

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


def _held(request: HttpRequest, part: str) -> Path | None:
    """The user's own upload or rejected rows: the name is kept in the session, never taken from the address."""
    name = request.session.get(SESSION, {}).get(part, "")
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
    return render(request, "cases/desk/import.html", {"title": "导入工单", "form": form}, status=status)


@requires("cases.import")
def case_import_run(request: HttpRequest) -> HttpResponse:
    """Step two: which column is what; step three: run, and say what became of every row."""
    path = _held(request, "upload")
    if path is None:
        return redirect("case_import")
    try:
        seen = _preview(path)
    except UnreadableFile:
        return redirect("case_import")
    form = RunForm(request.POST or None, there=seen.there, guessed=seen.guessed)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                report = _run(request, path, form)
            except (BadMapping, UnreadableFile) as error:
                form.add_error(None, str(error).split("，请用 --map")[0].split("，请用 --map")[0])
            else:
                return _report(request, report)
    context = {"title": "导入工单", "form": form, "seen": seen, "name": request.session[SESSION].get("name", "")}
    return render(request, "cases/desk/import_run.html", context, status=status)


def _run(request: HttpRequest, path: Path, form: RunForm) -> Report:
    clean = form.cleaned_data
    within = scope(request.user, "cases.import").paths
    return import_file(
        path,
        mapping=form.mapping(),
        source_system=clean["source_system"].strip(),
        home=within[0] if within else "",
        by=request.user,
        dispatch=clean["dispatch"],
        all_or_nothing=clean["mode"] == "all",
    )


def _report(request: HttpRequest, report: Report) -> HttpResponse:
    held = dict(request.session.get(SESSION, {}))
    if report.rejected:
        with tempfile.NamedTemporaryFile(dir=uploads.folder(), suffix=".xlsx", delete=False) as target:
            write_rejected(report.rejected, Path(target.name))
            held["rejected"] = Path(target.name).name
    else:
        held.pop("rejected", None)
    if report.kept:
        (uploads.folder() / held.pop("upload", "none")).unlink(missing_ok=True)
    request.session[SESSION] = held
    context = {"title": "导入结果", "report": report, "shown": report.rejected[:50], "name": held.get("name", "")}
    return render(request, "cases/desk/import_report.html", context)


@requires("cases.import")
@require_GET
def case_import_rejected(request: HttpRequest) -> FileResponse:
    """The rows of one's own last import that were not taken, with the reason, ready to mend."""
    path = _held(request, "rejected")
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename="未导入的行.xlsx")
