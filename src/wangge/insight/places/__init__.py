"""Places in texts (地点识别): which grid or community do the words of a message mean?

Nouns: a *mention* (提及) is a name in a text with the place it means and how sure that is; a *learned name*
(习得地名) is the name of a compound, road, shop or stop that the addresses of past cases always put into
the same place, though nobody entered it as an alias.

How it runs: ``names.py`` takes names out of addresses, pure; ``actions.py`` counts them by place each night
and lets a person refuse one; ``gazetteer.py`` hands them to the territory's gazetteer, so that intake,
import and the phone know them too; ``finding.py`` finds mentions in texts of any length.

Neighbours: stands on cases (whose addresses teach) and the territory's gazetteer.
"""
