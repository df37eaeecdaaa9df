#!/usr/bin/env bash
# reasoning_gym 0.1.23: in the dataset `acre`, what item 0 is depends on how many items were asked for.
#
# Seen (the lines that are printed below): with the same seed, the first 30 items of `acre` are all others when the dataset is
# made with 60 items instead of 30. In `basic_arithmetic`, as in the other datasets that were tried, they are the same 30. One would
# expect an item to follow from the seed and its index. `acre` makes all items at once and shuffles them. So a larger
# evaluation set is not the smaller one with more items, and two papers with the same seed and other sizes share no task.
#
# Needs python3 with venv, and the network to install. Ends with 1 where the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet reasoning-gym==0.1.23
cat > check.py <<'PY'
import sys
from importlib.metadata import version

import reasoning_gym


def shared(name):
    small, large = [reasoning_gym.create_dataset(name, size=size, seed=11) for size in (30, 60)]
    return sum(small[index]["question"] == large[index]["question"] for index in range(30))


acre, other = shared("acre"), shared("basic_arithmetic")
print("reasoning_gym", version("reasoning-gym"))
print(f"acre: {acre} of the first 30 items are the same with size 30 and size 60")
print(f"basic_arithmetic: {other} of the first 30 items are the same with size 30 and size 60")
sys.exit(0 if (acre, other) == (0, 30) else 1)
PY
venv/bin/python check.py
