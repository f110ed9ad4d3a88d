"""The roles of a district, composed from the modules' permissions. Structure, hence code.

``PERMISSIONS`` is the documented table of every permission; a role may hold no other. How far a role
reaches is its ``Reach``: over a place (every row below the grant's path), for an office (rows the office
is part of), or no domain row at all. Grants of place roles carry the office too, so that a person acts
*for* an office *over* a place.

System, security and audit administrators exclude each other (GB/T 22239-2019, level 3): the first keeps
the machine running, the second gives rights, the third watches both; none of them sees a case.
They, and roles that may read a full phone or name, need a second factor.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from wangge.kernel.access.roles import Reach, Role

PERMISSIONS: Final[dict[str, str]] = {
    # access, audit, api, config: the three administrators
    "access.accounts": "建立、停用账号，重置密码",
    "access.grants": "授予和收回角色",
    "access.export": "导出账号名单",
    "audit.read": "查看和校验审计记录",
    "audit.export": "导出审计记录",
    "api.manage": "管理接入系统、令牌和回调",
    "config.manage": "管理系统参数、工作日历和任务",
    # territory, organization, duties
    "territory.read": "查看区划、网格和地图",
    "territory.manage": "维护区划、网格和地名",
    "organization.read": "查看机构和人员",
    "organization.manage": "设立、调整机构，管理人员",
    "duties.read": "查看清单和职责",
    "duties.manage": "维护清单、类别和时限",
    # Cases are read.
    "cases.read": "查看事项",
    "cases.read_requester": "查看诉求人（脱敏）",
    "cases.unmask_requester": "查看诉求人完整信息（须说明理由，留痕）",
    "cases.export": "导出列表",
    "cases.print": "打印工单",
    # They come in and are dispatched.
    "cases.create": "登记事项",
    "cases.import": "批量导入工单",
    "cases.suggest": "提出建议（两代表一委员）",
    "cases.answer": "直接答复或不予派单",
    "cases.dispatch": "派单",
    "cases.review_return": "审核退单",
    "cases.link": "并案、取消并案",
    # Offices handle them.
    "cases.sign": "签收",
    "cases.contact": "联系诉求人并登记",
    "cases.return": "退单",
    "cases.assign": "交办",
    "cases.handle": "办理、反馈",
    "cases.reply": "答复",
    "cases.request": "申请延期、挂账、协调、剔除",
    # They are checked, closed and supervised.
    "cases.check": "现场核查",
    "cases.callback": "回访",
    "cases.rework": "退回重办",
    "cases.close": "结案",
    "cases.reopen": "重新办理",
    "cases.archive": "归档",
    "cases.review_request": "审批申请",
    "cases.exclude": "剔除考核",
    "cases.supervise": "督办",
    "cases.escalate": "提级",
    # insight
    "insight.read": "查看热点、预警和预测",
    "replies.read": "查看答复质检",
    "governance.read": "查看治理任务",
    "governance.manage": "提出、批准、验收治理任务，安排每月一题",
    "governance.handle": "办理治理任务（方案、清单）",
    "insight.manage": "整理热点（更名、并入、不作热点）、阅示预警",
    # Whistles: a street calls departments, they report for duty.
    "whistle.read": "查看吹哨",
    "whistle.draft": "起草吹哨",
    "whistle.blow": "签发工作推进哨",
    "whistle.emergency": "签发应急哨",
    "whistle.sign_secretary": "以党工委书记签发攻坚克难哨",
    "whistle.sign_director": "以办事处主任签发攻坚克难哨",
    "whistle.handle": "报到、处置、反馈",
    "whistle.object": "对吹哨提出异议",
    "whistle.check": "确认到场，逐项核实",
    "whistle.close": "销哨",
    "whistle.rate": "评价部门",
    "whistle.decide": "裁定异议，指定承办",
    "whistle.suspend": "挂起、恢复吹哨",
    "whistle.meet": "召开协调会，议定任务",
    "whistle.judge": "研判吹哨是否合理（部门）",
    "whistle.judge_final": "研判吹哨是否合理（区指挥中心）",
    "whistle.appeal": "对评价申诉",
    "whistle.decide_appeal": "裁定申诉",
    "whistle.command": "吹哨指挥台",
    "whistle.switch": "平急转化",
    "whistle.export": "导出吹哨",
    # assessment
    "assessment.read": "查看考核排名、指标和得分说明",
    "assessment.appeal": "为本单位申诉",
    "assessment.close": "关账、公布、更正，治理类街乡镇",
    "assessment.decide": "裁定单位的申诉",
    "assessment.manage": "维护指标口径、考核方案和考核规则",
    "assessment.evaluate": "以街道评议部门",
    "assessment.own": "查看本人考核单并申诉",
    "assessment.review_workers": "裁定网格员的申诉",
    # surfaces
    "cockpit.read": "查看驾驶舱",
    "field.use": "使用移动端",
}

# What everybody who works with matters needs: where things are, who is who, whose duty it is.
LOOK_UP: Final = ("territory.read", "organization.read", "duties.read")
ON_PAPER: Final = ("cases.export", "cases.print")
ASSESSED: Final = ("assessment.read", "assessment.appeal")
ASSESSING: Final = ("assessment.read", "assessment.close", "assessment.decide", "assessment.manage")
HANDLE: Final = (
    "governance.read",
    "governance.handle",
    "cases.read",
    "cases.read_requester",
    "cases.sign",
    "cases.contact",
    "cases.return",
    "cases.handle",
    "cases.reply",
    "cases.request",
    *ON_PAPER,
)
LEAD: Final = (
    "cases.read",
    "cases.supervise",
    "cockpit.read",
    "insight.read",
    "replies.read",
    "governance.read",
    *ON_PAPER,
)
DESK_OF_12345: Final = (
    "cases.read",
    "cases.read_requester",
    "cases.unmask_requester",
    "cases.create",
    "cases.answer",
    "cases.dispatch",
    "cases.callback",
    "cases.link",
    "cases.close",
    *ON_PAPER,
)
STREET_DESK: Final = (
    *HANDLE,
    "cases.create",
    "cases.answer",
    "cases.dispatch",
    "cases.assign",
    "cases.check",
    "cases.link",
)

WHISTLE_STREET: Final = (
    "whistle.read",
    "whistle.draft",
    "whistle.emergency",
    "whistle.check",
    "whistle.close",
    "whistle.rate",
    "whistle.export",
)
WHISTLE_STREET_LEAD: Final = (*WHISTLE_STREET, "whistle.blow", "whistle.command", "whistle.switch")
WHISTLE_DEPARTMENT: Final = (
    "whistle.read",
    "whistle.handle",
    "whistle.object",
    "whistle.judge",
    "whistle.appeal",
    "whistle.export",
)
WHISTLE_DISTRICT: Final = (
    "whistle.read",
    "whistle.suspend",
    "whistle.meet",
    "whistle.decide_appeal",
    "whistle.command",
    "whistle.switch",
    "whistle.export",
)


def _role(code: str, label: str, *permissions: Iterable[str], reach: Reach = Reach.PATH, home: str = "desk") -> Role:
    held = frozenset(p for group in permissions for p in group)
    return Role(code, label, held, reach=reach, home=home, totp_required="cases.unmask_requester" in held)


def _administrator(code: str, label: str, separation: str, *permissions: str) -> Role:
    return Role(code, label, frozenset(permissions), reach=Reach.NONE, separation=separation, totp_required=True)


_ALL: Final = (
    # 三员
    _administrator("system_admin", "系统管理员", "system", "access.accounts", "api.manage", "config.manage"),
    _administrator("security_admin", "安全管理员", "security", "access.grants", "access.export"),
    _administrator("audit_admin", "审计管理员", "audit", "audit.read", "audit.export"),
    # 热线
    _role("hotline_dispatcher", "话务派单员", DESK_OF_12345, LOOK_UP),
    _role(
        "hotline_leader",
        "热线负责人",
        DESK_OF_12345,
        LEAD,
        LOOK_UP,
        (
            "cases.review_return",
            "cases.review_request",
            "cases.exclude",
            "cases.reopen",
            "cases.rework",
            "cases.escalate",
            "cases.archive",
            "cases.import",
            "insight.manage",
            "governance.manage",
        ),
    ),
    # 区级
    _role(
        "district_leader",
        "区领导",
        LEAD,
        LOOK_UP,
        WHISTLE_DISTRICT,
        ("insight.manage", "governance.manage", "assessment.read"),
    ),
    _role(
        "command_centre",
        "区指挥中心",
        LEAD,
        LOOK_UP,
        WHISTLE_DISTRICT,
        ASSESSING,
        ("whistle.decide", "whistle.judge_final"),
        (
            "cases.create",
            "cases.answer",
            "cases.dispatch",
            "cases.link",
            "cases.review_return",
            "cases.review_request",
            "cases.escalate",
            "cases.check",
            "cases.rework",
            "cases.close",
            "cases.reopen",
            "cases.archive",
            "cases.import",
            "insight.manage",
            "governance.manage",
        ),
    ),
    _role(
        "department_clerk",
        "区直部门承办人",
        HANDLE,
        LOOK_UP,
        WHISTLE_DEPARTMENT,
        ASSESSED,
        ("cases.assign",),
        reach=Reach.OFFICE,
    ),
    _role(
        "department_leader",
        "区直部门负责人",
        HANDLE,
        LOOK_UP,
        WHISTLE_DEPARTMENT,
        ASSESSED,
        ("cases.assign", "cockpit.read", "replies.read"),
        reach=Reach.OFFICE,
    ),
    # 街道
    _role("street_dispatcher", "街道指挥中心派单员", STREET_DESK, LOOK_UP, WHISTLE_STREET, ASSESSED),
    *(
        _role(
            code,
            label,
            LEAD,
            LOOK_UP,
            WHISTLE_STREET_LEAD,
            ASSESSED,
            ("assessment.evaluate", "assessment.review_workers"),
            ("cases.check", "cases.request", "cases.escalate", "insight.manage", "governance.manage", *signs),
        )
        for code, label, signs in (
            ("street_secretary", "街道党工委书记", ("whistle.sign_secretary",)),
            ("street_director", "街道办事处主任", ("whistle.sign_director",)),
            ("street_leader", "街道领导", ()),
        )
    ),
    _role("street_office", "街道科室", HANDLE, LOOK_UP, reach=Reach.OFFICE),
    _role("window_clerk", "窗口人员", ("cases.read", "cases.create", "cases.print"), LOOK_UP),
    # 社区和网格
    _role("community_clerk", "社区工作者", HANDLE, LOOK_UP, ("cases.create", "field.use")),
    _role(
        "community_head",
        "社区负责人",
        HANDLE,
        LOOK_UP,
        ("cases.create", "cases.check", "cases.assign", "cockpit.read", "field.use", "assessment.review_workers"),
    ),
    _role(
        "grid_worker",
        "网格员",
        ("cases.read", "cases.create", "cases.check", "cases.handle", "field.use", "assessment.own"),
        LOOK_UP,
        home="field",
    ),
    _role(
        "grid_chief",
        "网格长",
        ("cases.read", "cases.create", "cases.check", "cases.handle", "cockpit.read", "field.use", "assessment.own"),
        LOOK_UP,
        home="field",
    ),
    # 附加角色：与承办角色一并授予，须双因素登录
    _role(
        "requester_contact",
        "诉求人联系人（可查看完整号码）",
        ("cases.read_requester", "cases.unmask_requester"),
        reach=Reach.OFFICE,
    ),
    # 两代表一委员
    _role("deputy", "两代表一委员", ("cases.suggest", "territory.read"), home="field"),
    # 维护
    _role("territory_manager", "区划网格管理员", LOOK_UP, ("territory.manage",)),
    _role("organization_manager", "机构人员管理员", LOOK_UP, ("organization.manage",)),
    _role("duties_manager", "清单管理员", LOOK_UP, ("duties.manage",)),
)

ROLES: dict[str, Role] = {role.code: role for role in _ALL}
