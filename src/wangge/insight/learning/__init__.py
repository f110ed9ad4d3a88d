"""Learning (类别模型): the kind model of this installation, taught each night by its own closed cases.

Nouns: a *kind model* (类别模型) is one training with its figures on held-back cases; it is *promoted* (启用)
only when it is better there than the one in use. A *dispatch permit* (自动派单许可) is a row by which a
person allows one kind, at one place, to be dispatched without a press when the model is sure enough;
without a row nothing is ever dispatched by a model.

How it runs: ``jobs.py`` trains at night; ``training.py`` reads the cases, holds the newest back, learns,
calibrates and measures; ``actions.py`` keeps and promotes; ``suggestion.py`` hands the model in use to
``duties.suggestion``, where intake, import and the phone ask for kinds; ``permits.py`` decides and
dispatches what a permit covers.

Neighbours: stands on cases and duties; uses ``insight.classifier`` and ``insight.validation``.
"""
