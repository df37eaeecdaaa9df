/**
 * A small finished experiment for tests of what reads one: two seeds of BC, RFT×2 and EEF (M = 3), two iterations each, on
 * 24 training and 20 held-out tasks, outcomes drawn by seed. Nothing was trained and no world was open.
 */
import { type CheckpointId, fingerprint, type TrainingSetId, trajectoryId } from "../src/core/ids.ts";
import { random } from "../src/core/random.ts";
import type { Repository } from "../src/core/repository.ts";
import type { Round } from "../src/core/run.ts";
import { newTask, type Task } from "../src/core/task.ts";
import type { Demonstration, TrainingSet, WeightedMessage } from "../src/core/training.ts";
import type { Step, Trajectory } from "../src/core/trajectory.ts";

export interface SyntheticOptions {
  readonly run?: string;
  readonly seeds?: readonly number[];
  readonly iterations?: number;
  readonly config?: { readonly [key: string]: string | number };
  /** Added to every method's chance to win. */
  readonly skill?: number;
  readonly categories?: readonly string[];
}

const EXPERT = "expert/rules";

export function addSyntheticRun(repository: Repository, options: SyntheticOptions = {}): void {
  const {
    run = "demo",
    seeds = [1, 2],
    iterations = 2,
    config = {},
    skill = 0,
    categories = ["1 word", "2 words", "10 words"],
  } = options;
  repository.addRun({ name: run, kind: "experiment", config: { seeds: [...seeds], ...config } });
  const world = syntheticWorld(repository, run, categories);
  for (const seed of seeds) addSeed(world, seed, { skill, iterations });
}

interface World {
  readonly repository: Repository;
  readonly run: string;
  readonly train: readonly Task[];
  readonly heldOut: readonly Task[];
  readonly expert: readonly Trajectory[];
  /** Makes and stores an episode; wins with `chance`, its length follows from its name. */
  episode(options: EpisodeOptions): Trajectory;
}

interface EpisodeOptions {
  readonly task: Task;
  readonly policy: string;
  readonly name: string;
  readonly chance: number;
  readonly fork?: { readonly from: Trajectory; readonly step: number };
}

function syntheticWorld(repository: Repository, run: string, categories: readonly string[]): World {
  const tasksOf = (split: string, count: number) =>
    Array.from({ length: count }, (_, index): Task => {
      const category = categories[index % categories.length]!;
      const instruction = `Order ${index} of ${split}.`;
      const task = newTask({ benchmark: "world", split, key: `${index}`, category, instruction });
      repository.addTask(task);
      return task;
    });
  const episode = ({ task, policy, name, chance, fork }: EpisodeOptions): Trajectory => {
    const draw = random(policy, task.id, name);
    const success = draw.next() < chance;
    const prefix = fork ? fork.from.steps.slice(0, fork.step) : [];
    const own = Array.from({ length: 4 + draw.integer(5) }, (_, index): Step => {
      const action = `use tool ${index + prefix.length} by ${name}`;
      const usage = policy === EXPERT ? null : { promptTokens: 100 + 10 * index, completionTokens: 5 };
      return { observation: `seen ${index}`, thought: "", action, completion: action, reward: 0, usage };
    });
    const steps = [...prefix, ...own];
    const trajectory: Trajectory = {
      id: trajectoryId(fingerprint({ task: task.id, policy, name, fork: fork?.step ?? null, from: fork?.from.id })),
      taskId: task.id,
      policy,
      seed: 0,
      fork: fork ? { from: fork.from.id, step: fork.step } : null,
      steps,
      finalObservation: "the end",
      return: Number(success),
      success,
      outcome: { kind: "terminated" },
    };
    repository.addTrajectory(run, trajectory);
    return trajectory;
  };
  const train = tasksOf("train", 24);
  const expert = train.map((task) => episode({ task, policy: EXPERT, name: "expert", chance: 0.45 }));
  return { repository, run, train, heldOut: tasksOf("test", 20), expert, episode };
}

function addSeed(world: World, seed: number, { skill, iterations }: { skill: number; iterations: number }): void {
  const { train, expert } = world;
  const wins = expert.filter(({ success }) => success);
  const start = finish(world, {
    method: "BC",
    seed,
    iteration: 0,
    examples: wins.map((t) => learn(t)),
    skill: skill + 0.4,
  });
  for (const method of ["RFT×2", "EEF"] as const) {
    let policy = start;
    for (let iteration = 1; iteration <= iterations; iteration++) {
      const explore = (sample: number) =>
        train.map((task) => world.episode({ task, policy, name: `explore ${sample}`, chance: 0.4 + skill }));
      const explored = method === "EEF" ? explore(0) : [...explore(0), ...explore(1)];
      const probed = method === "EEF" ? probesOf(world, policy, skill) : [];
      const solutions = [...wins, ...explored.filter(({ success }) => success)].map((t) => learn(t));
      const recoveries = probed.filter(({ success }) => success).map((t) => learn(t, t.fork!.step));
      policy = finish(world, {
        method,
        seed,
        iteration,
        explored,
        probed,
        examples: [...solutions, ...recoveries],
        skill: skill + 0.45 + (method === "EEF" ? 0.15 : 0.05) + 0.05 * iteration,
        ...(method === "EEF" && { counts: { needRecover: 9, needRecoverSolved: recoveries.length % 7 } }),
      });
    }
  }
}

function probesOf(world: World, policy: string, skill: number): Trajectory[] {
  return world.expert.flatMap((from) => {
    const skipLength = Math.max(1, Math.floor(from.steps.length / 4));
    const steps = [1, 2, 3].map((k) => k * skipLength).filter((step) => step < from.steps.length);
    const task = world.train.find(({ id }) => id === from.taskId)!;
    return steps.map((step) =>
      world.episode({
        task,
        policy,
        name: `probe ${step}`,
        chance: (from.success ? 0.8 : 0.2) + (0.1 * step) / skipLength + skill,
        fork: { from, step },
      }),
    );
  });
}

/** Every action from `from` on is learned. */
function learn(trajectory: Trajectory, from = 0): Demonstration {
  const own = trajectory.fork?.step ?? 0;
  const messages = trajectory.steps.flatMap(({ observation, action }, step): WeightedMessage[] => {
    const seen: WeightedMessage = { role: "user", content: observation, weight: 0 };
    if (step < from) return [seen, { role: "assistant", content: action, weight: 0 }];
    const actor = step < own ? EXPERT : trajectory.policy;
    const reason = from > 0 ? `recovery from s_${from}` : "own success";
    const provenance = { trajectory: trajectory.id, step, actor, reason };
    return [seen, { role: "assistant", content: action, weight: 1, provenance }];
  });
  return { messages, source: trajectory.id };
}

interface Finished {
  readonly method: string;
  readonly seed: number;
  readonly iteration: number;
  readonly examples: readonly Demonstration[];
  readonly skill: number;
  readonly explored?: readonly Trajectory[];
  readonly probed?: readonly Trajectory[];
  readonly counts?: Round["counts"];
}

/** Stores a round and gives the id of its checkpoint. */
function finish(world: World, finished: Finished): CheckpointId {
  const { repository, run, expert, heldOut } = world;
  const { method, seed, iteration, examples, skill, explored = [], probed = [], counts = {} } = finished;
  const set: TrainingSet = { kind: "sft", examples };
  const trainingSet = fingerprint(set) as TrainingSetId;
  const checkpoint = fingerprint({ trainingSet, seed, skill }) as CheckpointId;
  repository.addTrainingSet(trainingSet, set);
  const at = { kind: "folder", path: `checkpoints/${checkpoint}` } as const;
  repository.addCheckpoint({ id: checkpoint, parent: null, trainingSet, trainer: "none", at });
  const ids = (trajectories: readonly Trajectory[]) => trajectories.map(({ id }) => id);
  const evaluated = heldOut.map((task) =>
    world.episode({ task, policy: checkpoint, name: "evaluate", chance: skill - 0.15 * (heldOut.indexOf(task) % 3) }),
  );
  const phases = { explore: explored.length, probe: probed.length, train: 200, evaluate: evaluated.length };
  for (const phase of ["explore", "probe", "train", "evaluate"] as const) {
    if (phases[phase] === 0) continue;
    repository.addTiming({ run, method, seed, iteration, phase, milliseconds: 100 * phases[phase] });
  }
  repository.addRound({
    run,
    method,
    row: ["BC", "RFT×2", "EEF"].indexOf(method),
    seed,
    iteration,
    expert: ids(expert),
    explored: ids(explored),
    probed: ids(probed),
    trainingSet,
    checkpoint,
    evaluated: ids(evaluated),
    counts,
  });
  return checkpoint;
}
