"""Calendar: working time in China, and the clocks that run on it.

A **workday** is a day on which offices work: statutory holidays are off, make-up workdays (调休) are on.
The library ``chinesecalendar`` knows the years 2004–2026; the table ``CalendarDay`` overrides single days,
and ``CalendarYear`` says for which further years the State Council's notice has been entered. A year nobody
knows is reckoned by weekends alone, with a warning (``working.known_until``).
A **limit** is a value and a unit (minute, hour, day, working hour, working day); ``working.due`` turns a start
and a limit into an instant, ``working.elapsed`` measures between two. A **clock** (``models.ClockBase``,
``clocks.begin/pause/resume/extend/stop``) stores its due instant on the row, so that "overdue" is an index
range and never a calculation; a pause keeps what was left.

Days run in Asia/Shanghai; instants come back in UTC.
Neighbours: ``audit`` records changes of the calendar; ``jobs`` sweeps the clocks of the modules above.
"""
