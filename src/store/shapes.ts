/**
 * What the body of each kind of record must look like for the rest of the program to read it. Bodies are written by this
 * program only, so this finds files that something else has changed: it looks at what is there and at its kind, no deeper.
 */
import type { Json } from "../core/json.ts";
import { DamagedError } from "./guard.ts";

/** A kind of value, a list of such, or an object with these members; a member whose name ends with `?` may be absent. */
type Shape = "text" | "number" | "yes or no" | "object" | readonly [Shape] | Members | OrNull;
interface Members {
  readonly [member: string]: Shape;
}
interface OrNull {
  readonly orNull: Shape;
}

const MESSAGE = { role: "text", content: "text" } as const;
const WEIGHTED = { ...MESSAGE, weight: "number" } as const;
const FORK = { from: "text", step: "number" } as const;
const STEP = {
  observation: "text",
  thought: "text",
  action: "text",
  completion: "text",
  reward: "number",
  usage: { orNull: { promptTokens: "number", completionTokens: "number" } },
} as const;

/** By the name that a record of this kind has in messages. */
export const SHAPES = {
  run: { name: "text", kind: "text", config: "object" },
  task: { id: "text", split: "text", category: "text", instruction: "text" },
  trajectory: {
    id: "text",
    taskId: "text",
    policy: "text",
    seed: "number",
    fork: { orNull: FORK },
    steps: [STEP],
    finalObservation: "text",
    return: "number",
    success: "yes or no",
    outcome: { kind: "text" },
  },
  verification: { kind: "text", trajectory: "text" },
  "training set": { kind: "text", "beta?": "number" },
  "example of sft": { messages: [WEIGHTED], source: "text" },
  "example of dpo": { prompt: [MESSAGE], chosen: [WEIGHTED], rejected: [WEIGHTED], sources: ["text"] },
  checkpoint: { id: "text", parent: { orNull: "text" }, trainer: "text", at: { kind: "text" } },
  metrics: "object",
  round: {
    run: "text",
    method: "text",
    row: "number",
    seed: "number",
    iteration: "number",
    expert: ["text"],
    "learnOnly?": ["text"],
    explored: ["text"],
    probed: ["text"],
    trainingSet: "text",
    checkpoint: "text",
    evaluated: ["text"],
    counts: "object",
  },
  timing: { run: "text", method: "text", seed: "number", iteration: "number", phase: "text", milliseconds: "number" },
} as const satisfies Readonly<Record<string, Shape>>;

export type RecordKind = keyof typeof SHAPES;

/** The record that `body` holds. Throws DamagedError, naming the record and what was expected, if it holds no such record. */
export function decoded<T>(kind: RecordKind, key: string, body: unknown): T {
  const where = `${kind} ${key}`;
  let value: Json;
  try {
    value = JSON.parse(String(body)) as Json;
  } catch {
    throw new DamagedError(`${where}: expected JSON`);
  }
  const misfit = misfitOf(value, SHAPES[kind], "");
  if (misfit !== undefined) throw new DamagedError(`${where}: ${misfit}`);
  return value as T;
}

/** What does not fit, with its place; undefined if everything does. */
function misfitOf(value: unknown, shape: Shape, place: string): string | undefined {
  if (typeof shape === "string") {
    return isOf(value, shape) ? undefined : `${place && `${place}: `}expected ${NAMES[shape]}`;
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) return `${place && `${place}: `}expected a list`;
    return firstOf(value, (element, index) => misfitOf(element, shape[0], inside(place, String(index))));
  }
  if (isOrNull(shape)) return value === null ? undefined : misfitOf(value, shape.orNull, place);
  if (!isOf(value, "object")) return `${place && `${place}: `}expected an object`;
  return firstOf(Object.entries(shape), ([member, inner]) => {
    const name = member.replace(/\?$/, "");
    const found = (value as Readonly<Record<string, unknown>>)[name];
    if (found === undefined && name !== member) return undefined;
    return misfitOf(found, inner, inside(place, name));
  });
}

const NAMES = {
  text: "a text",
  number: "a number",
  "yes or no": "true or false",
  object: "an object",
} as const;

function isOf(value: unknown, kind: keyof typeof NAMES): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "yes or no":
      return typeof value === "boolean";
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return kind satisfies never;
  }
}

const inside = (place: string, name: string) => (place ? `${place}.${name}` : name);
const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);
const isOrNull = (shape: Shape): shape is OrNull => typeof shape === "object" && "orNull" in shape;

function firstOf<T>(items: readonly T[], look: (item: T, index: number) => string | undefined): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = look(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
