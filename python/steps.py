"""Which rows are learned in which step, where examples are trained as several rows: those of one example in the same step.

TRL takes the same number of rows in every step, in batches of one size. So the rows of all steps are laid out one behind the
other, and every step is filled up to the size of the longest with a row of which nothing is learned.
"""

import random


def epochs(count, seed):
    """Numbers of examples without end: each epoch in an order of its own, in which every example comes once."""
    for epoch in range(10**9):
        order = list(range(count))
        random.Random(f"{seed} {epoch}").shuffle(order)
        yield order


def steps_of(count, seed, steps, batch):
    """The examples of each step. The last step of an epoch may have fewer."""
    made = []
    for order in epochs(count, seed):
        for at in range(0, count, batch):
            if len(made) == steps:
                return made
            made.append(order[at : at + batch])


def laid_out(sizes, seed, settings, processes):
    """(indices of rows in the order in which TRL is to take them, batches a step on one device).

    `sizes`: how many rows each example has; they are numbered in order, and -1 is a row of which nothing is learned.
    """
    starts = [0]
    for size in sizes:
        starts.append(starts[-1] + size)
    steps = steps_of(len(sizes), seed, settings["steps"], settings["batch"])
    rows = [[row for number in step for row in range(starts[number], starts[number + 1])] for step in steps]
    at_once = settings["deviceBatch"] * processes
    batches = max(-(-len(step) // at_once) for step in rows)
    filled = [step + [-1] * (batches * at_once - len(step)) for step in rows]
    return [row for step in filled for row in step], batches
