/** What was run: settings as stored, seeds, and when and by which program. */
import { auditOf, type RunAudit } from "../core/audit.ts";
import type { Json } from "../core/json.ts";
import type { Run, Timing } from "../core/run.ts";
import { distinct, type Material } from "./material.ts";

export interface Ran {
  readonly run: string;
  readonly kind: Run["kind"];
  /** As resolved, without paths. */
  readonly config: Json;
  readonly seeds: readonly number[];
  /** How far the world was found to be put back exactly; null where the run's config asked for no audit. */
  readonly audit: RunAudit | null;
  /** The one part in which equal runs differ; null where the store does not say. */
  readonly timing: RanTiming | null;
}

export interface RanTiming {
  /** When the first and the last piece of work ended: ISO 8601, UTC. */
  readonly from: string;
  readonly to: string;
  /** Version and commit; several where a run went on under another one. */
  readonly programs: readonly string[];
}

/** `run` must be stored. */
export function ranOf({ repository, rounds }: Pick<Material, "repository" | "rounds">, run: string): Ran {
  const { kind, config } = repository.run(run)!;
  const seeds = distinct(rounds(run).map(({ seed }) => seed)).sort((a, b) => a - b);
  return { run, kind, config, seeds, audit: auditOf(config) ?? null, timing: timingOf(repository.timings(run)) };
}

/** A run that is started again notes for each piece that it found it done, so only the first time counts. */
function timingOf(timings: readonly Timing[]): RanTiming | null {
  const firsts = new Map<string, Timing>();
  for (const timing of timings) {
    const key = JSON.stringify([timing.method, timing.seed, timing.iteration, timing.phase]);
    if (!firsts.has(key)) firsts.set(key, timing);
  }
  const done = [...firsts.values()];
  const times = done.flatMap(({ at }) => at ?? []).sort();
  if (times.length === 0) return null;
  return { from: times[0]!, to: times.at(-1)!, programs: distinct(done.flatMap(({ by }) => by ?? [])) };
}
