"""Attachments: photos and documents belonging to a row of some module.

An **attachment** is one upload: owner (type and id), purpose, name, hash, size; the bytes lie below ``MEDIA_ROOT``
under their hash, so equal contents are stored once. What may come in is an allow list (``kinds.py``), decided by
content and never by name alone; images are re-encoded (``images.py``; HEIC becomes JPEG, ``heif.py``), which drops EXIF
and anything hidden behind the picture, and get two **variants**: ``thumb`` (320 px) and ``screen`` (1600 px). Word,
Excel, PowerPoint and PDF lose author, program, times, XMP and Exif of the photos in them (``office.py``, ``pdf.py``),
unless they are **signed**: then they stay as they are and say so. The position is wiped from videos
(``recordings.py``). What a C library must open is opened in a process of its own (``apart.py``).

``actions.store(file, owner=…, purpose=…, by=…)`` takes one in (``prepare`` does the slow part before a transaction);
``queries.of(owner)`` reads; ``registry.serve_for("cases.case", visible=…)`` says whose files a user may fetch, default
nobody's; ``signing.signed_url`` lets a resident fetch one for a while. The file is written before its row: a
rollback leaves an orphan file, never a row without one; ``wangge attachments check`` finds both.

Neighbours: ``access`` (routes), ``audit`` (reads of personal files).
"""
