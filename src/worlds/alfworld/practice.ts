/**
 * Practice episodes for a student's base phase: random play in training games, each episode told afterwards as if what
 * it happened to reach had been its task (hindsight, Andrychowicz et al. 2017, arXiv 1707.01495). What did not serve
 * that goal is cut out and the rest is played again, so every observation is what the world says to these actions.
 * A game's own task is never among the goals: practice holds no solution of a training task.
 */
import { CliError } from "../../core/errors.ts";
import { fingerprint, type TaskId, type TrajectoryId } from "../../core/ids.ts";
import { random } from "../../core/random.ts";
import type { Task } from "../../core/task.ts";
import type { Step, Trajectory } from "../../core/trajectory.ts";
import { type Command, type Wording, writeCommand } from "./commands.ts";
import type { Facts } from "./facts.ts";
import type { Game } from "./game.ts";
import { categoryOf, type Goal, readGoal, writeGoal } from "./goals.ts";
import { conditionOf, goalsReached, type Move, shortened } from "./hindsight.ts";
import { readObservation } from "./observations.ts";
import { playRandomly, wishFor } from "./random-play.ts";

export interface PracticeOptions {
  /** The training tasks whose games are played in. */
  readonly tasks: readonly Task[];
  readonly gameOf: (task: Task) => Game;
  readonly wording: Wording;
  readonly episodes: number;
  readonly seed: number;
}

export interface PracticeEpisode {
  readonly task: Task;
  readonly trajectory: Trajectory;
}

/** Reading a game takes longer than playing it: each is played this often before the next. */
const EPISODES_PER_GAME = 6;
const MAX_MOVES = 40;
/** Games after which it is clear that nothing can be reached. */
const MAX_FRUITLESS_GAMES = 200;

/** Deterministic in `seed`. Throws CliError if there are no games, or nothing can be reached in them. */
export function practiceEpisodes(options: PracticeOptions): PracticeEpisode[] {
  const { episodes, seed } = options;
  const tasks = random("alfworld practice", seed).shuffle(options.tasks);
  const found: PracticeEpisode[] = [];
  let fruitless = 0;
  for (let visit = 0; found.length < episodes; visit++) {
    const task = tasks[visit % tasks.length];
    if (!task || fruitless > MAX_FRUITLESS_GAMES)
      throw new CliError("practice: expected training games with at least one reachable goal, found none");
    const before = found.length;
    const game = options.gameOf(task);
    const world: World = { task, game, holds: goalTest(game), wording: options.wording };
    for (let i = 0; i < EPISODES_PER_GAME && found.length < episodes; i++) {
      const episode = practise(world, [seed, visit, i]);
      if (episode) found.push(episode);
    }
    fruitless = found.length > before ? 0 : fruitless + 1;
  }
  return found;
}

/** Whether a goal holds in a state of a game; each goal is compiled once. */
type GoalTest = (goal: Goal, facts: Facts) => boolean;

function goalTest(game: Game): GoalTest {
  const tests = new Map<string, (facts: Facts) => boolean>();
  return (goal, facts) => {
    const name = writeGoal(goal, 0);
    const test = tests.get(name) ?? game.test(conditionOf(goal));
    tests.set(name, test);
    return test(facts);
  };
}

/** One episode; null if nothing was reached that can be told as a task. */
function practise(world: World, key: readonly number[]): PracticeEpisode | null {
  const { task, game, holds } = world;
  const draw = random("alfworld practice", ...key);
  const own = readGoal(task.instruction);
  const isNew = (goal: Goal) => !holds(goal, game.initial) && (!own || writeGoal(goal, 0) !== writeGoal(own, 0));
  const isWanted = (goal: Goal) => categoryOf(goal) === task.category;
  const reached: { goal: Goal; moves: readonly Move[] }[] = [];
  playRandomly(game, {
    wish: wishFor(own),
    draw,
    maxMoves: MAX_MOVES,
    isEnough(moves, facts) {
      const goals = goalsReached(moves).filter((goal) => holds(goal, facts) && isNew(goal));
      for (const goal of goals) reached.push({ goal, moves: [...moves] });
      return goals.some(isWanted);
    },
  });
  // The kind of goal that this type of task has if that was reached, else any.
  for (const { goal, moves } of [...reached.filter(({ goal }) => isWanted(goal)), ...draw.shuffle(reached)]) {
    const played = replay(world, shortened(moves, goal), goal);
    if (played) return told(world, { goal, sentence: writeGoal(goal, draw.integer(2) as 0 | 1), key, ...played });
  }
  return null;
}

/** A game that is played in, and what does not change while it is. */
interface World {
  readonly task: Task;
  readonly game: Game;
  readonly holds: GoalTest;
  readonly wording: Wording;
}

interface Played {
  readonly actions: readonly string[];
  /** After each action. */
  readonly observations: readonly string[];
}

/**
 * Plays `commands`; null unless exactly the last one reaches `goal`, each was possible, and everything that was taken or
 * used had been seen. Going to where one stands is left out.
 */
function replay({ game, holds, wording }: World, commands: readonly Command[], goal: Goal): Played | null {
  const actions: string[] = [];
  const observations: string[] = [];
  const seen = new Set<string>();
  let facts: Facts = game.initial;
  for (const command of commands) {
    const { verb, names } = command;
    const isBlind = (verb === "take" || verb === "use") && !seen.has(names[0]!);
    if (isBlind || holds(goal, facts)) return null;
    const action = writeCommand(command, wording);
    const after = game.act(facts, action);
    if (after.facts === facts) {
      if (verb === "go") continue;
      return null;
    }
    facts = after.facts;
    actions.push(action);
    observations.push(after.observation);
    const reading = readObservation(after.observation);
    if (reading.kind === "contents") for (const thing of reading.things) seen.add(thing);
  }
  return holds(goal, facts) ? { actions, observations } : null;
}

interface Tale extends Played {
  readonly goal: Goal;
  readonly sentence: string;
  readonly key: readonly number[];
}

function told({ task, game }: World, { goal, sentence, key, actions, observations }: Tale): PracticeEpisode {
  const id = `${task.id}#${fingerprint(sentence)}` as TaskId;
  const first = game.introduction(sentence);
  const steps = actions.map((action, index): Step => {
    const observation = index === 0 ? first : observations[index - 1]!;
    const reward = index === actions.length - 1 ? 1 : 0;
    return { observation, thought: "", action, completion: action, reward, usage: null };
  });
  return {
    task: { ...task, id, category: categoryOf(goal), instruction: sentence },
    trajectory: {
      id: fingerprint({ practice: id, key }) as TrajectoryId,
      taskId: id,
      policy: "practice",
      seed: key[0]!,
      fork: null,
      steps,
      finalObservation: observations.at(-1) ?? first,
      return: 1,
      success: true,
      outcome: { kind: "terminated" },
    },
  };
}
