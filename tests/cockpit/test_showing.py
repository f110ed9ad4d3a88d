"""A page is made for a place and read by several people: what a reader may not open is told without a link."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import DISTRICT, World
from tests.cases.web.signing import signed_in
from tests.cockpit.test_actions import a_whistle

from wangge.cockpit import actions, sending, showing
from wangge.cockpit.models import Brief
from wangge.whistle.models import Summons


def objected(town: World) -> Brief:
    """The district's page, which asks who is to handle a whistle."""
    Summons.objects.create(whistle=a_whistle(town), office=town.offices["housing"], role="lead", state="objected")
    actions.make_due(now=timezone.make_aware(datetime.combine(timezone.localdate(), time(7))))
    return Brief.objects.get(path=DISTRICT, office=None)


def test_the_question_is_a_link_to_those_who_open_whistles_and_text_to_others(town: World) -> None:
    brief = objected(town)
    told = brief.content["decide"]
    for who, linked in (("区委老刘", True), ("热线班长", False)):
        client = signed_in(town, who)
        page = client.get(reverse("brief_detail", args=[brief.pk])).content.decode()
        assert (told["title"] in page, f'href="{told["url"]}"' in page) == (True, linked), who
        assert (client.get(told["url"]).status_code == 403) is not linked


def test_the_mail_follows_its_reader(town: World, settings: Any) -> None:
    settings.PUBLIC_URL = "https://wangge.example.cn"
    brief = objected(town)
    for who, linked in (("区委老刘", True), ("热线班长", False)):
        found = sending.mail(brief, "a@example.cn", 1, town[who])
        html = str(found.alternatives[0][0])
        assert (brief.content["decide"]["url"] in f"{found.body}{html}") is linked


def test_a_rising_topic_is_a_link_to_those_who_read_topics(town: World) -> None:
    brief = objected(town)
    rise = {
        "name": "热点“扰民”",
        "text": "9件",
        "url": "/desk/insight/topics/1/",
        "cases_url": "/desk/insight/topics/1/cases/",
    }
    brief.content["rose"] = [rise]
    linked = [
        (one["url"], one["cases_url"])
        for who in ("区委老刘", "社区书记")
        for one in showing.context(brief, town[who])["rose"]
    ]
    assert linked == [(rise["url"], rise["cases_url"]), ("", "")]
    assert showing.context(brief)["rose"] == [rise]
