/**
 * Calls that a log has as JSON text: `{"name": …, "arguments": {…}}`, or a list of them. Text that is no such JSON is what the
 * model wrote when it meant to call: it is kept as a call of no name with its text as arguments, which is that turn's fault.
 */
import { CliError } from "../../core/errors.ts";
import { isNothing } from "../../core/json.ts";
import { namesIn, namesOf } from "../../core/marked-json.ts";
import type { ToolCall } from "../../core/message.ts";
import { quoted } from "../../core/wording.ts";
import { parseWritten, writtenLike, writtenMember } from "../../core/written-json.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The names that models and templates give a call's arguments. */
const ARGUMENTS = ["arguments", "parameters", "args", "input"];
const KNOWN: ReadonlySet<string> = new Set(["name", "id", "type", ...ARGUMENTS]);

/** The calls in `text`, at least one. Throws CliError for a member of a call that it does not understand. */
export function callsInText(text: string, place: string): ToolCall[] {
  const value = parsedWhole(text);
  const calls = (Array.isArray(value) ? value : [value]).map((one) => callFrom(one, place));
  const isWhole = calls.length > 0 && calls.every((call) => call !== undefined);
  return isWhole ? (calls as ToolCall[]) : [brokenCall(text)];
}

/** A call that cannot be read: its text is kept, and so is its name if it can be seen. */
export function brokenCall(text: string, name = ""): ToolCall {
  const seen = name === "" ? (/^\s*\{\s*"name"\s*:\s*"([^"\\]+)"/.exec(text)?.[1] ?? "") : name;
  return { id: "", name: seen, arguments: text.trim() };
}

/** `value` as a call; undefined if it is none. */
export function callFrom(value: unknown, place: string): ToolCall | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const whole = value as Fields;
  const isWrapped = typeof whole.function === "object" && whole.function !== null && whole.name === undefined;
  const inner = isWrapped ? (whole.function as Fields) : whole;
  const fields: Fields = isWrapped ? writtenLike({ ...inner, id: whole.id }, inner) : whole;
  const { name, id } = fields;
  if (typeof name !== "string" || name === "") return undefined;
  const other = Object.keys(fields).find((key) => !KNOWN.has(key) && !isNothing(fields[key]));
  if (other !== undefined)
    throw new CliError(
      `${place}: expected a call with members that are understood, found ${other}: ${quoted(fields[other])}`,
    );
  const given = ARGUMENTS.filter((key) => fields[key] !== undefined);
  if (given.length > 1) throw new CliError(`${place}: expected a call with arguments, found ${given.join(" and ")}`);
  const [key] = given;
  const input = key === undefined ? undefined : (fields[key] ?? undefined);
  const written = typeof input === "string" ? input : input === undefined ? "{}" : writtenMember(fields, key!);
  return { id: typeof id === "string" || typeof id === "number" ? String(id) : "", name, arguments: written };
}

/** `text` as JSON with its numbers as they were written; undefined if it is none. */
export function parsed(text: string): unknown {
  try {
    return parseWritten(text);
  } catch {
    return undefined;
  }
}

/** As `parsed`; undefined, too, where a name stands twice in an object: what the model wrote would be lost. */
function parsedWhole(text: string): unknown {
  const value = parsed(text);
  return value !== undefined && namesIn(text).length === namesOf(value).length ? value : undefined;
}
