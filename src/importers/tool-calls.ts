/** The action in an agent's tool calls, in the spellings of OpenAI, Inspect and verifiers. */
import { CliError, messageOf } from "../core/errors.ts";
import { objectOf, shown, textOf } from "./reader.ts";

/** Arguments that hold an action as the world reads it. */
const ACTION_ARGUMENTS = ["action", "command"] as const;

/**
 * The action that was called for; undefined where there is no call. Throws CliError for several calls in one turn, since a
 * world answers one action at a time, and for arguments that are no action of a text world.
 */
export function toolAction(calls: unknown, place: string): string | undefined {
  if (calls === undefined || calls === null) return undefined;
  if (!Array.isArray(calls)) throw new CliError(`${place}: expected a list of tool calls, found ${shown(calls)}`);
  if (calls.length === 0) return undefined;
  if (calls.length > 1) throw new CliError(`${place}: expected one tool call in a turn, found ${calls.length}`);
  const { name, input } = callOf(calls[0], `${place}[0]`);
  const found = ACTION_ARGUMENTS.find((key) => typeof input[key] === "string");
  if (found) return textOf(input[found], `${place}[0]`, "an action");
  const described = `${name}(${Object.keys(input).slice(0, 5).join(", ")})`;
  throw new CliError(`${place}[0]: expected an argument ${ACTION_ARGUMENTS.join(" or ")}, found ${shown(described)}`);
}

/** OpenAI's `{function: {name, arguments: "{…}"}}`, Inspect's `{function: name, arguments: {…}}`; either may be JSON text. */
function callOf(call: unknown, place: string) {
  const whole = objectOf(parsed(call, place), `function and arguments in ${place}`);
  const named = typeof whole.function === "object" ? objectOf(whole.function, `name in ${place}.function`) : whole;
  const name = whole.function === named ? named.name : (named.name ?? whole.function);
  const input = objectOf(parsed(named.arguments, `${place}.arguments`), `arguments in ${place}`);
  return { name: typeof name === "string" ? name : "a tool", input };
}

function parsed(value: unknown, place: string): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new CliError(`${place}: expected JSON, found ${shown(value)} (${messageOf(error)})`);
  }
}
