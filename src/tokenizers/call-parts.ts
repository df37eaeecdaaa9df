/** What a template must write of a call: the name, and every name and value among the arguments, in one of the ways that templates have. */
import type { ToolCall } from "../core/message.ts";
import { dumps, type JsonStyle, parseJson } from "../jinja/json.ts";
import { str } from "../jinja/text.ts";
import type { Value } from "../jinja/values.ts";

const PLAIN: JsonStyle = { ensureAscii: false, indent: null, separators: [", ", ": "], sortKeys: false };

/** For each part its spellings; a text of the call must hold one of them. */
export function partsOfCall({ name, arguments: given }: ToolCall): string[][] {
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
