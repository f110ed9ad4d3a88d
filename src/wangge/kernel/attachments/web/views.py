"""Serving one file to somebody who may see it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import BinaryIO, Final

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from wangge.kernel.access.routes import public, to_login
from wangge.kernel.attachments import storage
from wangge.kernel.attachments.models import Attachment
from wangge.kernel.attachments.registry import is_personal, may_fetch
from wangge.kernel.attachments.signing import token_holds
from wangge.kernel.audit.context import Actor, actor_for, bind
from wangge.kernel.audit.recording import record_read

_CHUNK: Final = 256 * 1024
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


@public("凭签名链接可看一个文件；其余须登录，且能看到附件所属的事项")
@require_safe
def serve(request: HttpRequest, identifier: uuid.UUID, variant: str) -> HttpResponseBase:
    """The bytes, or 404 alike for what does not exist and what the user may not see."""
    signed = token_holds(request.GET.get("token", ""), identifier)
    if not signed and not request.user.is_authenticated:
        return to_login(request)
    attachment = Attachment.objects.current().filter(uuid=identifier).first()
    if attachment is None or not (signed or may_fetch(request.user, attachment)):
        raise Http404
    if variant not in storage.VARIANTS or (variant != "original" and not attachment.is_image):
        raise Http404
    stored = variant if variant in attachment.variants else "original"
    personal = is_personal(attachment)
    etag = f'"{attachment.sha256}-{stored}"'
    if personal and variant != "thumb" and request.method == "GET":
        with bind(actor=_reader(request)):
            record_read(attachment, "file")
    if not personal and request.headers.get("If-None-Match") == etag:
        return _with_headers(HttpResponseNotModified(), attachment, etag, personal=personal)
    try:
        handle = storage.path_of(attachment.sha256, stored).open("rb")
    except FileNotFoundError:
        raise Http404 from None  # `wangge attachments check` names it
    content_type = "image/jpeg" if stored != "original" else attachment.content_type
    return _with_headers(_body(request, handle, content_type), attachment, etag, personal=personal)


def _reader(request: HttpRequest) -> Actor:
    if request.user.is_authenticated:
        return actor_for(request.user)
    return Actor("resident", None, "持签名链接者")


def _with_headers(response: HttpResponseBase, attachment: Attachment, etag: str, *, personal: bool) -> HttpResponseBase:
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-store" if personal else "private, max-age=300"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Referrer-Policy"] = "no-referrer"
    # Only pictures, which were re-encoded here, open in the page; everything else is saved.
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=not attachment.is_image, filename=attachment.name
    ) or ("inline" if attachment.is_image else "attachment")
    return response


def _body(request: HttpRequest, handle: BinaryIO, content_type: str) -> HttpResponseBase:
    """The whole file, or the one range asked for (phones play video only from servers that know ranges)."""
    size = handle.seek(0, 2)
    handle.seek(0)
    response: HttpResponseBase
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or not any(asked.groups()):
        response = FileResponse(handle, content_type=content_type)
    else:
        first, last = asked.groups()
        begin = int(first) if first else max(size - int(last), 0)
        end = min(int(last), size - 1) if first and last else size - 1
        if begin > end:
            handle.close()
            response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        else:
            response = StreamingHttpResponse(_part(handle, begin, end), status=206, content_type=content_type)
            response["Content-Range"] = f"bytes {begin}-{end}/{size}"
            response["Content-Length"] = str(end - begin + 1)
    response["Accept-Ranges"] = "bytes"
    return response


def _part(handle: BinaryIO, begin: int, end: int) -> Iterator[bytes]:
    with handle:
        handle.seek(begin)
        left = end - begin + 1
        while left and (chunk := handle.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk
