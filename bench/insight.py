"""The kind model and the topics beside scikit-learn's own pipeline: messages a second, in one process.

Runs on the real messages in ``../shared/data/messages``; without them on as many invented ones (their figures
are not comparable: short, few words).
"""

from __future__ import annotations

import random
from pathlib import Path
from time import perf_counter

from bench.harness import Result

REAL = Path("../shared/data/messages")
GOAL = 2_000
DAY = 1_000  # messages of a busy district's day


def _labelled(number: int) -> list[tuple[str, str]]:
    """(text, label)."""
    from wangge.insight.reading import messages

    if REAL.exists():
        files = [REAL / "labelled_titles.csv", REAL / "labelled_details.csv"]
        rows = [("".join(row.texts), row.label) for row in messages(files, ["title", "detail"], "label")]
        random.Random(1).shuffle(rows)
        return rows[:number]
    return [(text, label) for text, label, _ in _invented(number)]


def _invented(number: int) -> list[tuple[str, str, str]]:
    pick = random.Random(2)
    subjects = {"环境": "垃圾油烟噪音污水扬尘", "教育": "学校老师学位补课食堂", "劳动": "工资社保工伤合同欠薪"}
    names = [f"{a}{b}小区" for a in "青钢民和团友沙林河白" for b in "山铁主平结谊滩荫东云"]
    found = []
    for _ in range(number):
        label = pick.choice(sorted(subjects))
        place = pick.choice(names)
        words = "".join(pick.choice(subjects[label]) for _ in range(60))
        found.append((f"{place}{words}", label, place))
    return found


def _topics_of(number: int) -> list[object]:
    from wangge.insight.grouping.messages import message, read

    if REAL.exists():
        found = read(REAL / "unlabelled_4326.csv") + read(REAL / "replied_2816.csv")
        return list(found[:number])
    return [message(id=str(at), title=text[:20], body=text) for at, (text, _, _) in enumerate(_invented(number))]


def run(scale: str) -> Result:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    from wangge.insight.classifier import train
    from wangge.insight.grouping.matching import Known
    from wangge.insight.grouping.topics import find
    from wangge.insight.reading import Message

    rows = _labelled(13_000 if scale == "full" else 4_000)
    half = len(rows) * 4 // 5
    texts, unseen = [text for text, _ in rows[:half]], [text for text, _ in rows[half:]]
    began = perf_counter()
    model = train([Message((text,), label) for text, label in rows[:half]])
    training = half / (perf_counter() - began)
    model.predict([(text,) for text in unseen[:50]])
    began = perf_counter()
    answers = model.predict([(text,) for text in unseen])
    ours = len(unseen) / (perf_counter() - began)
    began = perf_counter()
    for text in unseen[:200]:
        model.predict([(text,)])
    alone = (perf_counter() - began) / len(unseen[:200])

    pipeline = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True), LinearSVC()
    )
    began = perf_counter()
    pipeline.fit(texts, [label for _, label in rows[:half]])
    their_training = half / (perf_counter() - began)
    began = perf_counter()
    theirs_said = pipeline.predict(unseen)
    theirs = len(unseen) / (perf_counter() - began)
    truth = [label for _, label in rows[half:]]
    right = sum(a.label == t for a, t in zip(answers, truth, strict=True)) / len(truth)
    their_right = sum(a == t for a, t in zip(theirs_said, truth, strict=True)) / len(truth)

    messages = _topics_of(7_000 if scale == "full" else 3_000)
    began = perf_counter()
    found = find(messages)  # type: ignore[arg-type]
    seconds = perf_counter() - began
    known = Known([(anchor, at) for at, topic in enumerate(found) for anchor in topic.anchors])
    day = [message.text for message in messages[:DAY]]  # type: ignore[attr-defined]
    began = perf_counter()
    for text in day:
        known.find(text)
    assigning = perf_counter() - began
    return Result(
        name="insight",
        value=round(ours),
        unit="messages/s",
        scale=scale,
        reference={"scikit-learn char 1–3 TF-IDF + LinearSVC": round(theirs)},
        ratio=round(ours / theirs, 2),
        rows=[
            ["what", "ours", "scikit-learn"],
            ["train, messages/s", f"{training:,.0f}", f"{their_training:,.0f}"],
            ["predict with confidence, messages/s", f"{ours:,.0f}", f"{theirs:,.0f} (no confidence)"],
            ["share right on a random fifth", f"{right:.4f}", f"{their_right:.4f}"],
            ["predict one message, ms", f"{alone * 1000:.2f}", ""],
            [f"topics of {len(messages):,} messages ({len(found)} found), s", f"{seconds:.2f}", ""],
            ["topics, messages/s", f"{len(messages) / seconds:,.0f}", ""],
            [f"a day of {len(day):,} messages to known topics, s", f"{assigning:.3f}", ""],
        ],
        goal=f"≥ {GOAL:,} messages/s, a day of messages in seconds",
        met=ours >= GOAL and assigning < 5,
    )
