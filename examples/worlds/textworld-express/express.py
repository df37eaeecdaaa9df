"""TextWorld-Express: eight kinds of text game on a simulator in Java, each game drawn from a seed. An action is a listed sentence.

    pip install textworld-express==1.1.0, and Java
    gleaner env express.py:Express --option python=.venv/bin/python

The seed of a game belongs to its task, and every reset says it: without one the package draws another game and cannot say which.
"""

from textworld_express import TextWorldExpressEnv

# Of 240 gold paths with the usual settings the longest, of cookingworld, has 98 steps.
MAX_STEPS = 100
# The package's own limit would end an episode as if the game had.
NO_LIMIT = 1_000_000
GAMES = ["arithmetic", "coin", "cookingworld", "mapreader", "peckingorder", "simonsays", "sorting", "twc"]


class Express:
    name = "textworld-express"
    instructions = "You play a text game. Each action is one of the sentences that the game understands."
    instruction = "Do what the game asks for."
    max_steps = MAX_STEPS
    # The score of a won game is 1, paid in parts that do not always add up to the last digit.
    success_return = 0.999

    def __init__(self, games=GAMES, train=50, dev=25, test=25):
        """Names of games, or a dict from names to their settings ("numLocations=3,includeDoors=0"); games of each kind in each split."""
        games = [games] if isinstance(games, str) else games
        self.settings = dict(games) if isinstance(games, dict) else {game: "" for game in games}
        unknown = [game for game in self.settings if game not in GAMES]
        if unknown:
            raise ValueError(f"games: there is no {unknown[0]}; there are {', '.join(GAMES)}")
        self.sizes = {"train": train, "dev": dev, "test": test}
        # One simulator for the life of this process: starting Java takes a second, a new game milliseconds.
        self.env = TextWorldExpressEnv(envStepLimit=NO_LIMIT)
        seeds = {"train": self.env.getValidSeedsTrain, "dev": self.env.getValidSeedsDev, "test": self.env.getValidSeedsTest}
        self.seeds = {split: sorted(of()) for split, of in seeds.items()}
        self.loaded, self.listed = None, []

    def tasks(self):
        return {split: [self.task(split, game, at) for at in range(size) for game in self.settings] for split, size in self.sizes.items()}

    def task(self, split, game, at):
        if at >= len(self.seeds[split]):
            raise ValueError(f"{split}: expected at most {len(self.seeds[split])} games of each kind")
        return {"id": f"{game}-{self.seeds[split][at]}", "category": game, "fold": split, "seed": self.seeds[split][at]}

    def reset(self, task, seed, gold=False):
        game = task["category"]
        if game != self.loaded:
            # Loading takes longer than drawing a game.
            self.env.load(gameName=game, gameParams=self.settings[game])
            self.loaded = game
        observation, found = self.env.reset(seed=task["seed"], gameFold=task["fold"], generateGoldPath=gold)
        # Two things of one name are listed twice.
        self.listed = sorted(set(found["validActions"]))
        # The goal is the game's, and some say names of places that were drawn.
        return f"{found['taskDescription']}\n{observation}"

    def step(self, action):
        # Java's texts have no halves of characters.
        observation, reward, done, found = self.env.step(action.encode("utf-8", "replace").decode("utf-8"))
        self.listed = sorted(set(found["validActions"]))
        return observation, reward, done

    def actions(self):
        return self.listed

    def gold(self, task):
        """What wins the game, by the game itself; drawn anew each time in coin and twc. The world is reset."""
        self.reset(task, 0, gold=True)
        return self.env.getGoldActionSequence()
