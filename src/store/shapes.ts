/**
 * What the body of each kind of record must look like for the rest of the program to read it. Bodies are written by this
 * program only, so this finds files that something else has changed: it looks at what is there and at its kind, no deeper.
 */
import type { Json } from "../core/json.ts";
import { lengthened } from "./completions.ts";
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
  "reasoning?": "text",
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
    "chat?": { messages: [MESSAGE], turns: ["number"] },
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
  "head of a round": {
    run: "text",
    method: "text",
    row: "number",
    seed: "number",
    iteration: "number",
    members: { expert: "number", learnOnly: "number", explored: "number", probed: "number", evaluated: "number" },
    trainingSet: "text",
    checkpoint: "text",
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
  if (kind === "trajectory") value = lengthened(value) as Json;
  // Nearly every record fits, and a report reads all of them: where one does not fit is looked for only then.
  if (!FITS[kind](value)) throw new DamagedError(`${where}: ${misfitOf(value, SHAPES[kind], "")}`);
  return value as T;
}

type Fits = (value: unknown) => boolean;

function fitting(shape: Shape): Fits {
  if (typeof shape === "string") return IS[shape];
  if (isList(shape)) {
    const fits = fitting(shape[0]);
    return (value) => Array.isArray(value) && value.every(fits);
  }
  if (isOrNull(shape)) {
    const fits = fitting(shape.orNull);
    return (value) => value === null || fits(value);
  }
  const members = Object.entries(shape).map(([member, inner]) => {
    const name = member.replace(/\?$/, "");
    return { name, isOptional: name !== member, fits: fitting(inner) };
  });
  return (value) => {
    if (!IS.object(value)) return false;
    for (const { name, isOptional, fits } of members) {
      const member = (value as Readonly<Record<string, unknown>>)[name];
      if (!(isOptional && member === undefined) && !fits(member)) return false;
    }
    return true;
  };
}

/** What does not fit, with its place; undefined if everything does. */
function misfitOf(value: unknown, shape: Shape, place: string): string | undefined {
  if (typeof shape === "string") {
    return IS[shape](value) ? undefined : `${place && `${place}: `}expected ${NAMES[shape]}`;
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) return `${place && `${place}: `}expected a list`;
    return firstOf(value, (element, index) => misfitOf(element, shape[0], inside(place, String(index))));
  }
  if (isOrNull(shape)) return value === null ? undefined : misfitOf(value, shape.orNull, place);
  if (!IS.object(value)) return `${place && `${place}: `}expected an object`;
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

const IS: Readonly<Record<keyof typeof NAMES, Fits>> = {
  text: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  "yes or no": (value) => typeof value === "boolean",
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

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

const FITS = Object.fromEntries(Object.entries(SHAPES).map(([kind, shape]) => [kind, fitting(shape)])) as Readonly<
  Record<RecordKind, Fits>
>;
