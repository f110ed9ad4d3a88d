"""Keeping and promoting models; giving and ending permits."""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from wangge.duties import snapshot
from wangge.insight.classifier import Model
from wangge.insight.learning import policy, training
from wangge.insight.learning.enums import ModelState
from wangge.insight.learning.models import DispatchPermit, KindModel, KindModelFile
from wangge.insight.modelfile import load, save
from wangge.kernel.access.models import User
from wangge.kernel.audit.recording import record

BETTER: Final = 0.002  # of macro-F1: less is chance
TRUE_ENOUGH: Final = 0.15  # calibration error above which confidence would mislead
FILES_KEPT: Final = 3
LOWEST: Final = 0.8


def champion(path: str) -> tuple[KindModel, Model] | None:
    """The model in use for a place, loaded."""
    row = KindModel.objects.filter(path=path, state=ModelState.ACTIVE).select_related("file").first()
    return (row, unpacked(bytes(row.file.content))) if row is not None else None


def unpacked(content: bytes) -> Model:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model"
        file.write_bytes(content)
        return load(file)


def packed(model: Model) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model"
        save(model, file)
        return file.read_bytes()


def retrain(*, path: str, now: datetime) -> KindModel:
    """Teach a new model by the closed cases below ``path``; it is used from now on only when it is better.

    Raises:
        TooLittle: not enough cases yet.
    """
    before = champion(path)
    trained = training.teach(training.lessons(path, now), before[1] if before else None)
    return keep(path=path, trained=trained, now=now)


@transaction.atomic
def keep(*, path: str, trained: training.Trained, now: datetime) -> KindModel:
    """The row of a training; promoted when better than the model in use on the same held-back cases."""
    active = KindModel.objects.select_for_update().filter(path=path, state=ModelState.ACTIVE).first()
    note = verdict(trained)
    row = KindModel(
        path=path,
        state=ModelState.WORSE if note else ModelState.ACTIVE,
        rows=trained.rows,
        held_rows=trained.held,
        classes=len(trained.model.classes),
        macro_f1=trained.measured.macro_f1,
        accuracy=trained.measured.accuracy,
        calibration_error=trained.measured.calibration_error,
        before_f1=trained.before.macro_f1 if trained.before else None,
        reliability=trained.reliability,
        note=note,
        seconds=round(trained.seconds, 1),
        trained_at=now,
    )
    if note:
        row.save()
        record("learning.kind_model.train", row, changes={"macro_f1": [row.before_f1, row.macro_f1]})
        return row
    if active is not None:
        active.state = ModelState.RETIRED
        active.save(update_fields=["state"])
    row.promoted_at = now
    row.save()
    KindModelFile.objects.create(model=row, content=packed(trained.model))
    old = KindModel.objects.filter(path=path, file__isnull=False).order_by("-promoted_at").values_list("pk", flat=True)
    KindModelFile.objects.filter(pk__in=list(old[FILES_KEPT:])).delete()
    record("learning.kind_model.promote", row, changes={"macro_f1": [row.before_f1, row.macro_f1]})
    return row


def verdict(trained: training.Trained) -> str:
    """Why a training is not used; empty when it is."""
    if trained.measured.calibration_error > TRUE_ENOUGH:
        return f"置信误差{trained.measured.calibration_error:.2f}太大"
    if trained.before is not None and trained.measured.macro_f1 < trained.before.macro_f1 + BETTER:
        return f"在同一批检验事项上，原模型为{trained.before.macro_f1:.3f}，新模型没有更好"
    return ""


@transaction.atomic
def permit(*, path: str, kind_code: str, confidence: float, valid_from: date, basis: str, by: User) -> DispatchPermit:
    """Let the model dispatch one kind at one place alone when it is so sure.

    Raises:
        PermissionDenied: not theirs to allow.
        ValidationError: no leaf, too low, no basis, or there is one already.
    """
    if not policy.may_permit(by, path):
        raise PermissionDenied("您不能许可在这里自动派单。")
    held = snapshot.current()
    if not any(kind.code == kind_code for kind in held.current_leaves()):
        raise ValidationError({"kind_code": ["请选择最末一级的类别。"]})
    if not LOWEST <= confidence <= 1:
        raise ValidationError({"confidence": ["最低把握应在80%至100%之间。"]})
    if len(basis.strip()) < 4:
        raise ValidationError({"basis": ["请写明依据（至少4个字）。"]})
    if DispatchPermit.objects.filter(path=path, kind_code=kind_code, valid_to__isnull=True).exists():
        raise ValidationError("该类别在这里已有许可，请先终止。")
    row = DispatchPermit.objects.create(
        path=path,
        kind_code=kind_code,
        confidence=confidence,
        valid_from=valid_from,
        basis=basis.strip(),
        given_by_id=by.pk,
    )
    record("learning.permit.give", row, changes={"kind_code": [None, kind_code], "confidence": [None, confidence]})
    return row


@transaction.atomic
def end_permit(*, row: DispatchPermit, on: date, by: User) -> DispatchPermit:
    """End a permit; from ``on`` every case of the kind waits for a person again."""
    held: DispatchPermit = DispatchPermit.objects.select_for_update().get(pk=row.pk)
    if not policy.may_permit(by, held.path):
        raise PermissionDenied("您不能终止这条许可。")
    if held.valid_to is None:
        held.valid_to = max(on, held.valid_from)
        held.save(update_fields=["valid_to"])
        record("learning.permit.end", held, changes={"valid_to": [None, held.valid_to]})
    return held
