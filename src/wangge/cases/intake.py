"""One press at the desk: file a matter and do the first thing with it, both or neither."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction

from wangge.cases.actions import dispatch_by_list, file_case
from wangge.cases.enums import CaseState, Disposition
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case
from wangge.kernel.attachments.actions import prepare

# What may follow the filing, and the button that says it.
THEN: Final = {
    "dispatch": "登记并派单",
    "file": "登记",
    "answer": "直接答复",
    "decline": "不予派单",
    "link": "登记并并案",
}


def take_in(
    *,
    then: str,
    by: Any,
    told: str = "",
    disposition: str = "",
    root: Case | None = None,
    files: Sequence[File[bytes]] = (),
    **filing: Any,
) -> Case:
    """File a matter (``filing`` goes to ``file_case``) and take the first step with it.

    ``then`` is a key of ``THEN``. ``told`` is the answer, or what the caller is told when it is not dispatched.
    Raises ``ValidationError``, ``CannotDispatch`` or a flow error; then nothing is filed.
    """
    if then not in THEN:
        raise ValidationError("请选择登记后的处理方式。")
    prepared = [prepare(file) for file in files]
    with transaction.atomic():
        case = file_case(by=by, files=prepared, **filing)
        if case.state != CaseState.RECEIVED:
            return case  # the same press, a moment earlier
        if then == "dispatch":
            dispatch_by_list(case=case, by=by)
        elif then == "answer":
            CaseFlow(case, by).answer(reply=told)
        elif then == "decline":
            label = Disposition(disposition).label if disposition in Disposition.values else ""
            CaseFlow(case, by).decline(disposition=disposition, told=told, reason=label)
        elif then == "link":
            if root is None:
                raise ValidationError("请选择要并入的事项。")
            CaseFlow(case, by).link(root=root)
    return case
