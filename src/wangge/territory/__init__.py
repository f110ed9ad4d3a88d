"""Territory: the places that everything belongs to.

Nouns: a *division* (区划) is a province, city, district, street or community; its code *is* its path.
A *grid* (网格) lies below a community: twelve digits plus three, comprehensive or exclusive, with an
outline, households and staff. An *alias* (别名) is a compound, road, shop or stop by which people name
a place; a *place code* (二维码) is printed there and opens the report page with the place known.

Nothing is overwritten: a division that is renamed, split, merged or recoded is closed, its successor
opened, and a ``DivisionChange`` links the two. Coordinates are stored in CGCS2000 and say so;
GCJ-02 and BD-09 are converted on the way in (``geometry``).

- ``queries``: names, trees, grids, staff, search; names are cached. ``gazetteer``: free text → path.
- ``locating``: points → grid codes, vectorised. ``drawing``: an area into grids.
- ``actions``: grids and their staff; ``reform``: divisions; ``places``: aliases and place codes;
  ``transfer``: files in and out. ``succession`` says what follows a place whose code changes.
- ``loading``: all divisions of China, shipped in ``data/``; a newer release becomes history.
- ``panels``: what modules above show on a place's page; ``events``: ``PathsMoved``, ``GridStaffed``.

Neighbours: kernel below; organization, duties and cases above know places by path only.
"""
