"""Whoever works in a grid acts for its committee there."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from tests.organization.conftest import COMMUNITY, LONG_AGO

from wangge.kernel.access.models import Grant, User
from wangge.kernel.access.scopes import forget, holdings, scope
from wangge.kernel.audit.models import AuditEntry
from wangge.organization import actions, handlers, staffing
from wangge.organization.models import Office
from wangge.territory.actions import NewGrid, assign_staff, create_grid
from wangge.territory.events import GridStaffed
from wangge.territory.models import Grid, GridStaff


@pytest.fixture
def committee(district) -> Office:
    actions.establish(path=COMMUNITY, template="community", by=None, on=LONG_AGO)
    return Office.objects.get(kind="community", path=COMMUNITY)


@pytest.fixture
def grid(district) -> Grid:
    return create_grid(new=NewGrid(community_code=COMMUNITY, name="第一网格"), on=LONG_AGO)


@pytest.fixture
def worker(db) -> User:
    return User.objects.create_user(username="wangge1", password=None, display_name="网格员小李")


def told(post: GridStaff) -> None:
    handlers.work_for_the_community(GridStaffed(post.grid.code, post.user_id, post.position, began=True))


def test_a_post_in_a_grid_is_for_the_committee_and_shows_the_grid_alone(committee, grid, worker):
    post = assign_staff(grid=grid, user=worker, position="full_time", on=LONG_AGO)
    told(post)
    forget(worker)
    assert [(h.role.code, h.path, h.office_id) for h in holdings(worker)] == [("grid_worker", grid.code, committee.pk)]
    assert scope(worker, "cases.read") == scope(worker, "cases.handle")
    assert (scope(worker, "cases.read").paths, scope(worker, "cases.read").offices) == ((grid.code,), ())
    told(post)
    assert AuditEntry.objects.filter(action="access.grant.office").count() == 1


def test_without_a_committee_nothing_changes(grid, worker):
    told(assign_staff(grid=grid, user=worker, position="chief", on=LONG_AGO))
    assert Grant.objects.get(user=worker).office_id is None


def test_a_post_that_ends_ends_what_it_gave(committee, grid, worker, today):
    post = assign_staff(grid=grid, user=worker, position="full_time", on=LONG_AGO)
    told(post)
    post.refresh_from_db()
    from wangge.territory import staffing as posts

    posts.end(post=post, on=today, reason="调整岗位")
    forget(worker)
    assert holdings(worker) == ()


def test_a_transfer_leaves_the_post_in_the_grid(committee, grid, worker, today):
    actions.establish(path=COMMUNITY[:9], template="gulou_street", by=None, on=LONG_AGO)
    centre = Office.objects.get(kind="street.command_centre")
    hired = actions.hire(
        office=committee, user=worker, roles=["community_clerk"], by=None, on=today - timedelta(days=3)
    )
    told(assign_staff(grid=grid, user=worker, position="full_time", on=today - timedelta(days=2)))
    staffing.transfer(
        staff=hired.staff, to_office=centre, by=None, on=today, reason="轮岗交流", roles=["street_office"]
    )
    held = set(Grant.objects.filter(user=worker, valid_to=None).values_list("role", "office_id"))
    assert held == {("grid_worker", committee.pk), ("street_office", centre.pk)}


def test_posts_given_before_are_for_the_committee_too(committee, grid, worker):
    assign_staff(grid=grid, user=worker, position="full_time", on=LONG_AGO)
    migration = import_module("wangge.organization.migrations.0004_grid_workers_act_for_committees")
    with connection.cursor() as cursor:
        cursor.execute(migration.SQL)
    assert Grant.objects.get(user=worker).office_id == committee.pk
