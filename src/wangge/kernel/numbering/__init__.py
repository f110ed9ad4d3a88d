"""Numbering: numbers people read out on the telephone.

A **number** is division (6), day (8), serial (6, more when a day needs more) and a check digit
(``check.py``, ISO 7064 MOD 11,10: every wrong digit shows): ``150203 20261121 000042 4``. It belongs to a **series**
(a division, or a word), is unique within it and never used twice, whatever is rolled back or killed; gaps are allowed
and meaningless.

Each process leases a **block** of serials in a short transaction on a connection of its own
(``numbers.next_number``), so no caller waits for another caller's commit; ``numbers.take`` leases many for an import.

Neighbours: none; every module that shows numbers calls it.
"""
