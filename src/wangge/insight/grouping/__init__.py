"""Grouping: messages on the same matter at the same place or object, found by statistics alone.

``phrases.py`` finds runs of characters that hang together and stand in several messages; ``anchors.py`` keeps
those that name an object or a matter; ``forming.py`` makes groups of the messages that share one, joins what
is the same and finds the parts of a large group; ``naming.py`` gives each a name and a place; ``heat.py``
measures. Nothing here knows a table, a word list or a place of any town: what is a name follows from the
messages. ``matching.py`` finds known anchors in new messages without looking at the old ones again.
"""
