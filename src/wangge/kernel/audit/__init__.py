"""Audit: the append-only record of who did what, to what, why, in which request.

``recording.record(action, obj, changes=…, reason=…)`` writes an ``AuditEntry`` in the caller's transaction; the
actor, the request id and the address are bound to the context (``context.bind``; the middleware does it per
request, ``kernel.jobs`` per job). ``recording.record_read`` does the same for reads of personal data.

Triggers refuse every change and removal, to the owner of the tables too, and put each new entry into
``AuditPending``. ``sealing.seal`` (a sweep, every few seconds) takes what is committed from there and chains it by
hash into ``AuditSeal``, so that writers never wait for one another. ``verifying.verify`` walks the chain and names
every changed, removed or inserted row. What a chain inside one database cannot show is somebody who owns it
rewriting the whole tail: keep the head (position and digest, logged with every sealing) elsewhere and give it to
``wangge audit verify --anchor``.

Kept at least six months (Cyber Security Law art. 21). Neighbours: access (whose offices the
actor stands for, who may read); everything may import it.
"""
