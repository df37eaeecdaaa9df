/** What the names in a config became: the world, the expert, the student, the store. Only the command line makes them. */
import type { Benchmark } from "../../core/environment.ts";
import type { Policy } from "../../core/policy.ts";
import type { Repository } from "../../core/repository.ts";
import type { Student } from "../../students/student.ts";
import type { ScriptedSource } from "./config.ts";
import type { Progress } from "./progress.ts";

/** What a config's names became. */
export interface Parts {
  /** Where everything is kept and found again. */
  readonly repository: Repository;
  /** The benchmark of a seed: worlds that generate their tasks generate others for each. */
  readonly benchmark: (seed: number) => Promise<Benchmark>;
  /** The noisy expert of a source with `scripted`. */
  readonly scriptedExpert: (benchmark: Benchmark, seed: number, source: ScriptedSource) => Policy;
  /** The model that is trained. */
  readonly student: Student;
  /** Hears how it goes. */
  readonly progress: Progress;
  /** The program's version and commit, kept with the timings. */
  readonly program?: string | undefined;
}
