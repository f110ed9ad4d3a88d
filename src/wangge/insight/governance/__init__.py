"""Governance (未诉先办): what many complain of is solved once, before the next complaint.

Nouns: a *task* (治理任务) takes a hot topic, or a kind of matter at a place, and studies one class to solve an area: an
owner office, a goal, a plan and three lists — problems, duties, measures (一方案三清单) — each line with an office and
a day. Its *effect* (成效) is what complaints did afterwards, beside what they did in comparable places. A *month's
topic* (每月一题) is a task that stands in the plan of the year.

How it runs: ``flow.py`` holds states and steps (drawn up, approved, carried out, examined, closed); ``actions.py`` the
lists; ``effect.py`` compares before and after with an interval and says in words when there is too little to say
anything; ``clocks.py`` and ``sweeping.py`` warn before a day and tell the office above after it (``notices.py``);
``yearly.py`` the twelve months and what could fill an empty one.

Sources: 抓住共性事项，研究一类问题，解决一片矛盾 (requirement H07); 每月一题 (rules 2.1.5); 一类事项原则上由一个部门
负责，确定主办、协办 (A19, A20): one owner, the others in the list of duties.

Neighbours: stands on insight.topics, cases, the facts and all below; the morning page stands on it.
"""
