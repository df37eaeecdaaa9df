/**
 * Two experiments of so many trajectories in all: behaviour cloning and EEF with two seeds each, explored, probed, trained
 * and evaluated. Outcomes are drawn; nothing was played or trained.
 */
import type { CheckpointId, TrainingSetId, TrajectoryId } from "../../src/core/ids.ts";
import { random } from "../../src/core/random.ts";
import type { Repository } from "../../src/core/repository.ts";
import { newTask, type Task } from "../../src/core/task.ts";
import type { Demonstration, TrainingSet, WeightedMessage } from "../../src/core/training.ts";
import type { Step, Trajectory } from "../../src/core/trajectory.ts";

const SEEDS = [1, 2];
/** Trajectories of one training task: the expert's, and in each run, for each seed, 1 explored, 2 probed, 2 ÷ 2 evaluated. */
const PER_TASK = 1 + 2 * SEEDS.length * 4;
/** Kept in one transaction. */
const TOGETHER = 500;
const TRAY = "You are in the joinery. On the tray: a saw, a plane, a chisel. Dust lies on the bench.";

/** Adds the runs "first" and "second" with about `size` trajectories; returns how many there are. */
export function fillProject(repository: Repository, size: number): number {
  const draw = random("growth", "bench");
  const count = Math.max(4, Math.round(size / PER_TASK));
  const { add, flush, made } = collector(repository);
  const tasksOf = (split: string, many: number) =>
    Array.from({ length: many }, (_, index): Task => {
      const category = `${1 + (index % 6)} words`;
      const task = newTask({ benchmark: "world", split, key: `${index}`, category, instruction: `Order ${index}.` });
      add((to) => to.addTask(task));
      return task;
    });
  const [train, test] = [tasksOf("train", count), tasksOf("test", Math.floor(count / 2))];

  const episode = (run: string, task: Task, policy: string, name: string, from?: Trajectory): Trajectory => {
    const success = draw.next() < 0.5;
    const step = from ? 1 + draw.integer(3) : 0;
    const own = Array.from({ length: 4 + draw.integer(4) }, (_, index): Step => {
      const action = `use tool ${index}`;
      const usage = { promptTokens: 100 + 10 * index, completionTokens: 5 };
      return { observation: TRAY, thought: "", action, completion: action, reward: 0, usage };
    });
    const trajectory: Trajectory = {
      id: `${draw.integer(2 ** 32).toString(16)} ${made()}` as TrajectoryId,
      taskId: task.id,
      policy,
      seed: 0,
      fork: from ? { from: from.id, step } : null,
      steps: [...(from?.steps.slice(0, step) ?? []), ...own],
      finalObservation: name,
      return: Number(success),
      success,
      outcome: { kind: "terminated" },
    };
    add((to) => to.addTrajectory(run, trajectory), true);
    return trajectory;
  };

  for (const name of ["first", "second"])
    add((to) => to.addRun({ name, kind: "experiment", config: { seeds: SEEDS } }));
  const expert = train.map((task) => episode("first", task, "expert/rules", "expert"));
  const ids = (trajectories: readonly Trajectory[]) => trajectories.map(({ id }) => id);
  for (const run of ["first", "second"]) {
    for (const seed of SEEDS) {
      for (const [row, method] of ["BC", "EEF"].entries()) {
        const policy = `${run} ${seed} ${method}` as CheckpointId;
        const explored = row === 0 ? [] : train.map((task) => episode(run, task, policy, "explore"));
        const probed =
          row === 0
            ? []
            : expert.flatMap((from, index) => [0, 1].map(() => episode(run, train[index]!, policy, "probe", from)));
        const evaluated = test.map((task) => episode(run, task, policy, "evaluate"));
        const set = demonstrations((row === 0 ? expert : explored).filter(({ success }) => success));
        const trainingSet = policy as string as TrainingSetId;
        flush();
        repository.addTrainingSet(trainingSet, set);
        const made = { trainingSet, checkpoint: policy, expert: ids(expert), counts: {} };
        const rollouts = { explored: ids(explored), probed: ids(probed), evaluated: ids(evaluated) };
        repository.addRound({ run, method, row, seed, iteration: row, ...made, ...rollouts });
      }
    }
  }
  return made();
}

/** Adds some at a time, where the sources can. */
function collector(repository: Repository) {
  let waiting: ((to: Repository) => void)[] = [];
  let trajectories = 0;
  const flush = () => {
    const ready = waiting;
    waiting = [];
    const addAll = () => {
      for (const add of ready) add(repository);
    };
    const { together } = repository as Partial<Repository>;
    if (together) together(addAll);
    else addAll();
  };
  const add = (one: (to: Repository) => void, isTrajectory = false) => {
    waiting.push(one);
    if (isTrajectory) trajectories += 1;
    if (waiting.length >= TOGETHER) flush();
  };
  return { add, flush, made: () => trajectories };
}

function demonstrations(trajectories: readonly Trajectory[]): TrainingSet {
  const examples = trajectories.map((trajectory): Demonstration => {
    const messages = trajectory.steps.flatMap(({ observation, action }, step): WeightedMessage[] => {
      const provenance = { trajectory: trajectory.id, step, actor: trajectory.policy, reason: "own success" };
      const said = { role: "assistant", content: action, weight: 1, provenance } as const;
      return [{ role: "user", content: observation, weight: 0 }, said];
    });
    return { source: trajectory.id, messages };
  });
  return { kind: "sft", examples };
}
