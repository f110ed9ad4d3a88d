"""The small district, and replies to its cases."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from tests.cases.conftest import World, world  # noqa: F401 - the fixture

from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case

GOOD = (
    "张女士您好，您反映小区东门垃圾三天没有清运。我中心11月3日上午到友谊大街1号院现场核实，情况属实，"
    "系清运车辆故障所致，当日16时已清运完毕。今后每天8时前清运一次，如有延误请拨打0472-2111111。"
)
EMPTY = "网友您好，您的留言已收悉，感谢您对我们工作的支持和理解，祝您生活愉快！"
COPY = "您好，经研究，您反映的情况我单位已安排专人跟进，相关工作人员到现场做了全面细致的排查和整改，欢迎继续监督。"


def replied(world: World, text: str, **given: object) -> Case:  # noqa: F811
    """A case answered by the street's centre with ``text``."""
    case = world.dispatched(**given)
    wang = world["街道老王"]
    CaseFlow(case, wang).sign()
    CaseFlow(case, wang).reply(text=text, contacted="phone", note="已联系")
    return case


def soon() -> object:
    return timezone.now() + timedelta(minutes=5)
