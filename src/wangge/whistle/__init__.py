"""Whistle: a street calls departments to the spot, and they report for duty (吹哨报到).

Nouns: a *whistle* (吹哨) is blown on what a street cannot solve alone; it cites *list items* and rests on a
case, on several cases with one root, or on a matter of its own. A *summons* (报到通知) calls one office, leading
or assisting; its *tasks* (任务) are checked one by one. A *check-in* (到场签到) proves who came, when and of which
rank. A *meeting* (协调会) leaves resolutions as tasks. Afterwards both sides judge (双考核): a *rating* (评价) of
each department, a *judgement* (研判) whether the whistle was proper; either may be met with an *appeal* (申诉).
A *posture* (应急状态) switches a division to emergency and back (平急转化), with rosters, limits and lists.

How it runs: ``drafting.py`` writes a whistle, ``redrafting.py`` edits it; ``flow.py`` holds its states,
``summons_flow.py`` those of each summons; ``clocks.py`` their limits, which are rows (``limits.py``); ``actions.py``
and ``evaluating.py`` every other write; ``postures.py`` the switch.

Sources: G07–G12, G16, A19, C04, J13 of the requirements (Beijing 2018: work whistle, hard whistle; Pinggu: 30 minutes).

Neighbours: stands on cases, duties, organization, territory and the kernel; nothing below knows it. It shows itself on
the page of a case and in my work through the panels of ``cases``, and publishes ``WhistleBlown`` and ``WhistleClosed``.
"""
