"""Orders of a 12345 platform (or any table of matters) into cases, in bulk.

``reading`` turns a file (csv in UTF-8 or GBK, xlsx, xls, json, json lines) into rows; ``mapping`` says which
column is which field; ``rows`` checks one row with the validators of every other way in and makes an
``Order``; ``storing`` gives orders numbers, owners and clocks and copies them in; ``run`` puts it together
and answers with a ``Report``. Idempotent by source number, or by content for rows without one; good rows or
none, as the user chose; the rejected rows come back as a workbook with reasons.
"""
