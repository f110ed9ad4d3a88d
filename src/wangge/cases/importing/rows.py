"""One row checked and made an order. The validators are those of the form and the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from wangge.cases import validators
from wangge.cases.enums import DemandType, Urgency
from wangge.cases.hotlines import Names
from wangge.cases.importing.mapping import FIELDS
from wangge.cases.placing import current
from wangge.kernel.tables.writing import Rejected
from wangge.territory.enums import Crs
from wangge.territory.geometry import convert

YES: Final = frozenset({"是", "1", "y", "yes", "true", "保密"})
NO: Final = frozenset({"否", "0", "n", "no", "false", "不回复"})
DEMAND: Final = {
    **{label: value for value, label in DemandType.choices},
    **{value: value for value in DemandType.values},
    "投诉举报": DemandType.COMPLAINT,
    "求决": DemandType.HELP,
    "意见建议": DemandType.SUGGESTION,
    "感谢": DemandType.PRAISE,
}
URGENCY: Final = {**{label: value for value, label in Urgency.choices}, **{v: v for v in Urgency.values}}
FORMATS: Final = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y%m%d")


@dataclass(slots=True)
class Order:
    """A row that holds: what ``storing`` needs to make a case of it."""

    row: int
    source_number: str
    source_system: str
    created_at: datetime
    title: str
    text: str
    demand_type: str
    kind_code: str
    path: str
    address: str
    lng: float | None
    lat: float | None
    name: str
    phone: str
    urgency: str
    is_private: bool
    reply_wanted: bool
    # Of a row without a source number: what it is known by when it comes again; see ``RowChecker._digest``.
    digest: bytes = b""


class RowChecker:
    """Checks rows of one file: the mapping and the defaults are set once."""

    def __init__(
        self,
        mapping: Mapping[str, str],
        *,
        home: str,
        source_system: str,
        now: datetime | None = None,
        hotlines: Names | None = None,
    ) -> None:
        self.mapping = dict(mapping)
        # A field without a column is read from "", where nothing stands in a row that is none of the broken ones.
        self.columns = {field: mapping.get(field, "") for field in FIELDS}
        self.home = home
        self.source_system = source_system
        self.places: dict[str, str | ValidationError] = {}
        self.now = now or timezone.now()
        self.zone = timezone.get_current_timezone()
        self.hotlines = hotlines or Names()
        self.key = settings.BLIND_INDEX_KEY.encode()[:64]

    def check(self, number: int, row: Mapping[str, str]) -> Order | Rejected:
        """An ``Order``, or the first thing wrong with the row."""
        if row.get(""):
            return Rejected(number, "整行", row[""], row)
        columns, there = self.columns, row.get

        def get(field: str) -> str:
            return there(columns[field], "")

        field = "text"
        try:
            title = get("title")
            text = validators.check_text(get("text") or title)
            field = "created_at"
            created_at = self._instant(get("created_at"))
            field = "demand_type"
            demand = self._choice(get("demand_type"), DEMAND, DemandType.COMPLAINT, "诉求类型")
            field = "urgency"
            urgency = self._choice(get("urgency"), URGENCY, Urgency.NORMAL, "紧急程度")
            field = "phone"
            phone = get("phone")
            # Platforms hand over masked numbers; a masked number is no number.
            phone = "" if "*" in phone else validators.check_phone(phone)
            field = "lng"
            lng, lat = self._point(get("lng"), get("lat"), get("crs"))
            field = "path"
            path = self._path(get("path"))
        except ValidationError as error:
            return Rejected(number, self.mapping.get(field, field), error.messages[0], row)
        source_number = get("source_number")[:64]
        return Order(
            row=number,
            source_number=source_number,
            source_system=self.hotlines.number(get("hotline"))[:40] or self.source_system,
            created_at=created_at,
            title=(title or text.splitlines()[0])[: validators.MAX_TITLE],
            text=text,
            demand_type=demand,
            kind_code=get("kind"),
            path=path,
            address=get("address")[:200],
            lng=lng,
            lat=lat,
            name=get("name")[:60],
            phone=phone,
            urgency=urgency,
            is_private=get("is_private").lower() in YES,
            reply_wanted=get("reply_wanted").lower() not in NO,
            digest=b""
            if source_number
            else self._digest(get("created_at") and created_at, text, phone or get("phone"), get("address")),
        )

    def _digest(self, created_at: datetime | str, text: str, phone: str, address: str) -> bytes:
        """When, what, who and where, under our key: the same row of another export is the same.

        Text alone is not enough, for two people may write the same words; then there is none.
        """
        if not (created_at or phone or address):
            return b""
        at = created_at.isoformat() if isinstance(created_at, datetime) else ""
        return blake2b("\x00".join((at, text, phone, address)).encode(), digest_size=16, key=self.key).digest()

    def _instant(self, text: str) -> datetime:
        if not text:
            return self.now
        found = self._parsed(text)
        if found.tzinfo is None:
            found = found.replace(tzinfo=self.zone)
        return validators.check_past(found, now=self.now)

    @staticmethod
    def _parsed(text: str) -> datetime:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
        for form in FORMATS:
            try:
                return datetime.strptime(text, form)  # noqa: DTZ007 - made aware by the caller
            except ValueError:
                continue
        raise ValidationError(f"时间“{text[:40]}”无法识别，请写成 2024-05-01 09:30:00。")

    @staticmethod
    def _choice(text: str, table: Mapping[str, Any], default: str, what: str) -> str:
        if not text:
            return default
        found = table.get(text)
        if found is None:
            raise ValidationError(f"{what}“{text[:20]}”不在列表中。")
        return str(found)

    @staticmethod
    def _point(lng: str, lat: str, crs: str) -> tuple[float | None, float | None]:
        if not lng and not lat:
            return None, None
        try:
            x, y = float(lng), float(lat)
        except ValueError:
            raise ValidationError(f"坐标“{lng[:20]},{lat[:20]}”不是数字。") from None
        if (x, y) == (0.0, 0.0):
            return None, None
        validators.check_point(x, y)
        if crs and crs.upper() not in ("WGS84", "CGCS2000"):
            x, y = (float(v) for v in convert([[x, y]], RowChecker._crs(crs))[0])
        return x, y

    @staticmethod
    def _crs(text: str) -> Crs:
        known = {value.upper().replace("-", ""): value for value in Crs.values} | {"GCJ02": "GCJ02", "BD09": "BD09"}
        found = known.get(text.upper().replace("-", ""))
        if found is None:
            raise ValidationError(f"坐标系“{text[:20]}”应为 CGCS2000、WGS84、GCJ02 或 BD09。")
        return Crs(found)

    def _path(self, text: str) -> str:
        """The code as it is today; ``""`` when none is given."""
        if not text:
            return ""
        found = self.places.get(text)
        if found is None:
            found = self.places[text] = self._today(text)
        if isinstance(found, ValidationError):
            raise found
        return found

    def _today(self, text: str) -> str | ValidationError:
        if not text.isdigit() or len(text) not in (6, 9, 12, 15):
            return ValidationError(f"区划代码“{text[:20]}”应为6、9、12或15位数字。")
        if not text.startswith(self.home):
            return ValidationError(f"区划代码“{text}”不在本地（{self.home}）。")
        try:
            return current(text)
        except ValidationError as error:
            return error
