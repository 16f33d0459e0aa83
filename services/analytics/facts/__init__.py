"""Facts: the newest state of every document, keyed by its id, as the events told it.

Figures are summed when they are asked for, so late and redelivered events do no harm.
"""
