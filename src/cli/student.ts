/** The student that a config names. */
import { type ExperimentConfig, isServed } from "../experiment/config.ts";
import type { Student } from "../experiment/student.ts";
import { embeddedStudent } from "./embedded-student.ts";
import { servedStudent } from "./served-student.ts";

/** `project`: the folder that its checkpoints go to. Throws CliError for what a served one needs and is not there. */
export const studentOf = (project: string, config: ExperimentConfig): Student =>
  isServed(config) ? servedStudent(project, config) : embeddedStudent(project, config);
