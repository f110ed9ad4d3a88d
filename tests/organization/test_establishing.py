"""Opening the offices of a template in one action."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.organization.conftest import COMMUNITY, DISTRICT, OTHER_STREET, STREET, TOWN, VILLAGE

from wangge.kernel.audit.models import AuditEntry
from wangge.organization import actions, queries
from wangge.organization.errors import OrganizationError
from wangge.organization.models import Office, OfficeChange, Post


def test_a_street_is_established_in_one_action(district, today):
    opened = actions.establish(path=STREET, template="gulou_street", by=None, on=today)
    bodies = [o for o in opened if o.parent_id and o.nature in {"internal", "institution"}]
    assert len(bodies) == 8
    assert opened[0].full_name == "少先路街道办事处（中共少先路街道工作委员会）"
    centre = queries.street_centre(STREET)
    assert centre.name == "少先路街道社会治理综合指挥中心"
    assert Office.objects.get(pk=centre.id).second_names == ["网格化服务管理中心"]
    assert Post.objects.filter(office_id=centre.id, is_head=True).count() == 1
    assert OfficeChange.objects.filter(what="opened").count() == len(opened)
    assert AuditEntry.objects.filter(action="organization.establish", path=STREET).count() == 1


def test_a_second_run_opens_nothing(district, today):
    actions.establish(path=STREET, template="gulou_street", by=None, on=today)
    before = Office.objects.count()
    assert actions.establish(path=STREET, template="gulou_street", by=None, on=today) == []
    assert Office.objects.count() == before
    assert AuditEntry.objects.filter(action="organization.establish").count() == 1


def test_a_second_run_opens_neither_renamed_nor_closed_offices_again(district, today):
    actions.establish(path=STREET, template="gulou_street", by=None, on=today)
    renamed, closed = Office.objects.get(kind="street.livelihood"), Office.objects.get(kind="street.development")
    actions.rename(office=renamed, name="少先路街道民生部", by=None, on=today)
    actions.close(office=closed, by=None, on=today, reason="机构改革方案")
    assert actions.establish(path=STREET, template="gulou_street", by=None, on=today) == []


def test_another_template_adds_only_what_is_missing(district, today):
    actions.establish(path=STREET, template="gulou_street", by=None, on=today)
    added = actions.establish(path=STREET, template="beijing_street", by=None, on=today)
    assert [o.kind for o in added] == [
        "street.general_office",
        "street.party_work",
        "street.community",
        "street.party_service_centre",
    ]
    assert {o.parent.kind for o in added} == {"street"}


def test_dispatched_bodies_stand_under_street_and_department(district, today):  # A18
    actions.establish(path=DISTRICT, template="district", by=None, on=today)
    actions.establish(path=STREET, template="gulou_street", by=None, on=today)
    station = Office.objects.get(kind="street.police_station")
    assert station.name == "少先路派出所"
    assert station.is_dispatched_body
    assert station.parent.kind == "street"
    assert station.department.kind == "district.police"
    assert station.department.name == "包头市公安局昆都仑区分局"


def test_departments_established_later_are_linked(district, today):
    actions.establish(path=STREET, template="gulou_street", by=None, on=today)
    assert Office.objects.get(kind="street.police_station").department is None
    actions.establish(path=DISTRICT, template="district", by=None, on=today)
    assert Office.objects.get(kind="street.police_station").department.kind == "district.police"
    assert Office.objects.get(kind="district.police").department is None


def test_communities_belong_to_their_street_whichever_came_first(district, today):
    actions.establish(path=COMMUNITY, template="dongsheng_community", by=None, on=today)
    committee = queries.community_office(COMMUNITY + "001")
    assert committee.name == "少先十二号街坊社区居民委员会"
    assert committee.parent_id is None
    street = actions.establish(path=STREET, template="dongsheng_street", by=None, on=today)[0]
    assert queries.community_office(COMMUNITY).parent_id == street.pk
    assert Office.objects.get(kind="community.mediation").parent_id == committee.id


def test_everything_below_a_district_at_once(district, today):
    opened = actions.establish_below(path=DISTRICT, template="kundulun_street", by=None, on=today)
    assert {o.path for o in opened} == {STREET, OTHER_STREET, TOWN}
    assert actions.establish_below(path=DISTRICT, template="community", by=None, on=today)[0].path == COMMUNITY
    assert {o.path for o in queries.of_kind("community", DISTRICT)} == {COMMUNITY, VILLAGE}
    assert queries.street_office(TOWN).name == "昆河镇人民政府"


def test_a_preview_writes_nothing(district):
    planned = actions.plan(path=STREET, template="gulou_street")
    assert [p.name for p in planned][:2] == ["少先路街道办事处", "少先路街道党政综合部"]
    assert {p.existing for p in planned} == {None}
    assert Office.objects.count() == 0


@pytest.mark.parametrize(
    ("path", "template", "message"),
    [
        (DISTRICT, "gulou_street", "只能用于街道"),
        ("150203099", "gulou_street", "没有代码为150203099的区划"),
        (STREET, "nowhere", "没有“nowhere”这个机构模板"),
    ],
)
def test_what_does_not_fit_is_refused(district, today, path, template, message):
    with pytest.raises(OrganizationError, match=message):
        actions.establish(path=path, template=template, by=None, on=today)
    assert Office.objects.count() == 0


def test_the_future_is_refused(district, today):
    with pytest.raises(OrganizationError, match="不能晚于今天"):
        actions.establish(path=STREET, template="gulou_street", by=None, on=today + timedelta(days=1))
    assert Office.objects.count() == 0


def test_a_manager_establishes_only_in_the_own_area(district, today, street_manager, outsider):
    for by, path in ((street_manager, OTHER_STREET), (outsider, STREET)):
        with pytest.raises(OrganizationError, match="没有管理"):
            actions.establish(path=path, template="gulou_street", by=by, on=today)
    assert Office.objects.count() == 0
    assert actions.establish(path=STREET, template="gulou_street", by=street_manager, on=today)
    entry = AuditEntry.objects.get(action="organization.establish")
    assert entry.actor_label == "街道管理员小孙"


def test_the_number_of_statements_does_not_grow_with_the_template(district, today, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        actions.establish(path=DISTRICT, template="district", by=None, on=today)
