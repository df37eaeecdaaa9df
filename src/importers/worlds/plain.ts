/** Any world that is not one of the benchmarks: gleaner's own spelling, and goals compared by their wording. */
import type { Benchmark } from "../../core/environment.ts";
import { printable } from "../../core/printable.ts";
import { GAP, type Opening, plainGoal, type World } from "./world.ts";

/** What is known of a benchmark without knowing its world. */
export function plainWorld({ name, successReturn }: Pick<Benchmark, "name" | "successReturn">): World {
  return {
    benchmark: name,
    beginning: "the goal, a blank line and the first observation",
    isTelling: false,
    opening: plainOpening,
    normalize: (observation) => observation.trim(),
    // An id that the world made is its own matter: it is tried as it is, whatever letters it has.
    taskKey: (id) => (id.startsWith(`${name}/`) && isSafe(id) ? id : undefined),
    goalOf: plainGoal,
    resultOf: (earned) => {
      const isWon = earned >= successReturn;
      return { claimed: isWon ? "won" : "lost", end: { return: earned, terminated: isWon } };
    },
  };
}

/** Not so what leads out of a folder, should the world look for its tasks in files. */
const isSafe = (id: string) => printable(id) === id && !id.split(/[\\/]/).some((part) => part === ".." || part === ".");

/** The goal is what stands before the first blank line. */
export function plainOpening(told: string): Opening | undefined {
  const at = told.trimStart().indexOf(GAP);
  if (at <= 0) return undefined;
  const text = told.trimStart();
  return { instruction: text.slice(0, at).trim(), firstObservation: text.slice(at + GAP.length) };
}
