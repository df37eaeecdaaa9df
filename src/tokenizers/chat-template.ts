/**
 * A checkpoint's chat template: messages → text, as transformers' `apply_chat_template` renders them (no documents), by
 * our own reading of Jinja2's language (docs/decisions/templates-in-typescript.md). A template that writes today's date is
 * refused when it does, unless the day is given: what is trained must not depend on the day.
 */
import { CliError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Message, Tool, ToolCall } from "../core/message.ts";
import { fromJavaScript, parseJson } from "../jinja/json.ts";
import { compileTemplate, type Template } from "../jinja/template.ts";
import { type Key, list, type Value } from "../jinja/values.ts";
import { type JsonObject, saidOf } from "./json-file.ts";
import type { ComputingLimits } from "./limits.ts";
import { type TemplateSource, templateSources } from "./template-files.ts";

/**
 * Renders `messages`; with `generationPrompt` also what the next assistant message is headed with. `tools`: what may be
 * called. Throws CliError where the template refuses the messages.
 */
export type ChatTemplate = (messages: readonly Message[], generationPrompt: boolean, tools?: readonly Tool[]) => string;

/** What a template is given beside the conversation. */
export interface TemplateInputs {
  /** By name, such as `enable_thinking` or `date_string`: what transformers takes as further arguments of `apply_chat_template`. */
  readonly variables?: Readonly<Record<string, Json>>;
  /** The day on which everything is rendered, as YYYY-MM-DD. transformers has no such setting: it takes today. */
  readonly date?: string;
}

const SPECIAL_TOKENS = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"].map((name) => `${name}_token`);

/** Reads the chat templates of a checkpoint folder, whose tokenizer_config.json is `config`. Throws CliError. */
export function openChatTemplate(
  folder: string,
  config: JsonObject,
  limits: ComputingLimits,
  { variables = {}, date }: TemplateInputs = {},
): ChatTemplate {
  const { plain, withTools } = templateSources(folder, config);
  const compiled = new Map<TemplateSource, Template>();
  for (const each of [plain, withTools]) if (each) compiled.set(each, compile(each, limits, date ?? null));
  const tokens = SPECIAL_TOKENS.flatMap((name) => {
    const text = tokenText(config[name]);
    return text === undefined ? [] : [[name, text] as const];
  });
  const given = Object.entries(variables).map(([name, value]) => [name, fromJavaScript(value)] as const);
  return (messages, generationPrompt, tools) => {
    const chosen = tools ? withTools : plain;
    if (!chosen)
      throw new CliError(`${folder}: no chat template for conversations without tools, expected chat_template.jinja`);
    try {
      const conversation: readonly (readonly [string, Value])[] = [
        ["messages", list(messages.map(messageAsValue))],
        ["tools", tools ? toolsAsValue(tools) : null],
        ["documents", null],
        ["add_generation_prompt", generationPrompt],
      ];
      return compiled.get(chosen)!(new Map<string, Value>([...conversation, ...tokens, ...given]));
    } catch (error) {
      throw new CliError(`${chosen.place}: expected a template that can render this conversation (${saidOf(error)})`);
    }
  };
}

/** A conversation is rendered as often as it has turns. Templates change no value, so each message has one. */
const messageAsValue = remembered(messageValue);
const toolsAsValue = remembered((tools: readonly Tool[]) =>
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

function compile({ source, place }: TemplateSource, limits: ComputingLimits, date: string | null): Template {
  try {
    return compileTemplate(source, { limits, date });
  } catch (error) {
    throw new CliError(`${place}: expected a chat template in Jinja's language (${saidOf(error)})`);
  }
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
function messageValue(message: Message): Value {
  const { tool_calls: _, ...given } = templateMessage(message);
  const calls = message.toolCalls && ([["tool_calls", list(message.toolCalls.map(callValue))]] as const);
  const thought = message.reasoning ? ([["thinking", message.reasoning]] as const) : [];
  const [role, content, ...more] = Object.entries(given) as [string, string][];
  return { kind: "dict", entries: new Map<Key, Value>([...thought, role!, content!, ...(calls ?? []), ...more]) };
}

function callValue({ id, name, arguments: given }: ToolCall): Value {
  const named = {
    kind: "dict",
    entries: new Map<Key, Value>([
      ["name", name],
      ["arguments", parseJson(given)],
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

/** A special token is written as text, or as an object with its text. */
function tokenText(token: unknown): string | undefined {
  if (typeof token === "string") return token;
  const content = (token as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : undefined;
}
