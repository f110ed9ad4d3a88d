"""Assessment: what the figures of a month say about each unit, and how a unit may dispute them.

Nouns: a *definition* (指标口径) says what is divided by what, over the rows of the facts; a *scheme* (考核方案) gives
each group of *units* (被考核单位: street, township, department, enterprise) its weights; both are rows with a period
of validity. A *period* (考核期) is a month of a division: open, closing, frozen, published. Each reckoning is a
*round* (版次) that is never rewritten: *traces* (which cases, summonses and whistles stand behind a figure), *figures*,
*scores* with their explanation in steps. An *appeal* (申诉) disputes a case or a figure; when accepted it leaves
*adjustments*, and the next round counts them. Streets *evaluate* departments (评议); streets under *rectification*
(治理类街乡镇) enter and leave by rule; grid workers have a *sheet* (个人考核单) of their own; the review gets a *pack*
(点评材料).

How it runs: ``measuring.py`` finds the rows by set-based SQL, ``scoring.py`` turns figures into points and words,
``rounds.py`` writes a round, ``flow.py`` holds the states of a period and an appeal.

Sources: 北京市接诉即办工作条例 arts. 32, 33; 北京市街道办事处条例 arts. 11, 43 (streets evaluate departments; 20 % is
O01); GB/T 30428.4 (filing and closing rates); weights and minimum numbers are background and rows.

Neighbours: stands on whistle, cases, organization, territory and the kernel; counts facts of others by their codes.
"""
