/**
 * What was computed of a view is kept as long as nothing has changed that it follows from. Only what was used last is kept, so
 * that memory stays bounded.
 */
import type { View } from "../view.ts";

export interface Keeping {
  /** So many values of a view are kept. */
  readonly most: number;
  /** What the value of a key follows from, as text. Absent: from the whole store. */
  readonly stateOf?: (view: View, key: string) => string;
}

interface Kept<Value> {
  /** The store's changes when it was last found to be right. */
  readonly changes: number;
  readonly state: string | undefined;
  readonly value: Value;
}

/**
 * `compute`, done once for each view and key while what it follows from stays the same. What it throws, or rejects with, is not kept:
 * a disk that was full may have room the next time.
 */
export function keptByView<Value>(
  compute: (view: View, key: string) => Value,
  { most, stateOf }: Keeping,
): (view: View, key: string) => Value {
  const views = new WeakMap<View, Map<string, Kept<Value>>>();
  const upToDate = (view: View, key: string, found: Kept<Value> | undefined): Kept<Value> => {
    // Read first: what changes meanwhile is looked at the next time.
    const changes = view.changes();
    if (found?.changes === changes) return found;
    const state = stateOf?.(view, key);
    if (found && state !== undefined && found.state === state) return { ...found, changes };
    return { changes, state, value: compute(view, key) };
  };
  return (view, key) => {
    const values = views.get(view) ?? new Map<string, Kept<Value>>();
    views.set(view, values);
    const before = values.get(key);
    const kept = upToDate(view, key, before);
    // What was used last stands last.
    values.delete(key);
    values.set(key, kept);
    if (kept.value !== before?.value && kept.value instanceof Promise)
      kept.value.catch(() => values.get(key)?.value === kept.value && values.delete(key));
    for (const oldest of values.keys()) {
      if (values.size <= most) break;
      values.delete(oldest);
    }
    return kept.value;
  };
}

/** As `keptByView`, of a run and whatever else names the value; it follows from what the run has finished. */
export function keptByRun<Value>(
  compute: (view: View, run: string, key: string) => Value,
  most: number,
): (view: View, run: string, key?: string) => Value {
  const kept = keptByView(
    (view, path) => {
      const [run, key] = JSON.parse(path) as [string, string];
      return compute(view, run, key);
    },
    { most, stateOf: (view, path) => stateOfRun(view, (JSON.parse(path) as [string])[0]) },
  );
  return (view, run, key = "") => kept(view, JSON.stringify([run, key]));
}

/** A run's rounds are added and never changed; before the first one, it is what it holds that counts. */
function stateOfRun({ repository }: View, name: string): string {
  const run = repository.run(name);
  const heads = repository.roundHeads(name);
  const held = heads.length > 0 ? 0 : repository.countOf(name);
  const rounds = heads.map(({ row, seed, iteration, checkpoint }) => [row, seed, iteration, checkpoint]);
  return JSON.stringify([run?.kind, held, rounds, repository.timings(name).length]);
}
