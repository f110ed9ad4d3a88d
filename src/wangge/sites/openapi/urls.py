"""The interfaces for other systems: REST at ``/api/v1/``, Open311 GeoReport v2 at ``/open311/v2/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from wangge.assessment.api import router as assessment
from wangge.cases import open311
from wangge.cases.api import router
from wangge.cockpit.api import router as briefs
from wangge.insight.learning.api import router as kinds
from wangge.insight.topics.api import router as topics
from wangge.kernel.api.factory import make_api
from wangge.whistle.api import router as whistles

api = make_api(
    "Wangge 网格 API",
    "v1",
    description="事项的登记、查询、流转，吹哨报到，考核排名，类别建议，热点，每日民情。"
    "错误为 RFC 9457 problem+json；写操作支持 Idempotency-Key。",
)
for one in (router, whistles, assessment, kinds, topics, briefs):
    api.add_router("", one)

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("open311/v2/", include(open311.urlpatterns)),
]
