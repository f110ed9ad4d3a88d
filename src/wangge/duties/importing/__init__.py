"""Kinds and duties from tables (xlsx, xls, ods, CSV in UTF-8 or GBK), and the shipped default data.

Every row is judged alone; with ``keep_good`` the good rows are stored and the others come back as a
workbook with the reasons, without it nothing is stored when a row is wrong. A file may be imported twice.
"""
