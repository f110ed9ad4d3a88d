"""The live board asks by itself every ten seconds: a screen left open still signs its user out."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.cases.web.signing import signed_in
from tests.whistle.conftest import Town

from wangge.kernel.access.sessions import SEEN

MINUTE = 60


def idle(client: Client, minutes: int) -> int:
    """The user of ``client`` did something last so many minutes ago; when."""
    session = client.session
    session[SEEN] = at = int(timezone.now().timestamp()) - minutes * MINUTE
    session.save()
    return at


@pytest.mark.parametrize("name", ["whistle_board", "whistle_command_map", "whistle_code", "whistle_code_image"])
def test_a_page_that_renews_itself_is_no_activity(town: Town, name: str, settings: Any) -> None:
    settings.IDLE_TIMEOUT_MINUTES = 30
    code = name.startswith("whistle_code")
    client = signed_in(town.world, "街道老王" if code else "指挥中心小孙")
    address = reverse(name, args=[town.blown().pk] if code else [])
    seen = idle(client, 20)
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 200
    assert client.session[SEEN] == seen
    idle(client, 31)
    answer = client.get(address, headers={"HX-Request": "true", "HX-Current-URL": "/desk/whistle/command/"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/login/?next=/desk/whistle/command/")
    assert SEEN not in client.session


def test_what_the_user_opens_is_activity(town: Town, settings: Any) -> None:
    settings.IDLE_TIMEOUT_MINUTES = 30
    client = signed_in(town.world, "指挥中心小孙")
    for address, headers in (
        (reverse("whistle_command"), {}),
        (reverse("whistle_list"), {"HX-Request": "true"}),
        (reverse("whistle_board"), {"Sec-Fetch-Mode": "navigate"}),
    ):
        seen = idle(client, 20)
        assert client.get(address, headers=headers).status_code == 200
        assert client.session[SEEN] >= seen + 20 * MINUTE
