"""Insight (民情分析): what the words of many messages say together.

Nouns: a *model* (模型) proposes a kind for a text and says by which words; a *topic* (热点) is a group of
messages on the same matter at the same place or object, with *heat* (热度); a *warning* (预警) is a day on
which more came than the days before explain; a *reply check* (答复质检) says what a reply lacks.

How it runs: ``ngrams.py`` turns texts into counts of character n-grams; ``classifier.py`` learns from them
and explains itself; ``modelfile.py`` keeps a model as arrays and JSON, never as code; ``validation.py``
measures without looking at the rows it reports. ``grouping/`` finds topics in messages, pure; ``topics/``
keeps them for cases, with rises and forecasts; ``places/`` learns names of places from addresses;
``learning/`` teaches the model in use; ``replies/`` looks at replies; ``governance/`` acts on topics.
Everything is trained here, on the district's own texts, on a CPU; no weights are fetched from anywhere.

A model proposes; it dispatches by itself only what a permit of a person covers. How well each part does,
and how that was measured: ``docs/insight.md``.

Neighbours: stands above cases (closed cases teach the model) and all below; knows nothing of the sites.
"""
