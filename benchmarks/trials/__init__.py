"""Programs that measure figures of Kassei's own, one a module, each in a process of its own.

A trial is a function of sizes. It returns its figures by key, and under "notes" what a
reader must know of each.
"""
