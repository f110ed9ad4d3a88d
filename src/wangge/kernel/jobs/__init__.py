"""Jobs: work outside the request. A job runs once, later; a sweep runs again and again.

A module's ``jobs.py`` is imported at start. ``@queue.task("cases.answer_repeats")`` makes a function a job;
``queue.defer("cases.answer_repeats", case_id=7)`` asks for it by name, in the caller's transaction: rolled back, it
was never asked for. Jobs are rows of procrastinate's tables in the same PostgreSQL. The body runs in one transaction
together with a ``JobReceipt``, so that a worker killed at any moment leaves its work done once: not half, not twice.

``@sweeper.sweep(name="cases.clocks", every=30)`` registers a function ``(now) -> int`` (how many rows it handled).
Each is run by one worker at a time (an advisory lock), isolated from the others, and leaves a ``Heartbeat``;
``sweeper.each`` isolates the rows within one. ``health.health()`` says which are late or failing, and is what
``wangge doctor``, ``/readyz``, the metrics and the desk ask: a dead worker cannot raise its own alarm.

``worker.run()`` runs both in one process and outlives a restart of the database. Neighbours: access, audit.
"""
