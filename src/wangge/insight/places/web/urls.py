"""The pages of places; ``wangge.sites.urls`` hangs them up at ``/desk/insight/places/``."""

from __future__ import annotations

from wangge.insight.places.web.desk import desk_urlpatterns

__all__ = ["desk_urlpatterns"]
