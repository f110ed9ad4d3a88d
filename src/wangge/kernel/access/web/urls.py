"""Routes of login, the user's own account, and the administrators."""

from __future__ import annotations

from django.urls import path

from wangge.kernel.access.web import account, accounts, audit, lists, login

urlpatterns = [
    path("login/", login.login_page, name="login"),
    path("login/code/", login.second_factor, name="second_factor"),
    path("logout/", login.logout_page, name="logout"),
    path("account/password/", account.password_change, name="password_change"),
    path("account/totp/", account.totp_page, name="totp"),
    path("account/totp/picture.svg", account.totp_picture, name="totp_picture"),
    path("account/totp/disable/", account.totp_disable, name="totp_disable"),
    path("account/recovery-codes/", account.recovery_codes, name="recovery_codes"),
    path("admin/accounts/", lists.user_list, name="user_list"),
    path("admin/accounts/new/", accounts.user_create, name="user_create"),
    path("admin/accounts/<int:pk>/", accounts.user_detail, name="user_detail"),
    path("admin/accounts/<int:pk>/reset/", accounts.user_reset, name="user_reset"),
    path("admin/accounts/<int:pk>/reset-totp/", accounts.user_reset_totp, name="user_reset_totp"),
    path("admin/accounts/<int:pk>/unlock/", accounts.user_unlock, name="user_unlock"),
    path("admin/accounts/<int:pk>/end/", accounts.user_end, name="user_end"),
    path("admin/accounts/<int:pk>/grants/", accounts.grant_create, name="grant_create"),
    path("admin/accounts/<int:pk>/grants/<int:grant>/end/", accounts.grant_end, name="grant_end"),
    path("admin/addresses/", lists.address_locks, name="address_locks"),
    path("admin/audit/", audit.audit_list, name="audit_list"),
]
