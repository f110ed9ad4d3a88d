"""Cases: every matter found or complained of, from filing to the last page of its file.

Nouns: a *case* (事项/工单) is filed through a *channel* by a *requester* (诉求人); it has a *kind*
(duties) and a *place* (territory), hence a *lead office* (主办) and *assisting offices* (协办), each with
its *part*; *clocks* run for sign, contact and finish; a *request* (申请) asks for extension, suspension
or exclusion; a *call-back* (回访) asks *solved?* and *satisfied?* apart; a *root case* answers for its
repeats.

How it runs: ``flow.py`` holds states and steps; ``actions.py`` every other write (filing, requests,
notes); ``dispatching.py`` finds the owner by list and place, in words; ``clocks.py`` starts, pauses
and sweeps the clocks; ``repeats.py`` suggests what is the same matter; ``policy.py`` says who may and
who sees.

Sources: 北京市接诉即办工作条例 arts. 10–32 (channels, dispatch, first-receiver duty, call-back), GB/T 30428
(digital urban management: filing, checking, closing). Parameters are rows (``CaseRules``).

Neighbours: stands on duties, organization, territory and the kernel; publishes ``CaseFiled``,
``CaseMoved`` and ``CaseClosed`` to whoever stands above. Copy the shape of this module.
"""
