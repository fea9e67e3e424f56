"""What the region as a whole offers, in words: costs and policies, results, logistics.

Read from a published edition, without HTTP and without geometry. A figure stands with its period
and its source; what is not known says whom to ask.
"""
