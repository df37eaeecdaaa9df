/**
 * A store with the test vectors of methods.md §2, one task each: the seven rows of the table, with 8 expert actions, 3 probes and
 * so a skip length of 2. The outcomes are prescribed; who is labelled, chosen and learned is decided by the algorithms
 * themselves. Ids can be read: `0101-expert`, `0101-BC-own-0` (BC's student from the start), `0101-BC-probe-2-0`.
 */
import type { CheckpointId, TaskId, TrajectoryId } from "../src/core/ids.ts";
import { taskId } from "../src/core/ids.ts";
import type { Json } from "../src/core/json.ts";
import type { Repository } from "../src/core/repository.ts";
import type { Task } from "../src/core/task.ts";
import type { Checkpoint, TrainingSet } from "../src/core/training.ts";
import type { Trajectory } from "../src/core/trajectory.ts";
import { bc } from "../src/engine/algorithms/bc.ts";
import type { Experiment } from "../src/engine/algorithms/experiment.ts";
import { type MethodConfig, methodLabel, methodOf, methodSchema } from "../src/engine/algorithms/methods.ts";
import { trainingSetId } from "../src/engine/experiment/training.ts";
import { openSqlite } from "../src/store/sqlite.ts";
import { base, checkpointOf, experimentOf, run as played } from "./prescribed.ts";

/** A row of the table. Steps are in actions; the skip length is 2. */
export interface Vector {
  /** Of the tries at s_0, s_2, s_4 and s_6. */
  readonly outcomes: string;
  readonly expertWon: boolean;
  readonly beneficial: readonly (readonly [from: number, to: number])[];
  readonly harmful: readonly (readonly [from: number, to: number])[];
  readonly needRecover: number | null;
  /** Which trajectory solves s_0, and which the need-recover state, by the ending of its id. */
  readonly solution: string | null;
  readonly recovery: string | null;
}

const L = 2;

export const VECTORS: readonly Vector[] = [
  {
    outcomes: "0101",
    expertWon: false,
    beneficial: [
      [0, L],
      [2 * L, 3 * L],
    ],
    harmful: [[L, 2 * L]],
    needRecover: 2 * L,
    solution: "probe-2-0",
    recovery: "probe-6-0",
  },
  row("1111", { solution: "own-0" }),
  row("0000", {}),
  row("1000", { harmful: [[0, L]], needRecover: L, solution: "own-0" }),
  row("1001", {
    beneficial: [[2 * L, 3 * L]],
    harmful: [[0, L]],
    needRecover: L,
    solution: "own-0",
    recovery: "probe-6-0",
  }),
  row("0011", { beneficial: [[L, 2 * L]], solution: "probe-4-0" }),
  row("1100", { expertWon: true, harmful: [[L, 2 * L]], needRecover: 2 * L, solution: "own-0", recovery: "expert" }),
];

function row(outcomes: string, said: Partial<Omit<Vector, "outcomes">>): Vector {
  return {
    outcomes,
    expertWon: false,
    beneficial: [],
    harmful: [],
    needRecover: null,
    solution: null,
    recovery: null,
    ...said,
  };
}

export const VECTOR_RUN = "vectors";
const ACTIONS = 8;
const SEED = 1;

const taskOf = (split: string, key: string): Task => ({
  id: taskId(`vectors/${split}/${key}`),
  split,
  category: split === "train" ? "vectors" : Number(key) % 2 === 0 ? "even" : "odd",
  instruction: `Go the way of ${key}.`,
  data: null,
});
export const trainingTask = (outcomes: string): Task => taskOf("train", outcomes);
const HELD_OUT: readonly Task[] = ["0", "1", "2", "3"].map((key) => taskOf("test", key));

export interface VectorStoreOptions {
  /** Default: nowhere but in memory. */
  readonly path?: string;
  /** As a config says them. Default: EEF with 3 probes. */
  readonly methods?: readonly Readonly<Record<string, Json>>[];
  /** Whether the try of `outcomes` number `place` (0 = from the start) is won in `iteration`. Default: as `outcomes` says. */
  readonly wins?: (outcomes: string, place: number, iteration: number) => boolean;
  /** Thoughts, observations and actions in place of the plain ones, for what is to be shown. */
  readonly dress?: (trajectory: Trajectory) => Trajectory;
}

/** One of each method, for what must know them all. */
export const EVERY_METHOD: readonly Readonly<Record<string, Json>>[] = [
  { method: "eef", probes: 3, iterations: 2 },
  { method: "sft-all" },
  { method: "rft", samples: 2 },
  { method: "rft", samples: 2, solutions: "one" },
  { method: "eto" },
  { method: "rft-eto", samples: 2 },
  { method: "nat", samples: 1 },
  { method: "agent-evol" },
  { method: "best-of", samples: 2 },
];

/** Plays behaviour cloning and the methods, and stores what a run stores. The caller closes the store. */
export async function vectorStore(options: VectorStoreOptions = {}): Promise<Repository> {
  const { path = ":memory:", methods = [{ method: "eef", probes: 3 }] } = options;
  const said = methods.map((method) => methodSchema.parse(method));
  const repository = openSqlite(path);
  const config = { environment: { name: "vectors" }, seeds: [SEED], methods: said } as unknown as Json;
  repository.addRun({ name: VECTOR_RUN, kind: "experiment", config });
  for (const task of [...VECTORS.map(({ outcomes }) => trainingTask(outcomes)), ...HELD_OUT]) repository.addTask(task);
  repository.addCheckpoint(base);
  const dress = options.dress ?? ((trajectory: Trajectory) => trajectory);
  const expert = VECTORS.map(({ outcomes, expertWon }) =>
    dress(played(`expert ${outcomes}`, numbered("e", ACTIONS), expertWon, { taskId: trainingTask(outcomes).id })),
  ).map(
    (trajectory, index): Trajectory => ({ ...trajectory, id: `${VECTORS[index]!.outcomes}-expert` as TrajectoryId }),
  );
  for (const trajectory of expert) {
    repository.addTrajectory(VECTOR_RUN, trajectory);
    repository.addVerification({ kind: "verified", trajectory: trajectory.id });
  }
  const room: Room = { repository, expert, dress, wins: options.wins ?? asSaid };
  const start = await bc(storing(room, "BC", 0));
  const surroundings = { world: "vectors", learningRate: 0.01 };
  for (const [index, method] of said.entries())
    await methodOf(method as MethodConfig).run(
      storing(room, methodLabel(method), index + 1),
      start,
      method,
      surroundings,
    );
  return repository;
}

const asSaid = (outcomes: string, place: number) => outcomes[place] === "1";

interface Room {
  readonly repository: Repository;
  readonly expert: readonly Trajectory[];
  readonly dress: (trajectory: Trajectory) => Trajectory;
  readonly wins: NonNullable<VectorStoreOptions["wins"]>;
}

/** The experiment that a method sees: what it asks for is played as prescribed, and stored. */
function storing(room: Room, method: string, row: number): Experiment {
  const { repository, expert } = room;
  const outcomesOf = (id: TaskId) => id.split("/").at(-1)!;
  const by = (policy: Checkpoint, name: string, trajectory: Trajectory): Trajectory => {
    const key = outcomesOf(trajectory.taskId);
    const made = room.dress({ ...trajectory, id: `${key}-${policy.id}-${name}` as TrajectoryId, policy: policy.id });
    const known = repository.trajectory(made.id);
    if (known) return known;
    repository.addTrajectory(VECTOR_RUN, made);
    return made;
  };
  const prescription = {
    expert,
    tasks: VECTORS.map(({ outcomes }) => trainingTask(outcomes)),
    own: (iteration: number, sample: number, { id }: Task) =>
      played("own", ["o0", `o${sample + 1}`], sample === 0 && room.wins(outcomesOf(id), 0, iteration), { taskId: id }),
    probe(iteration: number, { trajectory, step }: { readonly trajectory: Trajectory; readonly step: number }) {
      const won = room.wins(outcomesOf(trajectory.taskId), step / L, iteration);
      const fork = { from: trajectory, step };
      const own = played("probe", [...numbered("e", step), "p0", "p1"], won, { fork, taskId: trajectory.taskId });
      return { ...own, steps: [...trajectory.steps.slice(0, step), ...own.steps.slice(step)] };
    },
  };
  const { experiment } = experimentOf(prescription);
  const within = (mode?: "won" | "lost"): Experiment => {
    const inner = mode ? experiment.inMode(mode) : experiment;
    return {
      ...inner,
      inMode: within,
      async explore(policy, iteration, samples) {
        const made = await inner.explore(policy, iteration, samples);
        const next = new Map<TaskId, number>();
        return made.map((trajectory) => {
          const sample = next.get(trajectory.taskId) ?? 0;
          next.set(trajectory.taskId, sample + 1);
          return by(policy, `own-${sample}`, trajectory);
        });
      },
      async probe(policy, iteration, points, samples = 1) {
        const made = await inner.probe(policy, iteration, points, samples);
        return made.map((each, index) => by(policy, `probe-${each.fork!.step}-${index % samples}`, each));
      },
      async train(set, from, iteration) {
        if (set.examples.length === 0) return from;
        repository.addTrainingSet(trainingSetId(set), set);
        const name = iteration === 0 ? method : `${method}:${iteration}`;
        const made = { ...checkpointOf(name), parent: from.id, trainingSet: trainingSetId(set) };
        repository.addCheckpoint(made);
        return made;
      },
      async finishRound({ iteration, explored, probed, set, checkpoint, samples, counts = {} }) {
        const ids = (trajectories: readonly Trajectory[]) => trajectories.map(({ id }) => id);
        repository.addTrainingSet(trainingSetId(set), set);
        repository.addRound({
          run: VECTOR_RUN,
          ...{ method, row, seed: SEED, iteration, counts },
          expert: ids(expert),
          explored: ids(explored),
          probed: ids(probed),
          trainingSet: trainingSetId(set),
          checkpoint: checkpoint.id,
          evaluated: ids(
            HELD_OUT.map((task, place) => by(checkpoint, "greedy", heldOut(task, checkpoint.id, place, set))),
          ),
          ...(samples !== undefined && { samples }),
        });
      },
    };
  };
  return within();
}

/** Held-out tasks are won by who learned from more examples; which ones is drawn from the checkpoint's name. */
function heldOut({ id }: Task, checkpoint: CheckpointId, place: number, { examples }: TrainingSet): Trajectory {
  const won = (examples.length + place * checkpoint.length) % 3 !== 0;
  return played("greedy", numbered("t", 2 + place), won, { taskId: id });
}

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}${index}`);
