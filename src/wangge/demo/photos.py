"""Forty small pictures, drawn: what somebody's phone might have shown, and nobody's real street."""

from __future__ import annotations

import io
from collections.abc import Callable
from random import Random
from typing import Final

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw, ImageFilter

from wangge.kernel.attachments.actions import Prepared, prepare

SIZE: Final = (640, 480)
COUNT: Final = 40
HORIZON: Final = 250
Draw = ImageDraw.ImageDraw


def prepared() -> list[tuple[str, Prepared]]:
    """(what it shows, the stored file) for every picture; the same bytes every time, hence one file on disk each."""
    scenes = list(SCENES)
    found = []
    for number in range(COUNT):
        scene = scenes[number % len(scenes)]
        content = ContentFile(picture(scene, number), name=f"现场照片{number + 1:02}.jpg")
        found.append((scene, prepare(content)))
    return found


def picture(scene: str, number: int) -> bytes:
    """One JPEG; ``number`` varies the light, the houses and the mess."""
    random = Random(number)  # noqa: S311 - a picture
    dusk = number % 4 == 3
    sky = (70, 84, 120) if dusk else random.choice([(168, 204, 232), (190, 205, 214), (150, 190, 225)])
    ground = random.choice([(126, 124, 120), (150, 146, 138), (112, 116, 118)])
    image = Image.new("RGB", SIZE, sky)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HORIZON, *SIZE), fill=ground)
    _houses(draw, random, dusk=dusk)
    SCENES[scene](draw, random)
    image = image.filter(ImageFilter.GaussianBlur(0.6))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=72)
    return out.getvalue()


def _houses(draw: Draw, random: Random, *, dusk: bool) -> None:
    left = -20
    while left < SIZE[0]:
        width, top = random.randrange(110, 210), random.randrange(40, 150)
        tone = random.randrange(150, 210)
        draw.rectangle((left, top, left + width, HORIZON), fill=(tone, tone - 12, tone - 34))
        for x in range(left + 14, left + width - 24, 32):
            for y in range(top + 16, HORIZON - 26, 36):
                lit = dusk and random.random() < 0.5
                draw.rectangle((x, y, x + 18, y + 22), fill=(250, 220, 140) if lit else (88, 104, 120))
        left += width + random.randrange(6, 60)


def _rubbish(draw: Draw, random: Random) -> None:
    for _ in range(34):
        x, y, r = random.randrange(170, 470), random.randrange(300, 420), random.randrange(10, 34)
        tone = random.choice([(40, 42, 48), (224, 224, 220), (190, 60, 50), (60, 110, 70), (170, 140, 90)])
        draw.ellipse((x - r, y - r * 0.7, x + r, y + r * 0.7), fill=tone, outline=(30, 30, 30))


def _bins(draw: Draw, random: Random) -> None:
    for number in range(3):
        x = 190 + number * 95
        draw.rectangle((x, 260, x + 70, 380), fill=random.choice([(40, 110, 70), (40, 80, 150)]), outline=(20, 30, 30))
        draw.rectangle((x - 5, 248, x + 75, 264), fill=(30, 60, 50))
        draw.ellipse((x + 5, 222, x + 65, 266), fill=(50, 50, 56))
    _scatter(draw, random, 16)


def _scatter(draw: Draw, random: Random, count: int) -> None:
    for _ in range(count):
        x, y = random.randrange(120, 520), random.randrange(385, 450)
        draw.ellipse((x, y, x + 22, y + 12), fill=random.choice([(230, 230, 225), (200, 170, 90), (60, 60, 66)]))


def _hole(draw: Draw, random: Random) -> None:
    draw.polygon([(250, 250), (390, 250), (640, 480), (0, 480)], fill=(84, 84, 86))
    x, y = random.randrange(220, 330), random.randrange(330, 370)
    draw.ellipse((x, y, x + 170, y + 64), fill=(38, 34, 32), outline=(120, 112, 100), width=5)


def _manhole(draw: Draw, random: Random) -> None:
    x, y = random.randrange(220, 300), random.randrange(320, 360)
    draw.ellipse((x, y, x + 190, y + 80), fill=(20, 20, 22), outline=(150, 145, 135), width=7)
    for number in range(4):
        draw.rectangle((x - 40 + number * 80, y - 70, x - 30 + number * 80, y + 60), fill=(214, 90, 40))


def _water(draw: Draw, random: Random) -> None:
    for _ in range(5):
        x, y, w = random.randrange(40, 380), random.randrange(300, 420), random.randrange(140, 260)
        draw.ellipse((x, y, x + w, y + w // 4), fill=(96, 112, 124), outline=(140, 156, 168), width=3)


def _ice(draw: Draw, random: Random) -> None:
    for _ in range(7):
        x, y, w = random.randrange(0, 460), random.randrange(270, 430), random.randrange(90, 220)
        draw.ellipse((x, y, x + w, y + w // 3), fill=(226, 236, 244), outline=(190, 210, 226), width=3)


def _cars(draw: Draw, random: Random) -> None:
    for number in range(3):
        x, y = 40 + number * 190, random.randrange(300, 340)
        tone = random.choice([(180, 40, 40), (220, 220, 224), (40, 60, 110), (60, 62, 66)])
        draw.rounded_rectangle((x, y, x + 170, y + 62), 18, fill=tone)
        draw.rounded_rectangle((x + 32, y - 36, x + 134, y + 14), 16, fill=tone, outline=(30, 34, 40))
        for wheel in (x + 32, x + 128):
            draw.ellipse((wheel - 18, y + 44, wheel + 18, y + 80), fill=(24, 24, 26))


def _lamp(draw: Draw, random: Random) -> None:
    x = random.randrange(280, 360)
    draw.line((x, 420, x, 90), fill=(60, 62, 66), width=9)
    draw.line((x, 92, x + 74, 78), fill=(60, 62, 66), width=7)
    draw.ellipse((x + 62, 66, x + 110, 92), fill=(44, 44, 46))


def _wires(draw: Draw, random: Random) -> None:
    for _ in range(9):
        y, sag = random.randrange(60, 180), random.randrange(40, 190)
        points = [(x, y + int(sag * 4 * (x / 640) * (1 - x / 640))) for x in range(0, 641, 20)]
        draw.line(points, fill=(26, 26, 28), width=random.choice([2, 3, 5]))


def _stairs(draw: Draw, random: Random) -> None:
    draw.rectangle((0, 0, *SIZE), fill=(198, 194, 184))
    for number in range(8):
        y = 180 + number * 38
        draw.polygon([(180, y), (460, y), (490, y + 38), (150, y + 38)], fill=(150 - number * 5,) * 3)
    for _ in range(11):
        x, y, s = random.randrange(330, 470), random.randrange(150, 380), random.randrange(40, 84)
        draw.rectangle((x, y, x + s, y + s), fill=random.choice([(176, 134, 84), (150, 110, 70), (96, 100, 120)]))


def _stall(draw: Draw, random: Random) -> None:
    for number in range(3):
        x = 70 + number * 190
        draw.polygon(
            [(x, 250), (x + 150, 250), (x + 172, 290), (x - 22, 290)],
            fill=random.choice([(196, 50, 44), (52, 120, 80), (46, 90, 160)]),
        )
        draw.rectangle((x, 330, x + 150, 370), fill=(152, 118, 80))
        for fruit in range(9):
            draw.ellipse(
                (x + 6 + fruit * 16, 314, x + 24 + fruit * 16, 334),
                fill=random.choice([(220, 60, 40), (240, 180, 60), (90, 160, 70)]),
            )


def _dust(draw: Draw, random: Random) -> None:
    draw.polygon([(60, 430), (220, 270), (330, 330), (450, 260), (620, 430)], fill=(168, 134, 92))
    draw.line((500, 260, 500, 40), fill=(220, 170, 40), width=9)
    draw.line((360, 60, 610, 60), fill=(220, 170, 40), width=7)
    for _ in range(40):
        x, y = random.randrange(60, 620), random.randrange(200, 400)
        draw.ellipse((x, y, x + 30, y + 16), fill=(190, 168, 134))


def _thermometer(draw: Draw, random: Random) -> None:
    draw.rectangle((0, 0, *SIZE), fill=(222, 214, 200))
    for number in range(7):
        draw.rounded_rectangle(
            (330 + number * 38, 250, 358 + number * 38, 430), 12, fill=(244, 244, 240), outline=(170, 170, 166)
        )
    draw.rounded_rectangle((110, 130, 270, 250), 14, fill=(240, 244, 246), outline=(90, 96, 104), width=4)
    draw.rectangle((128, 150, 252, 220), fill=(176, 190, 170))
    draw.text((146, 160), f"{random.randrange(12, 18)}.{random.randrange(10)}", fill=(30, 34, 30), font_size=44)


def _tree(draw: Draw, random: Random) -> None:
    draw.line((120, 400, 500, 320), fill=(94, 70, 46), width=26)
    for _ in range(46):
        x, y = random.randrange(330, 580), random.randrange(240, 400)
        draw.ellipse((x, y, x + 44, y + 30), fill=random.choice([(70, 110, 56), (92, 130, 64), (120, 120, 60)]))


def _wall(draw: Draw, random: Random) -> None:
    draw.rectangle((150, 20, 520, 470), fill=(206, 198, 184))
    points = [(300 + random.randrange(-70, 70), 150 + n * 22) for n in range(8)]
    draw.polygon([(260, 140), *points, (380, 330), (400, 150)], fill=(146, 120, 100))
    for _ in range(10):
        x = random.randrange(230, 430)
        draw.rectangle((x, 440, x + 26, 462), fill=(160, 140, 120))


def _chargers(draw: Draw, random: Random) -> None:
    for number in range(3):
        x = 110 + number * 160
        for wheel in (x, x + 88):
            draw.ellipse((wheel, 360, wheel + 50, 410), outline=(24, 24, 26), width=8)
        draw.line((x + 24, 384, x + 70, 330, x + 112, 384), fill=random.choice([(190, 40, 40), (40, 90, 150)]), width=9)
    draw.line([(300, 0), (290, 120), (320, 240), (304, 350)], fill=(220, 120, 30), width=5)


SCENES: Final[dict[str, Callable[[Draw, Random], None]]] = {
    "rubbish": _rubbish, "bins": _bins, "hole": _hole, "manhole": _manhole, "water": _water, "ice": _ice,
    "cars": _cars, "lamp": _lamp, "wires": _wires, "stairs": _stairs, "stall": _stall, "dust": _dust,
    "thermometer": _thermometer, "tree": _tree, "wall": _wall, "chargers": _chargers,
}  # fmt: skip
# First digits of a kind → what its photos show; the longest match counts.
FITTING: Final[dict[str, tuple[str, ...]]] = {
    "0101": ("rubbish", "bins"), "010104": ("rubbish", "wall"), "010106": ("stairs",), "010109": ("ice",),
    "0103": ("wall", "stairs"), "0104": ("dust",), "0201": ("stall",), "0202": ("cars",), "0203": ("wall", "dust"),
    "0301": ("hole",), "0302": ("manhole",), "0303": ("lamp",), "0304": ("water",), "030506": ("wires",),
    "0401": ("tree",), "0503": ("wall", "water"), "0601": ("thermometer",), "0602": ("water",), "0702": ("stall",),
    "0801": ("cars",), "0901": ("cars", "chargers"), "090103": ("chargers", "wires"),
}  # fmt: skip


def fitting(kind: str) -> tuple[str, ...]:
    """The scenes that suit a kind; any when none is made for it."""
    for end in (6, 4):
        if found := FITTING.get(kind[:end]):
            return found
    return tuple(SCENES)
