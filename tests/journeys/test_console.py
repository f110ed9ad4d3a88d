"""Every page that a person may open, opened in a real browser: the console stays silent, nothing breaks the content
security policy, nothing is wider than the window."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.browsing import DESK, PHONE
from tests.cases.conftest import World
from tests.journeys.conftest import Town
from tests.security.addresses import routes

from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case
from wangge.kernel.access.routes import access_of
from wangge.kernel.access.scopes import permissions

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PEOPLE = ("热线班长", "街道老王", "社区小陈", "网格员小李", "区领导", "审计小吴")
# No page for a browser window: data, pictures, probes, the way out.
NOT_PAGES = ("api-v1", "open311", "metrics", "healthz", "readyz", "logout", "totp_picture", "field_worker", "territory")

# Address → whether it is only pressed, never opened: the same for everybody.
PRESSED: dict[str, bool] = {}


def pages(world: World, who: str) -> list[str]:
    """The addresses without parameters that ``who`` may open, and the pages of one case."""
    held = permissions(world[who])
    found = []
    for route in routes():
        access = access_of(route.view)
        if route.parameters or access is None or route.name.startswith(NOT_PAGES) or route.closed_to(held):
            continue
        url = reverse(route.name)
        if not url.endswith((".json", ".geojson", ".js", ".svg", ".csv")):
            found.append(url)
    for case in Case.objects.order_by("pk")[:1] if "cases.read" in held else ():
        found += [reverse("case_detail", args=[case.pk]), reverse("case_print", args=[case.pk])]
        if "field.use" in held:
            found.append(reverse("field_case", args=[case.pk]))
    return found


@pytest.mark.parametrize("who", PEOPLE)
def test_no_page_makes_the_console_complain_or_is_too_wide(town: Town, who: str) -> None:
    flow = CaseFlow(town.world.dispatched(), town.world["街道老王"])
    flow.sign()
    size = PHONE if who == "网格员小李" else DESK
    page = town.phone(who) if size is PHONE else town.desk(who)
    wide = []
    for url in pages(town.world, who):
        if url not in PRESSED:  # asked of the first who may open it
            PRESSED[url] = page.request.get(url).status == 405
        if PRESSED[url]:
            continue
        answer = page.goto(url, wait_until="load")
        if answer is None or answer.status >= 500:
            town.complaints.append(f"{url}: {answer.status if answer else 'no answer'}")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"] and url.startswith("/field/" if size is PHONE else "/desk/") and "print" not in url:
            wide.append((url, width))
    assert wide == []
    assert town.complaints == []
