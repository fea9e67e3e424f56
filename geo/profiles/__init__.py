"""Profiles of parks, plots and halls: what a page, a comparison or a brief says of them.

Read from a published edition and put into words, without HTTP and without geometry. What is
not known stays in the profile as a fact without a value, and becomes a question to the park.
"""
