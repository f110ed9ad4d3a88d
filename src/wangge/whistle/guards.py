"""Why a step cannot be taken now, in words for the person who wants to take it. Used by the flows."""

from __future__ import annotations

from collections.abc import Iterable

from wangge.kernel.flow import Flow
from wangge.organization import queries as organization
from wangge.whistle.enums import LIVE_SUMMONS, Role, SummonsState, WhistleKind, WhistleState
from wangge.whistle.models import CitedItem, Summons, Whistle

# -- of a whistle ----------------------------------------------------------------------------------


def more_than_the_street(items: Iterable[CitedItem]) -> str | None:
    """G09, C04: what the street's own list covers alone is the street's own to do."""
    cited = list(items)
    if not cited:
        return "吹哨须有据：请至少引用一条清单条目（C04）。"
    if all(one.own for one in cited):
        names = "、".join(one.text for one in cited)
        return f"所引条目（{names}）都在街道自己的清单内，应由街道自行办理，不能吹哨；请引用需要部门履行的条目。"
    return None


def has_grounds(flow: Flow[Whistle]) -> str | None:
    return more_than_the_street(flow.obj.items.all())


def somebody_is_called(flow: Flow[Whistle]) -> str | None:
    called = list(flow.obj.summonses.exclude(state=SummonsState.RELEASED))
    if not called:
        return "请至少选择一个被吹单位。"
    if not any(one.role == Role.LEAD for one in called):
        return "请指定一个主办单位。"
    return None


def is_hard(flow: Flow[Whistle]) -> str | None:
    return None if flow.obj.kind == WhistleKind.HARD else "只有攻坚克难哨需要书记和主任共同签发。"


def not_hard(flow: Flow[Whistle]) -> str | None:
    return "攻坚克难哨须由党工委书记和办事处主任共同签发。" if flow.obj.kind == WhistleKind.HARD else None


def not_signed_as_secretary(flow: Flow[Whistle]) -> str | None:
    if flow.obj.secretary_id is not None:
        return "书记已签发，等待主任签发。"
    return _not_the_same(flow, flow.obj.director_id)


def not_signed_as_director(flow: Flow[Whistle]) -> str | None:
    if flow.obj.director_id is not None:
        return "主任已签发，等待书记签发。"
    return _not_the_same(flow, flow.obj.secretary_id)


def _not_the_same(flow: Flow[Whistle], other: int | None) -> str | None:
    if flow.user is not None and other == flow.user.pk:
        return "书记和主任须由两人分别签发，您已经签过一次。"
    return None


def everything_checked(flow: Flow[Whistle]) -> str | None:
    waiting = flow.obj.summonses.filter(state__in=LIVE_SUMMONS).values_list("office_id", flat=True)
    if waiting:
        return f"尚未全部销项：{'、'.join(organization.names(list(waiting)).values())}。"
    return None


# -- of a summons ----------------------------------------------------------------------------------


def whistle_runs(flow: Flow[Summons]) -> str | None:
    whistle = flow.obj.whistle
    if whistle.state == WhistleState.RUNNING:
        return None
    until = f"至{whistle.suspended_until_on}" if whistle.suspended_until_on else ""
    return f"该哨当前为“{whistle.get_state_display()}”{until}，暂不能办理。"


def not_designated(flow: Flow[Summons]) -> str | None:
    return "本单位由区指挥中心指定，不得再次提出异议。" if flow.obj.designated else None


def plan_is_there(flow: Flow[Summons]) -> str | None:
    if flow.obj.state == SummonsState.ARRIVED and flow.obj.whistle.kind != WhistleKind.EMERGENCY:
        return "请先提交处置方案。"
    return None


def assists_reported(flow: Flow[Summons]) -> str | None:
    """The lead answers for the whole: after the others（A19）."""
    if flow.obj.role != Role.LEAD:
        return None
    late = Summons.objects.filter(whistle_id=flow.obj.whistle_id, role=Role.ASSIST).exclude(
        state__in=[SummonsState.REPORTED, SummonsState.DONE, SummonsState.RELEASED]
    )
    names = organization.names(list(late.values_list("office_id", flat=True)))
    return f"协办单位尚未反馈：{'、'.join(names.values())}。" if names else None


def somebody_else(flow: Flow[Summons]) -> str | None:
    own = flow.user is not None and flow.obj.handled_by_id == flow.user.pk
    return "核实人不能是办理人本人，请由其他人员核实。" if own else None
