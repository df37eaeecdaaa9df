/** Records as they are written: canonical JSON under a key, refused where something else would come back. */
import { StoreError } from "../core/errors.ts";
import { canonicalJson, isTooLong, type Json, LONGEST_TEXT, leaves } from "../core/json.ts";
import type { Run } from "../core/run.ts";

/** Canonical JSON of `record`, which messages call `name`. JSON writes NaN and infinities as null: they are refused. */
export function encoded(name: string, record: unknown): string {
  expectFinite(record);
  try {
    return canonicalJson(record);
  } catch (error) {
    if (!isTooLong(error)) throw error;
    const limit = LONGEST_TEXT.toLocaleString("en");
    throw new StoreError(
      `cannot store ${name}: as JSON it is longer than ${limit} characters, the longest text there can be`,
    );
  }
}

function expectFinite(value: unknown): void {
  if (typeof value === "number" && !Number.isFinite(value))
    throw new StoreError(`cannot store the number ${value}: expected a finite one`);
  if (value === null || typeof value !== "object") return;
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof inner === "number" || typeof inner === "object") expectFinite(inner);
  }
}

/** SQLite keeps UTF-8: two ids that differ in unpaired surrogates only would become one. */
export function checkedKey(key: string): string {
  if (!key.isWellFormed()) throw new StoreError(`cannot store the id ${JSON.stringify(key)}: it is not valid Unicode`);
  return key;
}

/** `stored`: the body under this key. Throws StoreError unless it is `body`. */
export function expectSame(name: string, stored: unknown, body: string): void {
  if (stored !== body) throw otherContent(name);
}

/** Another record than `name` would have its key. */
export const otherContent = (name: string): StoreError =>
  new StoreError(`${name} is already stored with other content; stored content is never changed`);

/** What differs between a stored run and another one that would have its name. */
export function otherRun(known: Run, run: Run): string {
  if (known.kind !== run.kind)
    return `run "${run.name}" already exists and is of kind ${known.kind}, not ${run.kind}; choose another name, or remove that run: gleaner runs rm ${known.name}`;
  const [before, now] = [leaves(known.config), leaves(run.config)];
  const differing = [...new Set([...before.keys(), ...now.keys()])].filter(
    (path) => canonicalJson(before.get(path)) !== canonicalJson(now.get(path)),
  );
  const shown = (value: Json | undefined) => (value === undefined ? "nothing" : JSON.stringify(value));
  const changes = differing
    .slice(0, 5)
    .map(
      (path) =>
        changedFile(path, before, now) ?? `${path}: ${shown(before.get(path))} then, ${shown(now.get(path))} now`,
    );
  if (differing.length > changes.length) changes.push(`${differing.length - changes.length} more`);
  return `run "${run.name}" already exists with another config (${changes.join("; ")}); choose another name or the same settings, or remove that run: gleaner runs rm ${known.name}`;
}

/** Of a log that was mended since: its name says more than two hashes. undefined: it is no such change. */
function changedFile(path: string, before: ReadonlyMap<string, Json>, now: ReadonlyMap<string, Json>) {
  if (!path.endsWith(".sha256")) return undefined;
  const named = path.replace(/sha256$/, "name");
  const [then, name] = [before.get(named), now.get(named)];
  return typeof name === "string" && then === name ? `the content of ${JSON.stringify(name)} has changed` : undefined;
}
