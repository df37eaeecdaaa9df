/** The path of each resource, with its shape. `data.ts` loads them. */
import type { Diff, Flips, Search } from "../api/compare.ts";
import type { SentMap, Trunk } from "../api/expert.ts";
import type { Leakage, Overview, Project } from "../api/project.ts";
import type { WholeText } from "../api/shared.ts";
import type { TaskPage, Tasks } from "../api/tasks.ts";
import type { Decision, Row, TargetSays, Transcript } from "../api/transcript.ts";

/** A resource's path; `T` is what it holds. */
export type Path<T> = string & {
  /** Never there: only the compiler sees it. */
  readonly __shape?: T;
};

const path = (...segments: (string | number)[]) => segments.map(encodeURIComponent).join("/");

export const at = {
  project: (): Path<Project> => path("project"),
  overview: (run: string): Path<Overview> => path("runs", run, "overview"),
  leakage: (run: string): Path<Leakage> => path("runs", run, "leakage"),
  expert: (run: string, round: string): Path<SentMap> => path("runs", run, "rounds", round, "expert"),
  trunk: (run: string, round: string, id: string): Path<Trunk> => path("runs", run, "rounds", round, "trunk", id),
  tasks: (run: string): Path<Tasks> => path("runs", run, "tasks"),
  task: (run: string, task: string): Path<TaskPage> => path("runs", run, "tasks", task),
  transcript: (run: string, round: string, id: string): Path<Transcript> =>
    path("runs", run, "rounds", round, "trajectories", id),
  decision: (run: string, round: string, id: string, step: number): Path<Decision> =>
    path("runs", run, "rounds", round, "decisions", id, step),
  row: (run: string, round: string, position: number): Path<Row> =>
    path("runs", run, "rounds", round, "rows", position),
  target: (run: string, round: string, position: number, target: string): Path<TargetSays> =>
    path("runs", run, "rounds", round, "rows", position, "targets", target),
  diff: (ids: readonly string[]): Path<Diff> => path("diff", ids.map(encodeURIComponent).join(",")),
  flips: (runA: string, roundA: string, runB: string, roundB: string): Path<Flips> =>
    path("flips", runA, roundA, runB, roundB),
  search: (run: string, q: string): Path<Search> => `${path("runs", run, "search")}?q=${encodeURIComponent(q)}`,
  /** `step`: an index, or `final`. */
  text: (id: string, step: number | "final", part: "observation" | "thought" | "action"): Path<WholeText> =>
    path("texts", id, step, part),
  instruction: (id: string): Path<WholeText> => path("texts", id, "task", "instruction"),
};
