"""The user's own account: password, second factor, recovery codes."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from wangge.kernel.access import actions, factors, lockout, passwords, sessions, totp
from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.routes import before_duties, me, signed_in
from wangge.kernel.access.web.forms import CodeForm, NewPasswordForm
from wangge.kernel.access.web.login import home_of

SECRET = "wangge_totp_secret"  # noqa: S105 (session key: the secret being set up)


@before_duties
@signed_in
@never_cache
@sensitive_post_parameters()
def password_change(request: HttpRequest) -> HttpResponse:
    """A new password; forced when it was given by an administrator or has expired."""
    user = me(request)
    form = NewPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        old_key = request.session.session_key
        actions.change_password(user=user, password=form.cleaned_data["new"], keep_session=old_key)
        update_session_auth_hash(request, user)
        sessions.follow_key(old=old_key, new=request.session.session_key)
        messages.success(request, "密码已修改，其他设备上的登录已退出。")
        return redirect(home_of(user))
    context = {"form": form, "forced": user.must_change_password, "expired": passwords.is_expired(user)}
    return render(request, "access/password_change.html", context)


@before_duties
@signed_in
@never_cache
def totp_page(request: HttpRequest) -> HttpResponse:
    """Set the second factor up; once it is, its state."""
    user = me(request)
    if totp.is_enabled(user):
        unused = user.recovery_codes.filter(used_at__isnull=True).count()
        context = {"unused": unused, "form": CodeForm(), "required": totp.is_required(user)}
        return render(request, "access/totp.html", context)
    secret = request.session.setdefault(SECRET, totp.new_secret())
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = factors.enable_totp(user=user, secret=secret, code=form.cleaned_data["code"])
        except AccessError as error:
            form.add_error("code", str(error))
        else:
            del request.session[SECRET]
            return render(request, "access/recovery_codes.html", {"codes": codes})
    spaced = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    context = {"form": form, "secret": spaced, "required": totp.is_required(user)}
    return render(request, "access/totp_setup.html", context)


@before_duties
@signed_in
@never_cache
@require_GET
def totp_picture(request: HttpRequest) -> HttpResponse:
    """The QR picture of the secret being set up; gone as soon as it is confirmed."""
    secret = request.session.get(SECRET)
    if not secret or totp.is_enabled(me(request)):
        raise Http404
    return HttpResponse(totp.qr_svg(totp.address_of(me(request), secret)), content_type="image/svg+xml")


@signed_in
@never_cache
@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes against a code of the authenticator."""
    if lockout.is_locked(request, me(request).username):
        return lockout.locked_page(request, credentials={"username": me(request).username})
    try:
        codes = factors.renew_recovery_codes(user=me(request), code=request.POST.get("code", ""))
    except AccessError as error:
        lockout.count_failure(request, me(request).username)
        messages.error(request, str(error))
        return redirect("totp")
    return render(request, "access/recovery_codes.html", {"codes": codes})


@signed_in
@never_cache
@require_POST
def totp_disable(request: HttpRequest) -> HttpResponse:
    """Switch the second factor off, where no role demands it."""
    if lockout.is_locked(request, me(request).username):
        return lockout.locked_page(request, credentials={"username": me(request).username})
    try:
        factors.disable_totp(user=me(request), code=request.POST.get("code", ""))
    except AccessError as error:
        lockout.count_failure(request, me(request).username)
        messages.error(request, str(error))
    else:
        messages.success(request, "动态口令已停用。")
    return redirect("totp")
