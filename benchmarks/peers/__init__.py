"""Ways of training the same runs, one a module.

A peer's ``ready()`` imports its library, and what else is there before anybody asks for a
training. Its ``train`` is a function of an experiment and of places in its grid: it yields, for
each run or for all at once, the places trained and their test accuracies; what came between two
yields is the time that they took.
"""
