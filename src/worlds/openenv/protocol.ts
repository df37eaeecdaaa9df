/** What an OpenEnv server answers over its WebSocket, as `openenv` 0.10.0 and `openenv-core` 0.3.0 write it. */
import { isDeepStrictEqual } from "node:util";
import { EnvironmentError } from "../../core/errors.ts";
import { bounded, quoted } from "../../core/wording.ts";
import { parseWritten } from "../../core/written-json.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** What a reset or a step leads to. */
export interface Shown {
  readonly observation: Fields;
  /** null: the server says none. A reward that is NaN arrives so, too: pydantic writes it as null. */
  readonly reward: number | null;
  readonly done: boolean;
  readonly metadata: Fields;
}

/** An error that the server tells. The session goes on behind some of them. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly errors: readonly unknown[];
}

export type Reply =
  | { readonly kind: "observation"; readonly shown: Shown }
  | { readonly kind: "state"; readonly state: Fields }
  | { readonly kind: "error"; readonly refusal: Refusal };

/** Throws EnvironmentError for what is none of the protocol's answers. */
export function replyIn(text: string): Reply {
  const { type, data } = fieldsOf(parsed(text), "an answer");
  const said = fieldsOf(data, "data");
  if (type === "observation") return { kind: "observation", shown: shownIn(said) };
  if (type === "state") return { kind: "state", state: said };
  if (type !== "error") throw new EnvironmentError(`it answered with a message of the type ${quoted(type)}`);
  const { code, message, errors } = said;
  return {
    kind: "error",
    refusal: { code: String(code), message: bounded(String(message)), errors: Array.isArray(errors) ? errors : [] },
  };
}

/** A world's answers are nowhere near; what writes them as text would not come back from far more. */
const MOST_NESTED = 500;

/** Whether lists and objects stand in one another more than `MOST_NESTED` times. */
function isTooDeep(json: string): boolean {
  let [depth, isInText] = [0, false];
  // A shorter one cannot be.
  if (json.length <= 2 * MOST_NESTED) return false;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (isInText && character === "\\") at++;
    else if (character === '"') isInText = !isInText;
    else if (!isInText && (character === "[" || character === "{")) depth++;
    else if (!isInText && (character === "]" || character === "}")) depth--;
    if (depth > MOST_NESTED) return true;
  }
  return false;
}

function parsed(text: string): unknown {
  if (isTooDeep(text)) throw new EnvironmentError(`its answer is nested more than ${MOST_NESTED} deep`);
  try {
    return parseWritten(text);
  } catch {
    throw new EnvironmentError(`its answer is no JSON: ${quoted(text)}`);
  }
}

function shownIn({ observation, reward = null, done = false, metadata }: Fields): Shown {
  const number = typeof reward === "boolean" ? Number(reward) : reward;
  if (number !== null && (typeof number !== "number" || !Number.isFinite(number))) {
    throw new EnvironmentError(`reward: expected a finite number, got ${quoted(reward)}`);
  }
  if (typeof done !== "boolean") throw new EnvironmentError(`done: expected true or false, got ${quoted(done)}`);
  return {
    observation: fieldsOf(observation, "observation"),
    reward: number,
    done,
    metadata: isFields(metadata) ? metadata : {},
  };
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function fieldsOf(value: unknown, what: string): Fields {
  if (isFields(value)) return value;
  throw new EnvironmentError(`${what}: expected an object, got ${quoted(value)}`);
}

/**
 * What is wrong with an action that its model refused; undefined where the error is about something else. The server tells a
 * mistake in the world's own observation in the same words, and the world has moved on then: what pydantic found (`input`)
 * must be what was sent.
 */
export function wrongAction({ code, message, errors }: Refusal, sent: unknown): string | undefined {
  if (code !== "VALIDATION_ERROR") return undefined;
  const told = errors.map((error) => toldOf(error, sent));
  if (told.length === 0 || told.some((problem) => problem === undefined)) return undefined;
  return `${message}: ${told.join("; ")}`;
}

function toldOf(error: unknown, sent: unknown): string | undefined {
  if (!isFields(error) || !Array.isArray(error.loc)) return undefined;
  const { loc, msg, input } = error;
  const holder = error.type === "missing" ? loc.slice(0, -1) : loc;
  if (!isDeepStrictEqual(valueAt(sent, holder), input)) return undefined;
  return `${loc.join(".") || "action"}: ${String(msg)}`;
}

/** What stands at `path` of `value`; undefined where nothing does. */
export function valueAt(value: unknown, path: readonly unknown[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, String(key))) return undefined;
    found = (found as Fields)[String(key)];
  }
  return found;
}
