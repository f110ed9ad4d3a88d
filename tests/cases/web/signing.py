"""Signing people of the small district in, with the second factor their role asks for."""

from __future__ import annotations

from django.test import Client
from django.utils import timezone
from tests.cases.conftest import World

from wangge.kernel.access import totp
from wangge.kernel.access.models import User


def signed_in(world: World, name: str) -> Client:
    """A client of the person called ``name``."""
    user = world[name]
    if not totp.is_enabled(user):
        User.objects.filter(pk=user.pk).update(totp_secret=totp.new_secret(), totp_confirmed_at=timezone.now())
    client = Client()
    client.force_login(world[name])
    return client
