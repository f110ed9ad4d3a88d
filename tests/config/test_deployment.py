"""``deploy/`` and ``compose.yaml`` agree with each other, with the settings and with the page about them."""

from __future__ import annotations

import re
from pathlib import Path

from wangge.cases.web.desk_import import MAX_MB

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
SECRETS = (ROOT / "deploy" / "make-secrets.sh").read_text(encoding="utf-8")


def read_by_the_code() -> set[str]:
    """The names of every setting read from the environment."""
    files = (ROOT / "src" / "wangge" / "config").glob("*.py")
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return set(re.findall(r'(?:env\.\w+|environ\.get)\(\s*"([A-Z_]+)"', text))


def test_compose_sets_what_the_code_reads() -> None:
    (block,) = re.findall(r"^x-application:.*?^  environment:\n(.*?)^  \w", COMPOSE, re.MULTILINE | re.DOTALL)
    names = re.findall(r"^    ([A-Z_]+):", block, re.MULTILINE)
    assert len(names) >= 9
    assert {name.removesuffix("_FILE") for name in names} - read_by_the_code() == set()


def test_the_page_names_settings_the_code_reads() -> None:
    table = PAGE.partition("## Settings")[2].partition("\n## ")[0]
    names = set(re.findall(r"^\| (.+?) \|", table, re.MULTILINE))
    documented = {name for cell in names for name in re.findall(r"`([A-Z_]{6,})`", cell)}
    assert documented - read_by_the_code() == set()


def test_every_secret_is_made() -> None:
    made = set(re.findall(r"^make (\w+) ", SECRETS, re.MULTILINE))
    wanted = set(re.findall(r"deploy/secrets/(\w+)", COMPOSE))
    used = set(re.findall(r"/run/secrets/(\w+)", COMPOSE + (ROOT / "deploy" / "postgres-init.sh").read_text()))
    assert used <= wanted == made


def test_what_is_copied_and_mounted_is_there() -> None:
    copied = [word for line in re.findall(r"^COPY (?!--)(.+)$", DOCKERFILE, re.MULTILINE) for word in line.split()[:-1]]
    mounted = re.findall(r"- \./(\S+?):\S+:ro", COMPOSE)
    assert [one for one in [*copied, *mounted] if one != "deploy/tls" and not (ROOT / one).exists()] == []
    assert copied
    assert mounted


def test_the_users_folder_is_the_users_before_a_volume_covers_it() -> None:
    (uid,) = re.findall(r"useradd .*--uid (\d+)", DOCKERFILE)
    assert f"install -d -o wangge -g wangge -m 750 {(folder := '/var/lib/wangge')}\n" in DOCKERFILE
    assert f"- state:{folder}\n" in COMPOSE
    assert set(re.findall(rf"- {folder}/\w+:uid=(\d+),gid=(\d+)", COMPOSE)) == {(uid, uid)}
    assert f"install -d -o {uid} -m 700 /backup" in PAGE


def test_what_runs_on_a_machine_is_where_the_page_puts_it() -> None:
    for name in ("wangge", "wangge-web.service", "wangge-worker.service"):
        assert "/opt/wangge/.venv/bin/wangge" in (ROOT / "deploy" / name).read_text(encoding="utf-8")
    assert "WANGGE_VAR=/var/lib/wangge" in PAGE


def test_the_sizes_nginx_lets_through_are_those_the_pages_promise() -> None:
    nginx = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    (size,) = re.findall(r"location = /desk/cases/import/ {\s*client_max_body_size (\d+)m;", nginx)
    assert int(size) > MAX_MB
