/** Where each view is: addresses for `href`. `round` is left out for the round that is looked at first. */
import { addressOf, listed, type QueryChange } from "./address.ts";

type Round = string | null | undefined;

export const to = {
  project: () => addressOf([]),
  run: (run: string) => addressOf(["runs", run]),
  expert: (run: string, query: QueryChange = {}) => addressOf(["runs", run, "expert"], query),
  tasks: (run: string, query: QueryChange = {}) => addressOf(["runs", run, "tasks"], query),
  task: (run: string, task: string) => addressOf(["runs", run, "tasks", task]),
  trunk: (run: string, id: string, round?: Round, query: QueryChange = {}) =>
    addressOf(["runs", run, "trunk", id], { round, ...query }),
  /** `step` is selected, from 0. */
  transcript: (run: string, id: string, round?: Round, step?: number | null, query: QueryChange = {}) =>
    addressOf(["runs", run, "transcripts", id], { round, step, ...query }),
  row: (run: string, position: number, round?: Round, query: QueryChange = {}) =>
    addressOf(["runs", run, "rows", String(position)], { round, ...query }),
  search: (run: string, q = "") => addressOf(["runs", run, "search"], { q }),
  /** 2 to 8 trajectories of one task. */
  diff: (ids: readonly string[], run?: string) => addressOf(["diff", listed(ids)], { run }),
  flips: (runA: string, roundA: string, runB: string, roundB: string) =>
    addressOf(["flips", runA, roundA, runB, roundB]),
  /** Nothing chosen yet but the run where one came from. */
  compare: (run?: string) => addressOf(["flips"], { run }),
};
