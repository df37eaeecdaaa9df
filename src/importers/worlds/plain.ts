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
    isPlain: true,
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
  return at <= 0 ? undefined : cutAt(told.trimStart(), at);
}

/** What stands behind is not told if there is nothing. */
function cutAt(text: string, at: number): Opening {
  const rest = text.slice(at + GAP.length);
  return { instruction: text.slice(0, at).trim(), firstObservation: rest.trim() === "" ? null : rest };
}

/** The first thing that an agent is told in `world`, taken apart; undefined if it is no opening. `hasKey`: the goal may be missing. */
export function openingIn(told: string, world: World, hasKey: boolean): Opening | undefined {
  const known = world.opening(told) ?? plainOpening(told);
  const whole = world.isPlain && told.trim() !== "" ? { told } : {};
  if (known) return { ...known, ...whole };
  if (hasKey) return { instruction: "", firstObservation: told, ...whole };
  return world.isPlain && told.trim() !== "" ? { instruction: told.trim(), firstObservation: null, told } : undefined;
}

/** Paragraphs that a goal may have at most where it is looked for in a longer text. */
const MOST_PARAGRAPHS = 50;

/** Every way in which a goal of several paragraphs, or one that stands alone, may be told by `told`; the shortest goal first. */
export function otherOpenings(told: string): readonly Opening[] {
  const text = told.trimStart();
  const openings: Opening[] = [];
  for (let at = text.indexOf(GAP); at > 0 && openings.length < MOST_PARAGRAPHS; at = text.indexOf(GAP, at + 1))
    openings.push(cutAt(text, at));
  return [...openings, { instruction: text.trim(), firstObservation: null }];
}
