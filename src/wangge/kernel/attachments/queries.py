"""Reading attachments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import models

from wangge.kernel.attachments.models import Attachment, AttachmentQuerySet


def of(owner: models.Model, *, purpose: str | None = None) -> AttachmentQuerySet:
    """The attachments of ``owner``, oldest first."""
    found = Attachment.objects.current().filter(owner_type=owner._meta.label_lower, owner_id=owner.pk)
    return found if purpose is None else found.filter(purpose=purpose)


def by_owner(model: type[models.Model], ids: Iterable[int]) -> dict[int, list[Attachment]]:
    """The attachments of many owners in one query, for lists; owners without any are missing."""
    found: dict[int, list[Attachment]] = defaultdict(list)
    for attachment in Attachment.objects.current().filter(owner_type=model._meta.label_lower, owner_id__in=list(ids)):
        found[attachment.owner_id].append(attachment)
    return dict(found)
