/** Text in what a run's trajectories show, think and do. */
import type { Hit, Search } from "../api/compare.ts";
import type { View } from "../view.ts";
import { headOf, whoIn } from "./rounds.ts";

/** Hits of one answer. */
const MOST = 50;
/** Characters before and behind what was found. */
const AROUND = 80;

/** `runs/RUN/search?q=TEXT`; null: there is no such run. */
export function searchOf(view: View, run: string, query = ""): Search | null {
  if (!view.repository.run(run)) return null;
  const { found, more, remark } = view.find(run, query, MOST);
  const whoOf = whoIn(view.repository.roundHeads(run));
  const hits = found.flatMap(({ trajectory, step, part, text, from, to }): Hit[] => {
    const summary = view.repository.summary(trajectory);
    if (!summary) return [];
    const { task, who, won } = headOf(summary, whoOf);
    const [start, end] = [Math.max(0, from - AROUND), Math.min(text.length, to + AROUND)];
    const texts = {
      before: `${start > 0 ? "…" : ""}${text.slice(start, from)}`,
      match: text.slice(from, to),
      after: `${text.slice(to, end)}${end < text.length ? "…" : ""}`,
    };
    return [{ trajectory, task, who, won, step, part, ...texts }];
  });
  return { query, hits, more, remark };
}
