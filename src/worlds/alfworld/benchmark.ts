/**
 * ALFWorld as a Benchmark: household tasks in text, won or not (Shridhar et al. 2021, arXiv 2010.03768). The games are
 * the original's files, interpreted here instead of by TextWorld; the observations and listed actions are the same to
 * the letter, so policies, logs and results carry over.
 */
import { basename, isAbsolute, join, normalize, sep } from "node:path";
import type { Benchmark } from "../../core/environment.ts";
import { CliError, EnvironmentError } from "../../core/errors.ts";
import { random } from "../../core/random.ts";
import type { Task } from "../../core/task.ts";
import { unknownName } from "../../core/wording.ts";
import { fromSimulator, type Simulator } from "../simulator.ts";
import { wordingOf } from "./commands.ts";
import { compactRendering } from "./compact.ts";
import { alfworldSearcher } from "./expert.ts";
import type { Facts } from "./facts.ts";
import {
  findTask,
  GAME_FILE,
  gamesFolder,
  isSplit,
  listTasks,
  type OtherLogic,
  readGame,
  readGrammar,
  readLogic,
  readProblem,
  SPLITS,
  type Split,
} from "./files.ts";
import type { Game } from "./game.ts";
import type { TaskKind } from "./kinds.ts";
import { practiceEpisodes } from "./practice.ts";
import { instructionsFor } from "./prompt.ts";

/** Which games are played, and how. */
export interface AlfworldOptions {
  /** The folder that holds `train`, `valid_seen` …, or the one that holds `json_2.1.1`. */
  readonly data: string;
  /**
   * A folder with `alfred.pddl` and `alfred.twl2` of another release, used in place of the games' own: logs made with
   * alfworld 0.3 and earlier say `put X in/on Y` where later releases say `move X to Y`.
   */
  readonly logic?: string;
  /** Steps after which an episode is truncated; ≥ 1. Default 50, as in the original's configuration. */
  readonly maxSteps?: number;
  /** Kinds of task that are listed, as the categories of tasks name them. Default: all that are there. */
  readonly tasks?: readonly TaskKind[];
}

/** Games kept in memory, about 0.3 MB each: rollouts come back to the same tasks. */
const MAX_GAMES = 64;

/** Throws CliError if `data` or `logic` are not what they should be. */
export async function alfworld({ data, logic, maxSteps = 50, tasks: kinds }: AlfworldOptions): Promise<Benchmark> {
  if (!Number.isInteger(maxSteps) || maxSteps < 1)
    throw new CliError(`maxSteps: expected an integer ≥ 1, got ${maxSteps}`);
  const folder = gamesFolder(data);
  const other = logic === undefined ? undefined : readLogic(logic);
  const wording = wordingOf(other?.grammarText ?? readGrammar(folder));
  const listed = new Map<Split, readonly Task[]>();
  const tasksOf = (split: Split): readonly Task[] => {
    const tasks = listed.get(split) ?? listTasks(folder, split, kinds);
    listed.set(split, tasks);
    return tasks;
  };
  const simulator = simulatorOf(folder, other);
  return {
    name: "alfworld",
    splits: SPLITS,
    maxSteps,
    successReturn: 1,
    instructions: instructionsFor(wording),
    compact: compactRendering(wording),
    expert: alfworldSearcher(wording),
    async tasks(split) {
      if (!isSplit(split)) throw new CliError(unknownName("split", split, SPLITS));
      // The folders are sorted by kind of task: the first hundred would be of one kind.
      return random("alfworld", split).shuffle(tasksOf(split));
    },
    task: async (id) => findTask(folder, id),
    // Where everything lies, closed drawers included.
    target: async (task) => readProblem(join(folder, gamePath(task))),
    open: async () => fromSimulator(simulator),
    async practice(episodes, seed) {
      const gameOf = (task: Task) => readGame(join(folder, gamePath(task)), other);
      return practiceEpisodes({ tasks: tasksOf("train"), gameOf, wording, episodes, seed });
    },
  };
}

interface State {
  readonly game: Game;
  readonly facts: Facts;
}

function simulatorOf(folder: string, other: OtherLogic | undefined): Simulator<State> {
  const games = new Map<string, Game>();

  function gameOf(task: Task): Game {
    const path = gamePath(task);
    const game = games.get(path) ?? readGame(join(folder, path), other);
    // The game used longest ago is the first in the map.
    games.delete(path);
    games.set(path, game);
    if (games.size > MAX_GAMES) games.delete(games.keys().next().value!);
    return game;
  }

  return {
    initial(task) {
      const game = gameOf(task);
      return { state: { game, facts: game.initial }, observation: game.introduction(task.instruction) };
    },
    transition({ game, facts }, action) {
      const after = game.act(facts, action);
      const isWon = game.isWon(after.facts);
      return {
        state: { game, facts: after.facts },
        observation: after.observation,
        reward: isWon ? 1 : 0,
        terminated: isWon,
      };
    },
    actions: ({ game, facts }) => game.commands(facts),
    save: ({ game, facts }) => game.save(facts),
    load(task, saved) {
      const game = gameOf(task);
      return { game, facts: game.load(saved) };
    },
  };
}

/** Path of the task's game within the folder. Throws EnvironmentError for anything outside. */
function gamePath({ id, data }: Task): string {
  const game = (data as { readonly game?: unknown } | null)?.game;
  const path = typeof game === "string" ? normalize(game) : "";
  const isWithin = !isAbsolute(path) && !path.split(sep).includes("..") && !path.includes("\u0000");
  if (!isWithin || basename(path) !== GAME_FILE) {
    throw new EnvironmentError(`task ${id}: expected the path of a game as data.game, got ${JSON.stringify(data)}`);
  }
  return path;
}
