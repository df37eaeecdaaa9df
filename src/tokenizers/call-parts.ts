/** What a template must write of a call: the name, and every name and value among the arguments, in one of the ways that templates have. */
import type { Message, ToolCall } from "../core/message.ts";
import { dumps, type JsonStyle, parseJson } from "../jinja/json.ts";
import { str } from "../jinja/text.ts";
import type { Value } from "../jinja/values.ts";

const PLAIN: JsonStyle = { ensureAscii: false, indent: null, separators: [", ", ": "], sortKeys: false };

/** For each part its spellings; a text of the call must hold one of them. */
function partsOfCall({ name, arguments: given }: ToolCall): string[][] {
  return [[name], ...partsOf(parseJson(given))];
}

function partsOf(value: Value): string[][] {
  if (typeof value === "object" && value !== null) {
    if (value.kind === "dict")
      return [...value.entries].flatMap(([key, member]) => [spellings(key), ...partsOf(member)]);
    if (value.kind === "list") return value.items.flatMap(partsOf);
  }
  return [spellings(value)];
}

/** As it is, in JSON, and in JSON once more within a text of JSON. */
function spellings(value: Value): string[] {
  if (typeof value !== "string") return [dumps(value, PLAIN), str(value)];
  const inner = (text: string, ensureAscii: boolean) => dumps(text, { ...PLAIN, ensureAscii }).slice(1, -1);
  const [json, ascii] = [inner(value, false), inner(value, true)];
  return [value, json, ascii, inner(json, false), inner(ascii, false)];
}

/**
 * The first part of a message that `written` has no spelling of, each at a place of its own: what is said may be what is
 * thought, too. Undefined if all of it is there: what is thought and said, and every argument of the calls.
 */
export function firstUnwritten(
  written: string,
  { reasoning = "", content, toolCalls = [] }: Message,
): string | undefined {
  const ofCall = (call: ToolCall) =>
    written.includes(call.arguments) ? [[call.name], [call.arguments]] : partsOfCall(call);
  const parts = [[reasoning.trim()], [content.trim()], ...toolCalls.flatMap(ofCall)];
  const length = (spellings: readonly string[]) => spellings[0]!.length;
  let rest = written;
  const missing = new Set<readonly string[]>();
  // The longest first: a short one may stand anywhere within them.
  for (const spellings of parts.toSorted((a, b) => length(b) - length(a))) {
    const found = spellings.find((spelling) => rest.includes(spelling));
    if (found === undefined) missing.add(spellings);
    else rest = rest.replace(found, () => "\0".repeat(found.length));
  }
  return parts.find((spellings) => missing.has(spellings))?.[0];
}
