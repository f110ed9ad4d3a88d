"""Tables: the files people keep their lists in, read and written in one place.

``reading.rows(source)`` streams a file (csv in UTF-8 or GBK, xlsx, xls, ods, json, json lines) as ``Row``\\ s: the
number a spreadsheet shows, column → text, and what is wrong with the row as such. ``reading.read(source)`` is the same
as a ``Table`` in memory. ``Limits`` says how much is taken. A file that is no table raises ``UnreadableTable``, whose
message tells the user what to do.

Workbooks are opened by ``sheets`` in a process of their own with a memory limit: a few kilobytes can describe a sheet
of billions of cells, and the reader would take the server down with it.

``outcomes`` is how an import judges row by row and answers: which column is which field, what was added, changed and
refused, and the refused rows as a workbook. ``writing`` makes workbooks; text stays text, never a formula (CWE-1236).

No tables of the database, so no Django app. Neighbours: none.
"""
