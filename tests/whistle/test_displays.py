"""The keys of wall screens: who makes and ends them, and what makes a key worth nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.cases.conftest import DISTRICT, LONG_AGO, OTHER_STREET, STREET
from tests.whistle.conftest import Town, again

from wangge.kernel.access.models import Grant, User
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.flow import NotPermitted, Refused
from wangge.whistle import displays
from wangge.whistle.enums import DisplayState
from wangge.whistle.models import Display
from wangge.whistle.moving import follow_places


def made(town: Town, who: str = "指挥中心小孙", path: str = DISTRICT, days: int = 7) -> tuple[Display, str]:
    return displays.add_display(name="指挥大厅东墙", path=path, days=days, by=town[who])


def test_the_key_is_found_again_and_kept_nowhere(town: Town) -> None:
    display, key = made(town)
    assert displays.find(key) == display
    assert displays.find(key[:-1]) is None
    stored = [bytes(row) for row in Display.objects.values_list("digest", flat=True)]
    assert key.encode() not in stored
    assert not AuditEntry.objects.filter(changes__icontains=key).exists()
    assert (display.hint, display.expires_at - display.made_at) == (key[-4:], timedelta(days=7))


@pytest.mark.parametrize("who", ["街道老王", "住建小周", "系统管理员"])
def test_who_commands_nothing_makes_none(town: Town, who: str) -> None:
    with pytest.raises(NotPermitted):
        made(town, who, STREET)
    assert Display.objects.count() == 0


def test_a_street_makes_none_of_the_district_or_of_another_street(town: Town) -> None:
    for path in (DISTRICT, OTHER_STREET, "1502"):
        with pytest.raises(NotPermitted):
            made(town, "副主任小高", path)
    made(town, "副主任小高", STREET)
    assert Display.objects.get().path == STREET


@pytest.mark.parametrize("given", [{"days": 31}, {"days": 0}, {"name": " "}])
def test_what_is_wrong_is_refused(town: Town, given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        displays.add_display(**({"name": "东墙", "path": DISTRICT, "days": 7, "by": town["区长"]} | given))  # type: ignore[arg-type]


def test_a_key_ends_by_time_by_hand_and_with_the_right_of_its_maker(town: Town) -> None:
    now = timezone.now()
    display, _ = made(town)
    assert displays.state_of(display, now) == DisplayState.OPEN
    assert displays.state_of(display, now + timedelta(days=7, minutes=1)) == DisplayState.EXPIRED
    grant = Grant.objects.get(user=town["指挥中心小孙"])
    grant.valid_to = timezone.localdate()
    grant.save()
    assert displays.state_of(again(display), now) == DisplayState.ORPHANED
    grant.valid_to = None
    grant.save()
    User.objects.filter(pk=display.made_by_id).update(is_active=False)
    assert displays.state_of(again(display), now) == DisplayState.ORPHANED
    displays.end_display(display=display, by=town["区长"], reason="大屏拆除")
    assert displays.state_of(again(display), now) == DisplayState.ENDED
    with pytest.raises(Refused):
        displays.end_display(display=display, by=town["区长"], reason="大屏拆除")


def test_another_street_neither_sees_nor_ends_it(town: Town) -> None:
    display, _ = made(town, "副主任小高", STREET)
    assert list(displays.visible(town["外街主任"])) == []
    with pytest.raises(NotPermitted):
        displays.end_display(display=display, by=town["外街主任"], reason="越权停用")
    assert list(displays.visible(town["区长"])) == [display]
    assert again(display).ended_at is None


def test_the_states_of_many_cost_as_much_as_those_of_one(town: Town) -> None:
    for who in ("指挥中心小孙", "指挥中心小丁", "区长"):
        made(town, who)
    User.objects.filter(pk=town["指挥中心小丁"].pk).update(is_active=False)
    rows = list(Display.objects.select_related("made_by").order_by("pk"))
    with CaptureQueriesContext(
        connection,
    ) as ran:
        found = displays.states(rows, timezone.now())
    assert len(ran) == 1
    assert [state.value for state in found.values()] == ["open", "orphaned", "open"]


def test_a_grant_over_or_of_another_role_is_no_right(town: Town) -> None:
    user = User.objects.create_user("w_gone", display_name="调走的老陈")
    for role, until in (("command_centre", timezone.localdate()), ("hotline_leader", None)):
        Grant.objects.create(user=user, role=role, path=DISTRICT, valid_from=LONG_AGO, valid_to=until)
    display, _ = made(town)
    display.made_by = user
    assert displays.states([display], timezone.now()) == {display.pk: DisplayState.ORPHANED}


def test_a_screen_follows_its_place(town: Town) -> None:
    display, _ = made(town, "副主任小高", STREET)
    follow_places(moves={STREET: "150203099"}, on=timezone.localdate())
    assert again(display).path == "150203099"


def test_when_it_was_shown_is_written_once_a_minute(town: Town) -> None:
    display, now = made(town)[0], timezone.now()
    displays.note_shown(display, now)
    displays.note_shown(again(display), now + timedelta(seconds=50))
    assert again(display).shown_at == now
    displays.note_shown(again(display), now + timedelta(seconds=61))
    assert again(display).shown_at == now + timedelta(seconds=61)
