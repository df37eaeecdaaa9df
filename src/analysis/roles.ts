/** What each method of a run is, read from the run's stored config: who explores, who probes, and who is a fair control of whom. */
import type { Json } from "../core/json.ts";
import { methodSaidOf, type Run } from "../core/run.ts";
import type { Method } from "./material.ts";

export type Role =
  /** Behaviour cloning: row 0 of every experiment. */
  | { readonly kind: "BC" }
  | { readonly kind: "EEF"; readonly trainFrom: string }
  | {
      readonly kind: "RFT";
      /** It keeps one solution a task, chosen as EEF chooses. */
      readonly oneSolution: boolean;
      /** It makes exactly as many rollouts of each task as EEF. */
      readonly matched: boolean;
      readonly trainFrom: string;
    }
  /** Best of several samples at test time: an upper bound and no method. */
  | { readonly kind: "upper bound" }
  | { readonly kind: "other" };

type Said = Readonly<Record<string, Json>>;

/** `run` is the one that holds `method`. Runs stored without their methods are read by the methods' usual names. */
export function roleOf(run: Run | undefined, { method, rounds }: Pick<Method, "method" | "rounds">): Role {
  const first = rounds[0]!;
  if (first.samples !== undefined) return { kind: "upper bound" };
  if (first.row === 0 && first.iteration === 0) return { kind: "BC" };
  return roleSaid(methodSaidOf(run, first.row) ?? byName(method));
}

function roleSaid(said: Said): Role {
  const trainFrom = String(said.trainFrom ?? "base");
  if (said.method === "eef") return { kind: "EEF", trainFrom };
  if (said.method !== "rft") return { kind: "other" };
  const matched = said.matchProbes !== undefined;
  return { kind: "RFT", oneSolution: said.solutions === "one", matched, trainFrom };
}

function byName(name: string): Said {
  if (/^EEF\b/.test(name)) return { method: "eef" };
  if (!/^RFT\b/.test(name) || /ETO/.test(name)) return {};
  return {
    method: "rft",
    solutions: /one solution/.test(name) ? "one" : "all",
    ...(/as EEF/.test(name) && { matchProbes: 1 }),
  };
}
