"""Cockpit (驾驶舱): the morning page (每日民情) on every leader's desk.

Nouns: a *brief* (每日民情) is made each day at a set hour for a *unit* — a division or an office — and frozen as it
was made: its content is JSON under a hash, and a trigger refuses to change it. It says what yesterday was against
the usual of the same weekday, what rose, what is late, who is in danger, who did best and worst, and one thing to
decide. A *subscription* (订阅) is a leader's wish to have it by mail; a *mailing* (投送) is one brief for one
subscription, sent once and tried again until it arrives.

How it runs: ``units.py`` says whose pages are due; ``board.py`` reads the facts of nine days once for all units and
sums them up the tree; ``rising.py``, ``danger.py``, ``standing.py`` and ``deciding.py`` each give one paragraph for
every unit; ``content.py`` puts them together; ``actions.py`` freezes and sends; ``paper.py`` prints one A4 sheet.
No figure is counted case by case for one unit, so that a city of 333 streets costs little more than one street.

Pages name places, kinds and offices, never residents: no title and no text of a case is copied into a brief.
Every figure leads to its rows (``tracing.py``).

Sources: 每天生成大数据民情分析，早上送到市、区领导案头 (requirement H05). Hour and scope are rows (``BriefRules``).

Neighbours: stands on insight, cases and all below; nothing stands on it but the sites.
"""
