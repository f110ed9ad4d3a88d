"""Duties: what kinds of matter there are, and whose each of them is at each place.

Nouns: a *catalogue* is one version of the tree of *kinds* (类别, up to four levels; a kind's code is
stable across versions); a *duty list* (清单) holds *items* (条目) with their legal basis; a *limit
class* (时限等级) says how long signing, first contact and finishing may take; a *duty* (职责) joins
them: kind × place prefix → leading office, assisting offices, list item, limit class, for a period.

``resolution.resolve(kind_id, path, on)`` answers "whose is it, and why" (派单目录, 接诉即办条例 art. 11);
``suggestion.suggest_kinds(text)`` proposes kinds for a text. Both are cheap enough for bulk import.

A duty is changed by ending its row and adding another; what was dispatched keeps its own copy, so no
change here ever rewrites a case. Written only through ``actions`` and ``importing``.

Neighbours: imports ``organization`` (offices) and ``kernel``. ``cases`` asks, and copies the answer.
"""
