/** Any world that is not one of the benchmarks: gleaner's own spelling, and goals compared by their wording. */
import type { Benchmark } from "../../core/environment.ts";
import { GAP, keyOfOwnId, type Opening, plainGoal, type World } from "./world.ts";

/** What is known of a benchmark without knowing its world. */
export function plainWorld({ name, successReturn }: Pick<Benchmark, "name" | "successReturn">): World {
  return {
    benchmark: name,
    beginning: "the goal, a blank line and the first observation",
    isTelling: false,
    opening: plainOpening,
    normalize: (observation) => observation.trim(),
    taskKey: (id) => keyOfOwnId(name, id),
    goalOf: plainGoal,
    resultOf: (earned) => {
      const isWon = earned >= successReturn;
      return { claimed: isWon ? "won" : "lost", end: { return: earned, terminated: isWon } };
    },
  };
}

/** The goal is what stands before the first blank line. */
export function plainOpening(told: string): Opening | undefined {
  const at = told.trimStart().indexOf(GAP);
  if (at <= 0) return undefined;
  const text = told.trimStart();
  return { instruction: text.slice(0, at).trim(), firstObservation: text.slice(at + GAP.length) };
}
