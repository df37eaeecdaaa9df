#!/usr/bin/env bash
# textarena 0.7.4: resetting one game with a seed changes what chance does in every other game of the process.
#
# Seen (the lines that are printed below): a game of Blackjack with the seed 3, played twice with the same actions, is the same
# twice. If another game is reset with the seed 5 in between, the same seed and actions bring other cards, from the first
# card on. One would expect a seed to belong to the game that was given it. All games draw from Python's one `random`, which
# every reset with a seed sets anew. So rollouts side by side in one process are neither independent nor repeatable, and a
# state that is reached again by the same seed and the same actions can be another state.
#
# Needs python3 with venv, and the network to install. Ends with 1 where the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet textarena==0.7.4
cat > check.py <<'PY'
import sys
from importlib.metadata import version

import textarena


def new_game(seed):
    game = textarena.make("Blackjack-v0-raw")
    game.reset(num_players=1, seed=seed)
    return game


def cards_after(game):
    shown = []
    for action in ["[hit]", "[stand]", "[stand]"]:
        game.get_observation()
        game.step(action)
        shown.append(game.get_observation()[1][-1][1].replace("\n", "; "))
    return shown


once = cards_after(new_game(3))
again = cards_after(new_game(3))
game = new_game(3)
new_game(5)
beside = cards_after(game)
print("textarena", version("textarena"))
print("seed 3:                                ", once)
print("seed 3 again:                          ", again)
print("seed 3, another game is reset to seed 5:", beside)
sys.exit(0 if once == again and once != beside else 1)
PY
venv/bin/python check.py 2> /dev/null
