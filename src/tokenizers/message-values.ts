/** Messages and tools as chat templates know them: as values of Jinja2's language, and as JSON for Python. */
import type { Message, Tool, ToolCall } from "../core/message.ts";
import { fromJavaScript, parseJson } from "../jinja/json.ts";
import { type Key, list, type Value } from "../jinja/values.ts";
import type { JsonObject } from "./json-file.ts";

/** How a template is given the arguments of a call: as values, or as the text that they were written as. */
export type ArgumentForm = "values" | "text";

/** A conversation is rendered as often as it has turns. Templates change no value, so each message has one. */
export const messageAsValue: Readonly<Record<ArgumentForm, (message: Message) => Value>> = {
  values: remembered((message: Message) => messageValue(message, parseJson)),
  text: remembered((message: Message) => messageValue(message, (given) => given)),
};

export const toolsAsValue = remembered((tools: readonly Tool[]) =>
  list(tools.map((tool) => fromJavaScript(templateTool(tool)))),
);

function remembered<Given extends object>(make: (given: Given) => Value): (given: Given) => Value {
  const made = new WeakMap<Given, Value>();
  return (given) => {
    const known = made.get(given);
    if (known !== undefined) return known;
    const value = make(given);
    made.set(given, value);
    return value;
  };
}

/** A message as Python is given it: the arguments of a call are their text, which Python parses for itself. */
export function templateMessage({ role, content, reasoning, toolCalls, toolCallId }: Message): JsonObject {
  const calls = toolCalls?.map(({ id, name, arguments: given }) => ({
    ...{ id, type: "function", function: { name, arguments: given } },
  }));
  return {
    ...{ role, content },
    ...(calls && { tool_calls: calls }),
    ...(toolCallId && { tool_call_id: toolCallId }),
    ...(reasoning && { reasoning_content: reasoning }),
  };
}

/** The same as templates know it: arguments are values; a thought goes by two names, as transformers sees to. */
function messageValue(message: Message, asValue: (given: string) => Value): Value {
  const { tool_calls: _, ...given } = templateMessage(message);
  const calls =
    message.toolCalls && ([["tool_calls", list(message.toolCalls.map((call) => callValue(call, asValue)))]] as const);
  const thought = message.reasoning ? ([["thinking", message.reasoning]] as const) : [];
  const [role, content, ...more] = Object.entries(given) as [string, string][];
  return { kind: "dict", entries: new Map<Key, Value>([...thought, role!, content!, ...(calls ?? []), ...more]) };
}

function callValue({ id, name, arguments: given }: ToolCall, asValue: (given: string) => Value): Value {
  const named = {
    kind: "dict",
    entries: new Map<Key, Value>([
      ["name", name],
      ["arguments", asValue(given)],
    ]),
  } as const;
  return {
    kind: "dict",
    entries: new Map<Key, Value>([
      ["id", id],
      ["type", "function"],
      ["function", named],
    ]),
  };
}

/** A tool as templates know it. */
export const templateTool = (tool: Tool): JsonObject => ({ type: "function", function: tool });
