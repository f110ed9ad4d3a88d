"""What residents and grid workers type on the phone."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File

from wangge.cases import validators
from wangge.cases.actions import Asker, Place
from wangge.cases.enums import DemandType, Satisfaction, Solved
from wangge.cases.placing import place_of, standing
from wangge.cases.web.forms import FilesField
from wangge.duties import snapshot
from wangge.duties.snapshot import KindRef
from wangge.kernel.attachments.actions import Prepared, prepare
from wangge.kernel.flow.forms import text_area
from wangge.territory.enums import Crs
from wangge.territory.models import PlaceCode

MOST_PHOTOS: Final = 6
ASKS: Final = [
    (DemandType.COMPLAINT, "反映问题"),
    (DemandType.HELP, "请求帮助"),
    (DemandType.SUGGESTION, "提建议"),
    (DemandType.CONSULT, "问一问"),
]
FACES: Final = [(s.value, s.label) for s in Satisfaction]


class PhotosForm(forms.Form):
    """Photos are checked and cleaned while the form is: what cannot be taken is said at the field."""

    photos = FilesField(label="照片")

    def clean_photos(self) -> list[Prepared]:
        given: list[File[bytes]] = self.cleaned_data["photos"]
        if len(given) > MOST_PHOTOS:
            raise ValidationError(f"最多{MOST_PHOTOS}张照片，收到{len(given)}张。")
        return [prepare(file) for file in given]


class PlaceFields(forms.Form):
    """A point from the phone (WGS-84), or the place in words."""

    lng = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    address = forms.CharField(
        label="地点",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": "例如：友谊大街1号院3号楼下", "autocomplete": "off"}),
    )

    def find_place(self, *, known: PlaceCode | None = None, about: str = "", home: str = "") -> Place:
        """The place of the QR code, else the grid of the point, else what the words speak of, else ``home``."""
        home = home or str(settings.HOME_DIVISION)
        words = self.cleaned_data.get("address", "")
        lng, lat = self.cleaned_data.get("lng"), self.cleaned_data.get("lat")
        if known is not None:
            return place_of(
                path=standing(known.path, home),
                address=" ".join(filter(None, [known.name, words])),
                lng=known.lng if known.lng is not None else lng,
                lat=known.lat if known.lat is not None else lat,
                crs=Crs.CGCS2000,
                home=home,
            )
        return place_of(address=words, about=about, lng=lng, lat=lat, crs=Crs.WGS84, home=home)


class AskerFields(forms.Form):
    """Who asks: optional, and not kept when anonymous."""

    name = forms.CharField(label="怎么称呼您", required=False, max_length=30)
    phone = forms.CharField(
        label="手机号", required=False, max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    is_anonymous = forms.BooleanField(label="匿名", required=False)
    is_private = forms.BooleanField(label="保密", required=False)

    def clean_phone(self) -> str:
        return validators.check_phone(self.cleaned_data["phone"])

    def asker(self) -> Asker:
        clean = self.cleaned_data
        return Asker() if clean["is_anonymous"] else Asker(name=clean["name"].strip(), phone=clean["phone"])


class ReportForm(PhotosForm, PlaceFields, AskerFields):
    """我要报事. ``token`` makes a second sending the same matter."""

    text_label: ClassVar[str] = "发生了什么"
    placeholder: ClassVar[str] = "请写清楚：什么事、在哪里、什么时候开始的。"
    asks_place: ClassVar[bool] = True

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    demand_type = forms.ChoiceField(
        label="您想", choices=ASKS, initial=DemandType.COMPLAINT, widget=forms.RadioSelect, required=False
    )
    text = forms.CharField(label="发生了什么", max_length=5000, strip=True)

    def __init__(self, *args: Any, code: PlaceCode | None = None, **kwargs: Any) -> None:
        self.code = code
        kwargs.setdefault("initial", {})
        kwargs["initial"] = {"token": uuid.uuid4(), "demand_type": DemandType.COMPLAINT} | kwargs["initial"]
        super().__init__(*args, **kwargs)
        self.fields["text"].label = self.text_label
        self.fields["text"].widget = forms.Textarea(
            attrs={"rows": 5, "maxlength": 5000, "placeholder": self.placeholder}
        )
        self.fields["text"].error_messages["required"] = f"请填写“{self.text_label}”。"
        if code is not None:
            self.fields["address"].label = "具体位置（选填）"
            self.fields["address"].widget.attrs["placeholder"] = "例如：二楼东侧"

    def clean_text(self) -> str:
        return validators.check_text(self.cleaned_data["text"])

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if (clean.get("lng") is None) != (clean.get("lat") is None):
            clean["lng"] = clean["lat"] = None
        nowhere = self.code is None and clean.get("lng") is None and not clean.get("address", "").strip()
        if self.asks_place and nowhere and "address" not in self.errors:
            self.add_error("address", "请告诉我们在哪里：点“使用我的位置”，或者写下地点。")
        if not self.errors:
            try:
                clean["place"] = self.find_place(known=self.code, about=clean.get("text", ""))
            except ValidationError as error:
                self.add_error("address", error.messages)
        return clean

    def demand(self) -> str:
        return str(self.cleaned_data["demand_type"] or DemandType.COMPLAINT)


class PraiseForm(ReportForm):
    """我要点赞: whom, what for."""

    text_label = "想夸谁，夸什么"
    placeholder = "例如：友谊社区的网格员帮我家老人跑前跑后，特别耐心。"
    asks_place = False

    def demand(self) -> str:
        return DemandType.PRAISE


class FollowForm(forms.Form):
    number = forms.CharField(
        label="编号",
        max_length=30,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "上报成功时给您的编号"}
        ),
        error_messages={"required": "请填写编号。"},
    )
    phone = forms.CharField(
        label="登记时留的手机号",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        error_messages={"required": "请填写手机号。"},
    )


class RateForm(forms.Form):
    """Two questions, asked apart (国办发〔2019〕51号 好差评)."""

    solved = forms.ChoiceField(
        label="事情解决了吗", choices=Solved.choices, error_messages={"required": "请选择事情是否解决。"}
    )
    satisfaction = forms.ChoiceField(
        label="对办理满意吗", choices=Satisfaction.choices, error_messages={"required": "请选择是否满意。"}
    )
    comment = forms.CharField(
        label="还想说的（选填）", required=False, max_length=500, widget=text_area(3, maxlength=500)
    )


class SupplementForm(PhotosForm):
    text = forms.CharField(label="补充说明", required=False, max_length=2000, widget=text_area(3))


class FieldReportForm(PhotosForm, PlaceFields):
    """上报 in three taps: photo, kind, send. Everything but one of kind, words and photo may be missing."""

    uuid = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": "缺少上报编号，请重新打开本页。"})
    kind = forms.IntegerField(required=False, widget=forms.HiddenInput)
    grid = forms.CharField(label="所在网格", required=False, max_length=15)
    text = forms.CharField(
        label="说明（选填）",
        required=False,
        max_length=2000,
        widget=text_area(2, placeholder="不写也可以，系统按类别和地点生成"),
    )
    urgent = forms.BooleanField(label="紧急", required=False)

    def __init__(self, *args: Any, places: list[tuple[str, str]], covers: Any, **kwargs: Any) -> None:
        self.places, self.covers = places, covers
        super().__init__(*args, **kwargs)
        self.fields["address"].label = "地点（选填）"
        self.moved = False

    def clean_kind(self) -> KindRef | None:
        pk = self.cleaned_data["kind"]
        if pk is None:
            return None
        found = {k.id: k for k in snapshot.current().current_leaves()}.get(pk)
        if found is None:
            raise ValidationError("这个类别已经停用，请重新选择。")
        return found

    def clean_grid(self) -> str:
        """The grid chosen; the first of one's own when nothing was."""
        given = str(self.cleaned_data["grid"])
        if not self.places:
            raise ValidationError("您还没有网格，请联系社区。")
        if given and given not in dict(self.places):
            raise ValidationError("所选网格不在您的范围内，请重新选择。")
        return given or self.places[0][0]

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if (clean.get("lng") is None) != (clean.get("lat") is None):
            clean["lng"] = clean["lat"] = None
        if self.errors:
            return clean
        if clean["kind"] is None and not clean["text"].strip() and not clean["photos"]:
            raise ValidationError("请拍照、选类别，或写几个字。")
        try:
            clean["place"] = self._own_place(clean["grid"])
        except ValidationError as error:
            self.add_error("address", error.messages)
        return clean

    def _own_place(self, grid: str) -> Place:
        """The grid of the point when it is one's own, else the grid chosen; the point stays as it is."""
        place = self.find_place(about=self.cleaned_data["text"])
        if self.cleaned_data["lng"] is not None and len(place.path) > 6 and self.covers(place.path):
            return place
        self.moved = self.cleaned_data["lng"] is not None and len(place.path) > 6
        return Place(path=grid, address=place.address, lng=place.lng, lat=place.lat)
