"""One of the processes that tell the month: ``python -m wangge.demo.process PART PARTS``."""

from __future__ import annotations

import sys

from wangge.config.cli import prepare


def main() -> None:
    """Tell every ``PARTS``-th lot; a line per lot on standard output for the parent to count."""
    prepare()
    from django.db import connection  # noqa: PLC0415 - Django is set up only now

    from wangge.demo import living  # noqa: PLC0415

    # The same seventy statements five thousand times over: let the server keep their plans.
    connection.settings_dict["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 3}
    part, parts = int(sys.argv[1]), int(sys.argv[2])
    living.tell(part=part, parts=parts, say=lambda number: print(number, flush=True))


if __name__ == "__main__":
    main()
