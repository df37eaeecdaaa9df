/** Damage to values and bytes, by chance that a seed decides, or at each place in turn. */
import type { Json } from "../src/core/json.ts";
import type { Random } from "../src/core/random.ts";

/** What stands where something else is expected. */
export const ODD: readonly Json[] = [
  null,
  true,
  7,
  -0.5,
  1e300,
  "",
  "\u0000\u001b[31m",
  [],
  {},
  [[[]]],
  "OK",
  "x".repeat(5000),
  "\ud83d",
];

/** `value` with one place in it deleted, replaced by one of `others`, repeated or damaged. */
export function mutated(value: Json, draw: Random, others: readonly Json[] = ODD): Json {
  const isBranch = value !== null && typeof value === "object" && Object.keys(value).length > 0;
  if (!isBranch || draw.next() < 0.1) return damaged(value, draw, others);
  if (Array.isArray(value)) {
    const at = draw.integer(value.length);
    const fate = draw.integer(5);
    if (fate === 0) return value.toSpliced(at, 1);
    if (fate === 1) return value.toSpliced(at, 0, value[at]);
    return value.with(at, mutated(value[at], draw, others));
  }
  const entries = Object.entries(value);
  const [key, inner] = draw.pick(entries);
  const rest = Object.fromEntries(entries.filter(([each]) => each !== key));
  return draw.next() < 0.15 ? rest : { ...rest, [key]: mutated(inner, draw, others) };
}

function damaged(value: Json, draw: Random, others: readonly Json[]): Json {
  if (typeof value !== "string" || value === "" || draw.next() < 0.3) return draw.pick(others);
  const lines = value.split("\n");
  if (lines.length > 2 && draw.next() < 0.6) return damagedLines(lines, draw).join("\n");
  const at = draw.integer(value.length);
  return draw.pick([value.slice(0, at), value.slice(at), `${value.slice(0, at)}\ud83d${value.slice(at + 1)}`]);
}

/** One line deleted, repeated, beheaded or put elsewhere. */
function damagedLines(lines: readonly string[], draw: Random): readonly string[] {
  const at = draw.integer(lines.length);
  const line = lines[at]!;
  const to = draw.integer(lines.length);
  return draw.pick([
    lines.toSpliced(at, 1),
    lines.toSpliced(at, 0, line),
    lines.with(at, line.slice(draw.integer(line.length + 1))),
    lines.toSpliced(at, 1).toSpliced(to, 0, line),
  ]);
}

export type Path = readonly (string | number)[];

export interface Change {
  /** What was done, for the test's messages. */
  readonly name: string;
  readonly path: Path;
  readonly value: Json;
}

/** `value` with each place in turn deleted or replaced, and each object given a key that nobody knows. */
export function* changes(value: Json, others: readonly Json[] = ODD, path: Path = []): Generator<Change> {
  const at = path.join(".") || "all of it";
  for (const [index, other] of others.entries()) yield { name: `${at} = odd ${index}`, path, value: other };
  if (value === null || typeof value !== "object") return;
  const isList = Array.isArray(value);
  if (!isList) yield { name: `${at} + unknown`, path: [...path, "unknown"], value: { ...value, unknown: 1 } };
  for (const [key, inner] of Object.entries(value) as [string, Json][]) {
    const step = isList ? Number(key) : key;
    const rest = isList
      ? value.toSpliced(Number(key), 1)
      : Object.fromEntries(Object.entries(value).filter(([each]) => each !== key));
    yield { name: `${at} - ${key}`, path: [...path, step], value: rest as Json };
    for (const change of changes(inner, others, [...path, step])) {
      const whole = isList ? value.with(Number(key), change.value) : { ...value, [key]: change.value };
      yield { ...change, value: whole as Json };
    }
  }
}

/** So many copies of `bytes`, each with one bit changed. */
export function* flips(bytes: Uint8Array, count: number, draw: Random): Generator<readonly [name: string, Buffer]> {
  for (let i = 0; i < count; i++) {
    const copy = Buffer.from(bytes);
    const at = draw.integer(copy.length);
    copy[at]! ^= 1 << draw.integer(8);
    yield [`byte ${at} changed`, copy];
  }
}

/** So many beginnings of `bytes`, the empty one among them. */
export function* cuts(bytes: Uint8Array, count: number): Generator<readonly [name: string, Buffer]> {
  for (let i = 0; i < count; i++) {
    const length = Math.floor((i * bytes.length) / count);
    yield [`cut at ${length} of ${bytes.length}`, Buffer.from(bytes.subarray(0, length))];
  }
}
