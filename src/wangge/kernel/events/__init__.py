"""Events: what happened, told to whoever asked, after it is committed.

An event is a frozen dataclass defined by the module in which it happens (``cases.events.CaseClosed``).
``bus.publish(event)`` inside a transaction waits for its commit; rolled back, the event never was.
``@bus.on(CaseClosed)`` registers a handler; an upper module does so in its ``handlers.py``, which
``AppConfig.ready`` imports. This is how an upper module hears of a lower one without an upward import.

Handlers run in the publisher's thread, one after the other, each on its own: a failure is logged with event and
handler and counted (``wangge_event_failures_total``), never reaches the publisher, and the others still run.
A handler that must not be lost defers a job *inside* the transaction instead (``kernel.jobs.queue.defer``): an
event lives in memory, and dies with a process killed between commit and handler.

Neighbours: none.
"""
