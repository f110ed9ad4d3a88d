"""Topics (热点): groups of cases on the same matter at the same place or object, and what rises among them.

Nouns: a *topic* (热点) has *anchors* (锚点: the names and words its members share), *members* (成员), a
*heat* (热度) and a *trend* (走势); a *rise* (上升预警) is a day on which a topic, or a kind at a place,
brought more than the same days before explain; a *forecast* (预测) says how many cases of a kind a week
will bring, with an interval and the error the same model made on past weeks.

How it runs: ``wangge.insight.grouping`` finds anchors and groups in texts and knows no table;
``actions.py`` keeps its findings as rows, assigns a day's new cases by the anchors already known, and looks
for new ones in the last weeks; ``rising.py`` tests, ``forecasting.py`` foretells, both pure;
``queries.py`` answers pages and the modules above. Nothing here decides: a person renames, merges or
sets aside a topic, and governance tasks refer to it.

Neighbours: stands on cases and the kernel; governance and the cockpit read from here.
"""
