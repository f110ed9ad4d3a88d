"""Organization: the offices of a district, their posts and their staff.

Nouns: an *office* is a body that answers for matters: a district department, a street's internal
body, a community, a supply company. It has a *kind* (a stable code such as ``street.command_centre``,
by which duties name it without knowing the place), a level, the division it serves (``path``), a
parent, and second name-plates (挂牌). A *dispatched body* (派驻机构) stands in the street and is
supervised by a department too: dual management. A *template* is data: the set of offices of a street,
a community or a district, opened in one action. *Posts* belong to offices; *staff* are accounts with
an office, a post and roles.

Nothing is deleted: an office is renamed, merged into a successor or closed, a person is transferred
or leaves, and each change is a row.

- ``queries``: ``office``, ``office_at`` (the nearest office of a kind that serves a place), ``names``…
  answered from a process cache (``book``), no query when warm.
- ``actions``: offices and staff change here. ``imports``: the same from Excel and CSV.
- ``kinds``, ``templates``: the shipped data and how it is read.

Neighbours: stands on ``territory`` (division names) and the kernel; ``duties`` and ``cases`` stand on it.
"""
