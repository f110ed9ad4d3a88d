"""Listing: every list of the desk from one small class.

A list page is a subclass of ``listing.Listing``: its *columns*, *filters* and *sorts*, and ``rows(request)``,
the query set the user may see (the policy's row filter). ``rendering.render(request, CaseList)`` answers with
the page, its htmx part, the print view, an export or the report of a bulk action. All state is in the URL.

- ``columns``: what a cell shows, and the same value as text for exports.
- ``filters``: choice, text, date range, flag; each parses, filters and describes itself (the chips).
- ``paging``: keyset paging, equally quick on the first and the last of a million rows.
- ``export``: xlsx and csv in flat memory without a row limit; cells can never become formulas.
- ``html``: small pieces of markup (badge, clock chip, icon) shared with the templates.
- ``models``: saved views (a named query of one user) and exports made in the background.

Neighbours: imports ``access`` (who), ``audit`` (exports are recorded), ``flow`` (why a bulk row was refused)
and ``jobs``. Knows nothing of what is listed.
"""
