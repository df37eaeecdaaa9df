/** The student that a config names, and what of it decides the results. */
import { type ExperimentConfig, isPretrained, isServed, isTinker } from "../engine/experiment/config.ts";
import { embeddedStudent } from "./embedded/student.ts";
import { pretrainedStudent, storedPretrained } from "./pretrained/student.ts";
import { servedStudent, storedServed } from "./served/student.ts";
import type { Student } from "./student.ts";
import { storedTinker, tinkerStudent } from "./tinker/student.ts";

/** `project`: the folder that its checkpoints go to. Throws CliError for what it needs and is not there. */
export function studentOf(project: string, config: ExperimentConfig): Student {
  if (isPretrained(config)) return pretrainedStudent(project, config);
  if (isServed(config)) return servedStudent(project, config);
  if (isTinker(config)) return tinkerStudent(project, config);
  return embeddedStudent(project, config);
}

/** What of `student` and `training` is stored with a run: no paths, no addresses, nothing that only decides the speed. */
export function decisiveParts(config: ExperimentConfig): { readonly [part in "student" | "training"]: object } {
  if (isPretrained(config)) return storedPretrained(config);
  if (isServed(config)) return storedServed(config);
  if (isTinker(config)) return storedTinker(config);
  const { student, training } = config;
  return { student, training };
}
