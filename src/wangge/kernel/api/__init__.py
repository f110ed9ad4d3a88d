"""API: what every interface for other systems shares. The endpoints themselves belong to the modules.

Nouns: a *system* calls with a token that is shown once and kept as a hash; it holds *scopes*
(``cases:read``) over a path or in an office. A *problem* is an error answer (RFC 9457).

- ``factory.make_api(title, version)``: a NinjaAPI whose errors are problems; ``auth.TokenAuth`` and
  ``auth.ApiKeyAuth`` (Open311) bind the audit actor and the database scope; ``auth.requires_scope``.
- ``limits``: a token bucket per system in PostgreSQL: one statement a call, right on any number of servers.
- ``idempotency.idempotent``: a request with an ``Idempotency-Key`` is done once; its answer is kept 72 hours,
  in the same transaction as what it did.
- ``webhooks.emit(event, payload, path)``: deliveries as rows, signed, retried with growing pauses, guarded
  against addresses inside the network, switched off with an alarm when they keep failing.

Neighbours: ``access``, ``audit``, ``flow`` (its errors become problems), ``jobs``.
"""
