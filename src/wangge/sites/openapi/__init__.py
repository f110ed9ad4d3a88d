"""The surface for other systems: where the modules' endpoints are composed into one API.

REST (``/api/v1/``, OpenAPI 3.1 at ``openapi.json``) and Open311 GeoReport v2 (``/open311/v2/``, JSON and XML).
Tokens, rates, idempotency and webhooks are the kernel's (``kernel.api``); endpoints belong to the modules.
"""
