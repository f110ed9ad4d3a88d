"""No page offers its reader a link that answers "no permission"."""

from __future__ import annotations

import re

import pytest
from django.test import Client, RequestFactory
from tests.cases.conftest import PEOPLE, World, world  # noqa: F401 - the fixture
from tests.cases.web.signing import signed_in

from wangge.kernel.access.routes import opens
from wangge.sites.desk.menu import open_sections
from wangge.sites.field.tabs import open_tabs

HREF = re.compile(r'<a[^>]* href="(/[^"]*)"')


def first_pages(world: World, who: str) -> list[str]:  # noqa: F811
    """Every page of the menu and every tab of the phone that ``who`` is offered."""
    request = RequestFactory().get("/")
    request.user = world[who]
    return [
        *(item.url for section in open_sections(request) for item in section.items),
        *(tab.url for tab in open_tabs(request)),
        "/field/offline/",
    ]


def shut(client: Client, world: World, who: str, page: str) -> set[str]:  # noqa: F811
    """The links of ``page`` that are closed to its reader."""
    response = client.get(page, follow=True)
    assert response.status_code == 200, (who, page)
    links = {link.replace("&amp;", "&") for link in HREF.findall(response.content.decode())}
    return {link for link in links if not link.startswith("/static/") and not opens(world[who], link)}


@pytest.mark.parametrize("who", [*PEOPLE, "外人"])
def test_every_link_of_the_first_pages_opens_to_its_reader(world: World, who: str) -> None:  # noqa: F811
    case = world.dispatched()
    client = signed_in(world, who)
    pages = first_pages(world, who)
    if opens(world[who], f"/desk/cases/{case.pk}/") and client.get(f"/desk/cases/{case.pk}/").status_code == 200:
        pages.append(f"/desk/cases/{case.pk}/")
    assert {page: closed for page in pages if (closed := shut(client, world, who, page))} == {}
