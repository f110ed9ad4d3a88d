"""Audit: the append-only record of who did what, to what, why, in which request.

``recording.record(action, obj, changes=…, reason=…)`` writes a row in the caller's transaction; the actor, the
request id and the address are bound to the context (``context.bind``; the middleware does it per request).
Rows are protected by a database trigger against change and removal; a sealer chains them by hash
shortly after they are committed (``seal``), so that writers never wait for one another; ``verify``
names a changed, removed or inserted row. Reads of personal data are recorded too (``recording.record_read``).
Kept at least six months (Cyber Security Law art. 21).

Neighbours: none; everything may import it.
"""
