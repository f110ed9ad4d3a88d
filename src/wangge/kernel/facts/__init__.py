"""Facts: what happened each day, counted once, from which every figure is summed.

A ``DailyFact`` is (day, community, office, kind of matter, fact) → a whole number. A module's ``facts.py``, imported
at start, registers its ``Fact``s — a named SQL statement or a function that gives one day's rows — and its
``Indicator``s: numerator and denominator over facts. ``actions.rebuild(day)`` writes a day anew, the same rows every
time; past days are rebuilt when what they count changed (``actions.mark_stale``), today every few minutes.

``indicators.value`` sums over a path prefix and days: one definition serves province, city, county, street and
community, and the figure of a whole is the sum of its parts (``by_child``), never an average of averages. A fact may
say which rows it counted (``Fact.rows``), so that a number on a page can be traced.

Neighbours: access (sees every row while counting), jobs (the sweep).
"""
