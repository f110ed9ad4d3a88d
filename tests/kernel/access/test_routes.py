"""Whether a link leads its reader anywhere."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from tests.kernel.access.conftest import MakeUser

from wangge.kernel.access.routes import opens

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "open_to"),
    [
        ("/desk/whistle/7/", {"whistle"}),
        ("/desk/cases/7/?tab=1#who", {"whistle", "hotline"}),
        ("/field/me/", {"whistle", "hotline", "nobody"}),
        ("/r/", {"whistle", "hotline", "nobody", "stranger"}),
        ("/no/such/page/", set()),
    ],
)
def test_a_link_opens_to_those_whom_its_route_lets_in(make: MakeUser, address: str, open_to: set[str]) -> None:
    people = {
        "whistle": make("街道书记", "street_secretary", "150203001"),
        "hotline": make("热线班长", "hotline_leader", "150203"),
        "nobody": make("外人"),
        "stranger": AnonymousUser(),
    }
    assert {name for name, user in people.items() if opens(user, address)} == open_to
