"""The pages of whistles by surface; ``wangge.sites.urls`` hangs them up."""

from __future__ import annotations

from django.urls import URLPattern, path

from wangge.whistle.web import (
    desk,
    desk_command,
    desk_displays,
    desk_draft,
    desk_evaluation,
    desk_limits,
    desk_posture,
    desk_rosters,
    desk_whistle,
    duties,
    field,
    wall,
)

desk_urlpatterns: list[URLPattern] = [
    path("", desk.whistle_list, name="whistle_list"),
    path("new/", desk_draft.whistle_new, name="whistle_new"),
    path("new/map.json", desk_draft.whistle_new_map, name="whistle_new_map"),
    path("box/<slug:code>/", desk.whistle_box, name="whistle_box"),
    path("notices/", desk.whistle_notices, name="whistle_notices"),
    path("notices/seen/", desk_evaluation.whistle_notices_seen, name="whistle_notices_seen"),
    path("command/", desk_command.whistle_command, name="whistle_command"),
    path("command/board/", desk_command.whistle_board, name="whistle_board"),
    path("command/map.json", desk_command.whistle_command_map, name="whistle_command_map"),
    path("displays/", desk_displays.display_list, name="display_list"),
    path("displays/new/", desk_displays.display_new, name="display_new"),
    path("limits/", desk_limits.whistle_limits, name="whistle_limits"),
    path("limits/add/", desk_limits.whistle_limits_add, name="whistle_limits_add"),
    path("limits/<int:pk>/end/", desk_limits.whistle_limits_end, name="whistle_limits_end"),
    path("postures/", desk_posture.posture_list, name="posture_list"),
    path("postures/new/", desk_posture.posture_new, name="posture_new"),
    path("postures/<int:pk>/", desk_posture.posture_detail, name="posture_detail"),
    path("postures/<int:pk>/back/", desk_posture.posture_back, name="posture_back"),
    path("postures/<int:pk>/duty/", desk_posture.posture_duty, name="posture_duty"),
    path("postures/<int:pk>/go-on/", desk_posture.posture_go_on, name="posture_go_on"),
    path("rosters/", desk_rosters.roster_list, name="roster_list"),
    path("rosters/new/", desk_rosters.roster_new, name="roster_new"),
    path("rosters/<int:pk>/", desk_rosters.roster_detail, name="roster_detail"),
    path("rosters/<int:pk>/put-in/", desk_rosters.roster_put_in, name="roster_put_in"),
    path("rosters/<int:pk>/end/", desk_rosters.roster_end, name="roster_end"),
    path("rosters/member/<int:pk>/out/", desk_rosters.roster_take_out, name="roster_take_out"),
    path("postures/duty/<int:pk>/off/", desk_posture.posture_duty_off, name="posture_duty_off"),
    path("summons/<int:pk>/step/<slug:name>/", desk_whistle.summons_step, name="summons_step"),
    path("summons/<int:pk>/rate/", desk_evaluation.summons_rate, name="summons_rate"),
    path("appeals/<int:pk>/decide/", desk_evaluation.appeal_decide, name="appeal_decide"),
    path("appeal/<slug:what>/<int:pk>/", desk_evaluation.whistle_appeal, name="whistle_appeal"),
    path("<int:pk>/", desk_whistle.whistle_detail, name="whistle_detail"),
    path("<int:pk>/edit/", desk_draft.whistle_edit, name="whistle_edit"),
    path("<int:pk>/step/<slug:name>/", desk_whistle.whistle_step, name="whistle_step"),
    path("<int:pk>/meeting/", desk_evaluation.whistle_meeting, name="whistle_meeting"),
    path("<int:pk>/judge/", desk_evaluation.whistle_judge, name="whistle_judge"),
    path("<int:pk>/map.json", desk_whistle.whistle_map, name="whistle_map"),
    path("<int:pk>/print/", desk_whistle.whistle_print, name="whistle_print"),
    path("<int:pk>/code/", desk_whistle.whistle_code, name="whistle_code"),
    path("<int:pk>/code.svg", desk_whistle.whistle_code_image, name="whistle_code_image"),
]

wall_urlpatterns: list[URLPattern] = [
    path("<slug:key>/", wall.wall, name="wall"),
    path("<slug:key>/board/", wall.wall_board, name="wall_board"),
]

field_urlpatterns: list[URLPattern] = [
    path("whistles/", field.field_whistles, name="field_whistles"),
    path("duties/", duties.my_duties, name="my_duties"),
    path("whistles/<int:pk>/", field.field_whistle, name="field_whistle"),
    path("whistles/<int:pk>/step/<slug:name>/", field.field_whistle_step, name="field_whistle_step"),
]
