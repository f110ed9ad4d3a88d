"""The kind model: n-grams, learning, files, measuring."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tests.insight.texts import messages

from wangge.insight import ngrams
from wangge.insight.classifier import TooLittle, train
from wangge.insight.modelfile import BadModel, load, save
from wangge.insight.reading import BadFile, Message, fingerprint
from wangge.insight.reading import messages as read
from wangge.insight.validation import cross_validate, folds, groups, measure, train_measured


def test_an_n_gram_reads_back_as_its_text() -> None:
    keys, rows = ngrams.keys(["油烟"], (1, 2))
    assert [(ngrams.name(int(key)), int(row)) for key, row in zip(keys, rows, strict=True)] == [
        ("", 0),
        ("油", 0),
        ("烟", 0),
        ("油", 0),  # with the mark of the start
        ("油烟", 0),
    ]


def test_no_n_gram_reaches_across_texts() -> None:
    keys, _ = ngrams.keys(["甲乙", "丙丁"], (2,))
    assert {ngrams.name(int(key)) for key in keys} == {"甲", "甲乙", "丙", "丙丁"}


def test_every_known_n_gram_is_found_and_no_other() -> None:
    vocabulary = ngrams.learn([row.texts[0] for row in messages(300)], (1, 2, 3))
    unknown, _ = ngrams.keys(["龘靐齉"], (3,))
    assert vocabulary.find(vocabulary.known).tolist() == list(range(len(vocabulary.known)))
    assert set(vocabulary.find(unknown).tolist()) == {-1}


def test_numbers_width_and_case_are_folded() -> None:
    assert ngrams.fold("A3区 第12号\n楼") == "a0区第0号楼"


def test_a_model_learns_subjects() -> None:
    model = train(messages(400, seed=1))
    unseen = messages(200, seed=2)
    answers = model.predict([row.texts for row in unseen])
    assert measure(
        [r.label for r in unseen], [a.label for a in answers], [a.confidence for a in answers]
    ).accuracy == pytest.approx(1.0, abs=0.02)


def test_probabilities_add_up_to_one_even_without_text() -> None:
    model = train(messages(200))
    assert model.probabilities([("",), ("拖欠工资", "公司不发工资")]).sum(axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_title_and_body_together_count_as_one_message() -> None:
    model = train(messages(300, several=True))
    assert [a.label for a in model.predict([("公司拖欠工资", "已经三个月没有领到工资"), ("公交班次少", "")])] == [
        "劳动和社会保障",
        "交通运输",
    ]


def test_it_explains_itself_by_words_of_the_text() -> None:
    model = train(messages(400))
    words = model.explain("青山路有公司拖欠工资", "劳动和社会保障")
    assert any("工资" in word for word, _ in words[:2])
    assert all(word in "青山路有公司拖欠工资" for word, _ in words)
    assert 0 < sum(weight for _, weight in words) <= 1.001


def test_rare_signs_outside_the_basic_plane_are_harmless() -> None:
    model = train(messages(200))
    assert model.explain("𠮷公司拖欠工资")
    assert len(model.predict([("😀",)])) == 1


def test_one_label_is_not_enough() -> None:
    with pytest.raises(TooLittle):
        train([Message(("甲",), "一"), Message(("乙",), "一")])


def test_a_saved_model_answers_the_same(tmp_path: Path) -> None:
    model, _ = train_measured(messages(300), number=3)
    save(model, tmp_path / "m")
    again = load(tmp_path / "m")
    rows = [row.texts for row in messages(50, seed=9)]
    assert again.predict(rows) == model.predict(rows)
    assert again.sharpness == model.sharpness


@pytest.mark.parametrize("part", ["weights.npy", "known.npy"])
def test_a_changed_model_is_refused(tmp_path: Path, part: str) -> None:
    file, changed = tmp_path / "m", tmp_path / "changed"
    save(train(messages(100)), file)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[:-1] + bytes([data[-1] ^ 1]) if name == part else data)
    with pytest.raises(BadModel):
        load(changed)


def test_a_model_with_objects_in_it_is_refused(tmp_path: Path) -> None:
    import hashlib
    import io

    file, evil = tmp_path / "m", tmp_path / "evil"
    save(train(messages(100)), file)
    stream = io.BytesIO()
    np.save(stream, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(evil, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        manifest["sha256"]["bias"] = hashlib.sha256(stream.getvalue()).hexdigest()
        for name in old.namelist():
            data = stream.getvalue() if name == "bias.npy" else old.read(name)
            new.writestr(name, json.dumps(manifest) if name == "manifest.json" else data)
    with pytest.raises(BadModel, match="不允许"):
        load(evil)


def test_something_else_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("no model")
    with pytest.raises(BadModel):
        load(tmp_path / "m")


def test_equal_and_contained_texts_fall_into_one_group() -> None:
    title = "青山路三十七弄地下车库积水长期无人处理"
    rows = [
        Message((title,), "甲"),
        Message((title + "!",), "甲"),
        Message((f"我家住在附近。{title}，每逢下雨车辆无法进出，盼望答复。",), "甲"),
        Message(("社区食堂什么时候开放",), "乙"),
    ]
    group = groups(rows)
    assert len({int(g) for g in group[:3]}) == 1
    assert group[3] != group[0]


def test_folds_keep_groups_whole_and_are_even() -> None:
    group = np.repeat(np.arange(30), 3)
    fold = folds(group, 5)
    assert all(len(set(fold[group == g].tolist())) == 1 for g in range(30))
    assert np.bincount(fold).tolist() == [18] * 5


def test_measuring_counts_right() -> None:
    found = measure(["a", "a", "b", "b"], ["a", "b", "b", "b"], [0.9, 0.9, 0.9, 0.9])
    assert found.accuracy == 0.75
    assert found.table == (("a", 2, 1.0, 0.5, 0.6667), ("b", 2, 0.6667, 1.0, 0.8))
    assert found.macro_f1 == 0.7333
    assert found.calibration_error == 0.15


def test_cross_validation_does_not_learn_labels_that_say_nothing() -> None:
    import random

    pick = random.Random(3)
    rows = [Message(row.texts, pick.choice(["甲", "乙"])) for row in messages(300)]
    measured, _ = cross_validate(rows, number=3)
    assert measured.accuracy == pytest.approx(0.5, abs=0.15)


def test_files_may_hold_titles_here_and_bodies_there(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("title,label\n甲,一\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("detail,label\n乙,二\n丙,\n", encoding="gb18030")
    rows = read([tmp_path / "a.csv", tmp_path / "b.csv"], ["title", "detail"], "label")
    assert rows == [Message(("甲", ""), "一"), Message(("", "乙"), "二")]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("标题,label\n甲,一\n", encoding="utf-8")
    with pytest.raises(BadFile, match="title"):
        read([tmp_path / "a.csv"], ["title"], "label")


def test_the_fingerprint_ignores_the_order_of_rows() -> None:
    rows = messages(10)
    assert fingerprint(rows) == fingerprint(rows[::-1])
    assert fingerprint(rows) != fingerprint(rows[:-1])
