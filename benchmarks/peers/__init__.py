"""Ways of training the same runs, one a module; each imports its library when it trains.

A peer is a function of an experiment and of places in its grid. It yields, for each run or
for all at once, the places trained and their test accuracies; what came between two yields
is the time that they took.
"""
