"""``python -m bench lifecycle --scale full --record`` · ``python -m bench all`` · ``python -m bench list``."""

from __future__ import annotations

import argparse
import subprocess
import sys

from bench import harness


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", help="a benchmark, 'all', or 'list'")
    parser.add_argument("--scale", choices=("small", "full"), default="small")
    parser.add_argument("--record", action="store_true", help="write the figures to docs/benchmarks.md")
    arguments = parser.parse_args()
    names = harness.names()
    if arguments.name == "list":
        print("\n".join(names))
        return 0
    if arguments.name == "all":
        return _each_in_its_own_process(names, arguments.scale, record=arguments.record)
    if arguments.name not in names:
        parser.error(f"no benchmark {arguments.name!r}; there are: {', '.join(names) or 'none'}")
    harness.execute(arguments.name, arguments.scale, record=arguments.record)
    return 0


def _each_in_its_own_process(names: list[str], scale: str, *, record: bool) -> int:
    """Memory, caches and connections of one must not colour the next."""
    failed = []
    for name in names:
        command = [sys.executable, "-m", "bench", name, "--scale", scale, *(["--record"] if record else [])]
        if subprocess.run(command, check=False).returncode != 0:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
