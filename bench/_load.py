"""The load generator: a process of its own, so that it measures a server and not itself.

``drive(address, scenario, …)`` starts it and returns what it saw. Some clients, each a thread, run one lifecycle after
the other until the time is over; a lifecycle begun is finished and counted. Each is another caller with a connection of
its own: which of the server's processes takes it is chance every time, not once for the whole run.
"""

from __future__ import annotations

import http.client
import json
import random
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

if __package__:
    from bench.harness import ROOT, Times
else:  # run as a script: the standard library alone, so that it starts at once and stays small
    ROOT = Path(__file__).resolve().parent.parent

CALLS = ("create", "dispatch", "resolve", "search")


@dataclass(frozen=True, slots=True)
class Seen:
    """Whole lifecycles in ``seconds``, and the seconds of every call by name."""

    lifecycles: int
    seconds: float
    calls: dict[str, Times]

    @property
    def rate(self) -> float:
        return self.lifecycles / self.seconds


def together(turns: Sequence[Seen]) -> Seen:
    """Several turns as one."""
    calls = {name: Times(tuple(s for turn in turns for s in turn.calls[name].seconds)) for name in CALLS}
    return Seen(sum(turn.lifecycles for turn in turns), sum(turn.seconds for turn in turns), calls)


def drive(
    address: str, scenario: str, *, clients: int, seconds: float, seed: int, warm: float = 1.5, **given: Any
) -> Seen:
    """Run ``scenario`` (``wangge`` or ``helpdesk``) against ``address``; ``given`` is what the scenario needs."""
    spec = {"address": address, "scenario": scenario, "clients": clients, "seconds": seconds, "warm": warm}
    command = [sys.executable, str(Path(__file__).resolve())]
    done = subprocess.run(
        command, input=json.dumps(spec | {"seed": seed, "given": given}), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"load generator: {done.stderr[-2000:]}")
    answer = json.loads(done.stdout)
    calls = {name: Times(tuple(values)) for name, values in answer["calls"].items()}
    return Seen(answer["lifecycles"], answer["seconds"], calls)


class Client:
    """One caller at a time on a keep-alive connection; every answer must be a good one."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        split = urlsplit(address)
        assert split.hostname is not None
        self.connection = http.client.HTTPConnection(split.hostname, split.port, timeout=120)
        self.headers = headers
        self.taken: dict[str, float] = {}

    def call(self, name: str, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> Any:
        began = time.perf_counter()
        headers = self.headers | ({"Content-Type": kind} if body is not None else {})
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        self.taken[name] = time.perf_counter() - began
        if response.status >= 400:
            raise RuntimeError(f"{name}: {response.status} {content[:600].decode(errors='replace')}")
        return json.loads(content) if content.startswith((b"{", b"[")) else None


class Wangge:
    """Create, dispatch by the lists, reply (with the contact in the same step), find it again by its words."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.headers = {"Authorization": f"Bearer {given['token']}"}
        self.given = given

    def lifecycle(self, client: Client, random_: random.Random) -> None:
        place = address_of(random_)
        what = random_.choice(THINGS) + random_.choice(TROUBLES)
        filed = client.call(
            "create",
            "POST",
            "/api/v1/cases",
            as_json(
                {
                    "text": f"{place}的{what},多次反映没有人管,希望尽快处理。",
                    "kind": random_.choice(self.given["kinds"]),
                    "path": random_.choice(self.given["communities"]),
                    "address": place,
                    "name": "居民",
                    "phone": f"138{random_.randrange(10**8):08d}",
                }
            ),
        )
        number = filed["number"]
        dispatched = client.call("dispatch", "POST", f"/api/v1/cases/{number}/dispatch", as_json({}))
        reply = {"text": "已派人到现场处理完毕,并告知来电人。", "contacted": "phone", "seen": dispatched["version"]}
        done = client.call("resolve", "POST", f"/api/v1/cases/{number}/reply", as_json(reply))
        if done["state"] != "checked":
            raise RuntimeError(f"resolve: {done}")
        found = client.call("search", "GET", f"/api/v1/cases?q={quote(place)}")
        # Another client may have filed the same address meanwhile: the own one is among the newest, not always first.
        if number not in [item["number"] for item in found["items"]]:
            raise RuntimeError(f"search: {place} found {found['total']}, not {number}")


class Helpdesk:
    """The same on django-helpdesk: API for creating and resolving, its staff pages' own calls for the other two."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.headers = {
            "Cookie": f"sessionid={given['session']}; csrftoken={given['csrf']}",
            "X-CSRFToken": given["csrf"],
        }
        self.given = given

    def lifecycle(self, client: Client, random_: random.Random) -> None:
        place = address_of(random_)
        title = f"{place}{random_.choice(THINGS)}{random_.choice(TROUBLES)}"
        filed = client.call(
            "create",
            "POST",
            "/api/tickets/",
            as_json(
                {
                    "queue": self.given["queue"],
                    "title": title,
                    "description": f"{title},多次反映没有人管,希望尽快处理。",
                    "submitter_email": "resident@example.org",
                    "priority": 3,
                }
            ),
        )
        number = filed["id"]
        owner = {"owner": self.given["owner"], "new_status": 1, "priority": 3, "title": title, "queue": 1}
        client.call(
            "dispatch",
            "POST",
            f"/tickets/{number}/update/",
            urlencode(owner).encode(),
            "application/x-www-form-urlencoded",
        )
        answer = {"ticket": number, "title": "答复", "comment": "已派人到现场处理完毕。", "new_status": 3}
        done = client.call("resolve", "POST", "/api/followups/", as_json(answer))
        if done["new_status"] != 3:
            raise RuntimeError(f"resolve: {done}")
        wanted = {"search_string": place, "sorting": "created", "sortreverse": True}
        found = client.call("search", "GET", f"/datatables_ticket_list/{b64encode(as_json(wanted)).decode()}")
        if found["recordsTotal"] < 1 or found["data"][0]["assigned_to"] == "None":
            raise RuntimeError(f"search: {found}")


THINGS = ("垃圾桶", "路灯", "下水井盖", "暖气", "电梯", "停车位", "绿化带", "广场音响", "楼道杂物", "自来水")
TROUBLES = ("无人清理", "损坏", "一直不修", "噪音很大", "被占用", "漏水", "不达标", "存在安全隐患")


def address_of(random_: random.Random) -> str:
    """A place as a caller says it, which no other case has: what is found is one case in a table of any size, and the
    growth of a search is not that of its answer."""
    return (
        f"{random_.choice('友谊团结和平幸福青年林荫')}路{random_.randrange(10**4, 10**7)}号院{random_.randrange(37)}栋"
    )


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _run(spec: dict[str, Any]) -> dict[str, Any]:
    scenario = {"wangge": Wangge, "helpdesk": Helpdesk}[spec["scenario"]](spec["given"])
    lock, problems = threading.Lock(), []
    calls: dict[str, list[float]] = {name: [] for name in CALLS}
    whole, last = [0], [0.0]
    begin = time.perf_counter() + spec["warm"]
    end = begin + spec["seconds"]

    def work(number: int) -> None:
        random_ = random.Random(spec["seed"] * 1000 + number)
        client = Client(spec["address"], scenario.headers)
        try:
            while (began := time.perf_counter()) < end and not problems:
                client.taken = {}
                client.connection.close()  # the next call opens another
                scenario.lifecycle(client, random_)
                if began < begin:
                    continue
                with lock:
                    whole[0] += 1
                    last[0] = max(last[0], time.perf_counter())
                    for name, seconds in client.taken.items():
                        calls[name].append(seconds)
        except Exception as error:
            problems.append(repr(error))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(spec["clients"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems or not whole[0]:
        raise SystemExit(problems[0] if problems else "not one lifecycle in the time given")
    return {"lifecycles": whole[0], "seconds": last[0] - begin, "calls": calls}


if __name__ == "__main__":
    json.dump(_run(json.load(sys.stdin)), sys.stdout)
