/** The student that every training starts from. */
import { CliError } from "../../core/errors.ts";
import type { Message } from "../../core/message.ts";
import type { Task } from "../../core/task.ts";
import type { Checkpoint } from "../../core/training.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { demonstration } from "../../formats/demonstration.ts";
import type { Format } from "../../formats/format.ts";
import { kindOf } from "../../students/kinds.ts";
import type { Student } from "../../students/student.ts";
import type { ExperimentConfig } from "./config.ts";
import type { LiveOptions } from "./live.ts";
import { trainOnce } from "./training.ts";

/** Initialised by the seed, then trained on practice episodes if the config asks for them. */
export async function baseCheckpoint(
  config: ExperimentConfig,
  student: Student,
  options: Pick<
    LiveOptions,
    | "run"
    | "seed"
    | "repository"
    | "progress"
    | "trainings"
    | "recipes"
    | "benchmark"
    | "format"
    | "expert"
    | "learnOnly"
  > & {
    readonly tasks: ReadonlyMap<string, Task>;
  },
): Promise<Checkpoint> {
  const { seed, repository, progress, benchmark, format, expert, tasks, learnOnly } = options;
  const practiceEpisodes = kindOf(config).practiceEpisodes?.(config) ?? 0;
  if (practiceEpisodes > 0 && !benchmark.practice) {
    throw new CliError(`student.practice.episodes: expected 0, since ${benchmark.name} has no practice episodes`);
  }
  if (practiceEpisodes > 0) progress.say(`seed ${seed} · base phase: ${practiceEpisodes} episodes of random play`);
  const episodes = practiceEpisodes > 0 ? await benchmark.practice!(practiceEpisodes, seed) : [];
  const practised = episodes.map(({ task, trajectory }) => example(format, task, trajectory, "practice"));
  const material = [
    ...expert.map((each) => example(format, tasks.get(each.taskId)!, each, "vocabulary")),
    ...learnOnly.map(({ task, trajectory }) => example(format, task, trajectory, "vocabulary")),
    ...practised,
  ];
  const makeInitial = () =>
    student.initial(
      seed,
      material.flatMap(({ messages }): Message[] => [...messages]),
    );
  const initial = await makeInitial();
  options.recipes.note(initial.id, makeInitial);
  repository.addCheckpoint(initial);
  if (practised.length === 0) return initial;
  const set = { kind: "sft", examples: practised } as const;
  return trainOnce(options, student.practiceTrainer, { set, from: initial, label: `seed ${seed} · base phase` });
}

function example(format: Format, task: Task, trajectory: Trajectory, reason: string) {
  return demonstration({ format, task, trajectory, learnFrom: 0, reason });
}
