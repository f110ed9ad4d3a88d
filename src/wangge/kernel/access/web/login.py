"""Login, second factor, logout."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from wangge.kernel.access import addresses, lockout, totp
from wangge.kernel.access.models import User
from wangge.kernel.access.personal import mask_name
from wangge.kernel.access.routes import before_duties, public
from wangge.kernel.access.scopes import holdings
from wangge.kernel.access.sessions import close_session, open_session
from wangge.kernel.access.web.forms import CodeForm, LoginForm
from wangge.kernel.audit.recording import record

PENDING = "wangge_pending_login"  # session key: who passed the password and owes the second factor
PENDING_SECONDS = 300


def safe_next(request: HttpRequest) -> str:
    """Where the user wanted to go, if that is a page of ours; else empty."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    fine = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if fine else ""


def home_of(user: User) -> str:
    """The surface of the user's first role."""
    home = next((held.role.home for held in holdings(user)), "desk")
    pages: dict[str, str] = settings.HOME_PAGES
    return pages.get(home, settings.LOGIN_REDIRECT_URL)


def _failed(request: HttpRequest, username: str, what: str) -> HttpResponse | None:
    """Record a failure and count it; the page to show when that locked the client's address."""
    known = User.objects.filter(username=username).first()
    # What is no account may be a password typed into the wrong field.
    changes = {"username": username if known else mask_name(username), "what": what}
    record("access.user.login_failed", known, changes=changes)
    if getattr(request, "axes_locked_out", False):
        record("access.user.locked", known, changes=changes)
    return _address_locked(request) if addresses.count_failure(request, username) else None


def _address_locked(request: HttpRequest) -> HttpResponse | None:
    until = addresses.locked_until(request)
    return None if until is None else addresses.locked_page(request, until)


def _signed_in(request: HttpRequest, user: User, *, how: str, target: str) -> HttpResponse:
    open_session(request=request, user=user, how=how)
    addresses.forgive(request, user.username)
    return redirect(target or home_of(user))


@public("登录页")
@before_duties
@never_cache
@csrf_protect
@sensitive_post_parameters("password")
def login_page(request: HttpRequest) -> HttpResponse:
    """Account and password; then the second factor for those who have one."""
    target = safe_next(request)
    if request.user.is_authenticated:
        return redirect(target or home_of(request.user))
    if request.method == "POST" and (locked := _address_locked(request)):
        return locked
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        username = form.cleaned_data["username"]
        user = authenticate(request, username=username, password=form.cleaned_data["password"])
        if not isinstance(user, User):
            if locked := _failed(request, username, "密码"):
                return locked
            form.add_error(None, "账号或密码不正确。连续输错会暂时锁定账号。")
        elif totp.is_enabled(user):
            request.session[PENDING] = {"user": user.pk, "at": int(timezone.now().timestamp()), "next": target}
            return redirect("second_factor")
        else:
            return _signed_in(request, user, how="密码", target=target)
    return render(request, "access/login.html", {"form": form, "next": target})


def _pending(request: HttpRequest) -> tuple[User, str] | None:
    held = request.session.get(PENDING)
    if not held or timezone.now().timestamp() - held["at"] > PENDING_SECONDS:
        return None
    user = User.objects.filter(pk=held["user"], is_active=True).first()
    return None if user is None else (user, held["next"])


@public("登录的第二步")
@before_duties
@never_cache
@csrf_protect
@sensitive_post_parameters("code")
def second_factor(request: HttpRequest) -> HttpResponse:
    """The second factor. A wrong code counts towards the lock like a wrong password."""
    pending = _pending(request)
    if pending is None:
        request.session.pop(PENDING, None)
        return redirect("login")
    user, target = pending
    if request.method == "POST" and (locked := _address_locked(request)):
        return locked
    if lockout.is_locked(request, user.username):
        return lockout.locked_page(request, credentials={"username": user.username})
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        how = "密码+动态口令" if totp.accept(user, code) else ""
        if not how and totp.accept_recovery(user, code):
            how = "密码+恢复码"
        if how:
            del request.session[PENDING]
            return _signed_in(request, user, how=how, target=target)
        lockout.count_failure(request, user.username)
        if locked := _failed(request, user.username, "动态口令"):
            return locked
        form.add_error("code", "动态口令不正确或已用过，请等下一个。")
    return render(request, "access/second_factor.html", {"form": form})


@public("退出登录")
@before_duties
@require_POST
def logout_page(request: HttpRequest) -> HttpResponse:
    """Sign out; a POST, so that no picture or link elsewhere can do it."""
    close_session(request=request, reason="退出登录")
    return redirect("login")
