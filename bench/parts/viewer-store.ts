/**
 * A large project as a viewer may meet it: one experiment with three seeds of BC, RFT×2 and EEF (M = 3), three iterations each,
 * whose rounds have thousands of members, and an import. Nobody played: outcomes are drawn, probes win more the later they start.
 */
import {
  type CheckpointId,
  fingerprint,
  type TaskId,
  type TrainingSetId,
  type TrajectoryId,
} from "../../src/core/ids.ts";
import { random } from "../../src/core/random.ts";
import type { Repository } from "../../src/core/repository.ts";
import type { Round } from "../../src/core/run.ts";
import { newTask, type Task } from "../../src/core/task.ts";
import type { Demonstration, WeightedMessage } from "../../src/core/training.ts";
import type { Step, Trajectory } from "../../src/core/trajectory.ts";

export const RUN = "mine";
export const IMPORT = "logs";
const SEEDS = [1, 2, 3];
const ITERATIONS = [1, 2, 3];
const PROBES = 3;
const RFT_SAMPLES = 2;
const HELD_OUT_SHARE = 1 / 9;
const CATEGORIES = ["pick", "clean", "heat", "cool", "look", "pick two"];
const EXPERT = "expert/rules";
/** Own steps of an episode that begins at the start of its task; with forks, which have fewer, it is 20 on average. */
const STEPS = { least: 18, most: 33 };
/** Kept in one transaction. */
const TOGETHER = 500;

/** Rollouts of a training task over all seeds, the expert's included. */
const PER_TASK =
  1 + SEEDS.length * (HELD_OUT_SHARE + ITERATIONS.length * (RFT_SAMPLES + 1 + PROBES + 2 * HELD_OUT_SHARE));

export interface Filled {
  readonly trajectories: number;
  readonly steps: number;
}

/** Adds about `size` trajectories, a hundredth of them as the import. */
export function fillViewerStore(repository: Repository, size: number): Filled {
  const filling = fillingOf(repository);
  const count = Math.max(6, Math.round((0.99 * size) / PER_TASK));
  const config = {
    environment: { name: "workshop" },
    seeds: [...SEEDS],
    methods: [{ method: "rft" }, { method: "eef" }],
  };
  repository.addRun({ name: RUN, kind: "experiment", config });
  const tasksOf = (split: string, many: number) =>
    Array.from({ length: many }, (_, index) => filling.task(split, index));
  const [train, heldOut] = [tasksOf("train", count), tasksOf("test", Math.max(2, Math.round(count * HELD_OUT_SHARE)))];
  const expert = train.map((task) => filling.episode(RUN, { task, policy: EXPERT, chance: 0.45 }));
  for (const seed of SEEDS) fillSeed(filling, { seed, train, heldOut, expert });
  repository.addRun({ name: IMPORT, kind: "import", config: {} });
  const logged = tasksOf("logged", Math.max(2, Math.round(size / 100)));
  for (const task of logged) filling.episode(IMPORT, { task, policy: "expert/someone", chance: 0.5 });
  filling.flush();
  return filling.made();
}

interface Wanted {
  readonly task: Task;
  readonly policy: string;
  readonly chance: number;
  readonly from?: Trajectory;
  readonly step?: number;
}

type Filling = ReturnType<typeof fillingOf>;

function fillingOf(repository: Repository) {
  const draw = random("viewer", "bench");
  let waiting: (() => void)[] = [];
  const made = { trajectories: 0, steps: 0 };
  const flush = () => {
    const ready = waiting;
    waiting = [];
    repository.together(() => {
      for (const add of ready) add();
    });
  };
  const add = (one: () => void) => {
    waiting.push(one);
    if (waiting.length >= TOGETHER) flush();
  };
  const steps = (many: number, first: number): Step[] =>
    Array.from({ length: many }, (_, index) => stepOf(first + index, draw.integer(1000)));
  return {
    repository,
    flush,
    made: () => made,
    task(split: string, index: number): Task {
      const category = CATEGORIES[index % CATEGORIES.length]!;
      const instruction = `Order ${index}: put a ${category} piece into the crate by the door, then close it.`;
      const task = newTask({ benchmark: "workshop", split, key: `${index}`, category, instruction });
      add(() => repository.addTask(task));
      return task;
    },
    episode(run: string, { task, policy, chance, from, step = 0 }: Wanted): Trajectory {
      const success = draw.next() < chance;
      const whole = STEPS.least + draw.integer(STEPS.most - STEPS.least + 1);
      const own = steps(Math.max(2, whole - step), step);
      made.trajectories += 1;
      made.steps += own.length;
      const trajectory: Trajectory = {
        id: fingerprint(["viewer", made.trajectories]) as TrajectoryId,
        taskId: task.id,
        policy,
        seed: 0,
        fork: from ? { from: from.id, step } : null,
        steps: [...(from?.steps.slice(0, step) ?? []), ...own],
        finalObservation: "The crate is closed.",
        return: Number(success),
        success,
        outcome: { kind: "terminated" },
      };
      add(() => repository.addTrajectory(run, trajectory));
      return trajectory;
    },
  };
}

const VERBS = ["go to", "take", "put", "open", "close", "clean", "look at"];

function stepOf(index: number, drawn: number): Step {
  const action = `${VERBS[drawn % VERBS.length]} bench ${index % 9}`;
  const thought = `The piece is not here, so I look at bench ${index % 9} next, number ${drawn} on my list.`;
  const observation =
    `You stand at bench ${index % 9}. On it you see a saw ${drawn % 7}, a plane ${drawn % 5} and a chisel ${drawn % 3}. ` +
    `Dust lies on the bench, and the crate by the door is open. Nothing happens.`;
  const usage = { promptTokens: 300 + 40 * index, completionTokens: 25 };
  return { observation, thought, action, completion: `Thought: ${thought}\nAction: ${action}`, reward: 0, usage };
}

interface Seed {
  readonly seed: number;
  readonly train: readonly Task[];
  readonly heldOut: readonly Task[];
  readonly expert: readonly Trajectory[];
}

function fillSeed(filling: Filling, { seed, train, heldOut, expert }: Seed): void {
  const { repository } = filling;
  const wins = expert.filter(({ success }) => success);
  const finish = (
    round: Pick<Round, "method" | "row" | "iteration">,
    solutions: readonly Solution[],
    played: Played,
    skill: number,
  ) => {
    const { explored = [], probed = [] } = played;
    const name = [seed, round.row, round.iteration];
    const checkpoint = fingerprint(["checkpoint", ...name]) as CheckpointId;
    const trainingSet = fingerprint(["set", ...name]) as TrainingSetId;
    const evaluated = heldOut.map((task) => filling.episode(RUN, { task, policy: checkpoint, chance: skill }));
    filling.flush();
    repository.addTrainingSet(trainingSet, { kind: "sft", examples: solutions.map(demonstration) });
    const at = { kind: "folder", path: `checkpoints/${checkpoint}` } as const;
    repository.addCheckpoint({ id: checkpoint, parent: null, trainingSet, trainer: "none", at });
    const lists = { expert: ids(expert), explored: ids(explored), probed: ids(probed), evaluated: ids(evaluated) };
    for (const phase of ["explore", "probe", "train", "evaluate"] as const)
      repository.addTiming({
        run: RUN,
        seed,
        method: round.method,
        iteration: round.iteration,
        phase,
        milliseconds: 1000,
      });
    repository.addRound({ run: RUN, seed, ...round, ...lists, trainingSet, checkpoint, counts: {} });
    return checkpoint;
  };
  const start = finish(
    { method: "BC", row: 0, iteration: 0 },
    wins.map((of) => ({ of })),
    {},
    0.4,
  );
  for (const [index, method] of ["RFT×2", "EEF M=3"].entries()) {
    let policy = start;
    for (const iteration of ITERATIONS) {
      const isMining = index === 1;
      const samples = isMining ? 1 : RFT_SAMPLES;
      const explored = train.flatMap((task) =>
        Array.from({ length: samples }, () => filling.episode(RUN, { task, policy, chance: 0.4 })),
      );
      const probed = isMining ? expert.flatMap((from, place) => probesOf(filling, from, train[place]!, policy)) : [];
      const solutions = oneEach([...wins, ...explored, ...probed].filter(({ success }) => success));
      const skill = 0.42 + 0.04 * iteration * (index + 1);
      policy = finish({ method, row: index + 1, iteration }, solutions, { explored, probed }, skill);
    }
  }
}

interface Played {
  readonly explored?: readonly Trajectory[];
  readonly probed?: readonly Trajectory[];
}

function probesOf(filling: Filling, from: Trajectory, task: Task, policy: string): Trajectory[] {
  const skip = Math.max(1, Math.floor(from.steps.length / (PROBES + 1)));
  return Array.from({ length: PROBES }, (_, index) => {
    const step = (index + 1) * skip;
    return filling.episode(RUN, { task, policy, chance: from.success ? 0.6 : 0.3 + 0.05 * index, from, step });
  });
}

const ids = (trajectories: readonly Trajectory[]) => trajectories.map(({ id }) => id);

interface Solution {
  readonly of: Trajectory;
}

function oneEach(won: readonly Trajectory[]): Solution[] {
  const byTask = new Map<TaskId, Solution>();
  for (const of of won) byTask.set(of.taskId, { of });
  return [...byTask.values()];
}

function demonstration({ of: { id, steps, policy, fork } }: Solution): Demonstration {
  const from = fork?.step ?? 0;
  const reason = fork ? `recovery from s_${from}` : policy === EXPERT ? "expert success" : "solution from s_0";
  const messages = steps.flatMap(({ observation, completion: content }, step): WeightedMessage[] => [
    { role: "user", content: observation, weight: 0 },
    step < from
      ? { role: "assistant", content, weight: 0 }
      : { role: "assistant", content, weight: 1, provenance: { trajectory: id, step, actor: policy, reason } },
  ]);
  return { source: id, messages };
}
