"""Reply quality (答复质检): what a reply lacks, said before it is sent and counted afterwards.

Nouns: a *hint* (提示) is one thing a reply lacks — no answer to the question (答非所问), copied (套话或照抄), no facts,
a promise without a date, no contact, too short, the wrong tone; a *check* (质检) is what was found in a reply that was
sent: codes, lengths and sketches, never its words.

How it runs: ``parts.py`` takes a reply apart (greeting, receipt, passing on, thanks, what remains); ``checking.py``
looks at what remains beside the question; ``sketch.py`` compares replies of one office without keeping them. Nothing is
trained and nothing is decided: a hint is a sentence to the person who writes, who may send all the same. How often each
hint is right was measured by hand and stands in ``docs/replies.md``.

Neighbours: stands on cases (the reply form shows a slot for those above; ``CaseMoved`` tells of replies) and all below.
"""
