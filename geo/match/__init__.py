"""The finder: what is asked, judged against every plot or hall on offer, with reasons.

Plain Python over the published features, without HTTP and without geometry. What is met, what
is not and what is *unknown* stay apart: an unknown is never a no, it is a question to the park.
"""
