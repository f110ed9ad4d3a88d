"""The demo district: Kundulun 150203 as it might live with this platform, made up but true in its rows.

Nouns: a *matter family* (``data/matters.toml``) holds phrases for one kind of matter; a *spot* is a place people
name (compound, road, shop, public place); a *complaint* is a generated text with its kind, spot and demand type;
a *plan of days* says how a case goes on from hour to hour.

How it runs: ``texts.py`` writes complaints by a seed, without Django and without a database; ``layout.py`` draws
the invented outlines; ``district.py`` loads the real divisions and builds offices, grids, names and people;
``people.py`` opens the accounts; ``living.py`` takes the cases through the real flow at their instants;
``build.py`` is the whole, in stages that are skipped when they are done.

Everything but names and codes of divisions is invented: outlines, compounds, shops, people, phones
(1380000xxxx). No boundary data, no message and no person was copied from anywhere.

Neighbours: stands above everything and is imported by nothing but the ``demo`` command; benchmarks borrow
``texts.complaints``.
"""
