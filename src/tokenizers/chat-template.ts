/**
 * A checkpoint's chat template: messages → text, as transformers' `apply_chat_template` renders them (no
 * documents). Rendered by @huggingface/jinja. A template that writes today's date is refused when it does: what is
 * trained must not depend on the day.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Template } from "@huggingface/jinja";
import { CliError, messageOf } from "../core/errors.ts";
import type { Message, Tool } from "../core/policy.ts";
import type { JsonObject } from "./json-file.ts";

/**
 * Renders `messages`; with `generationPrompt` also what the next assistant message is headed with. `tools`: what may be
 * called. Throws CliError where the template refuses the messages.
 */
export type ChatTemplate = (messages: readonly Message[], generationPrompt: boolean, tools?: readonly Tool[]) => string;

const SPECIAL_TOKENS = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"].map((name) => `${name}_token`);
/** What stands in for the function that templates ask for the date. */
const DATE = "date_of_today";
/** At the ends of a text: what one of JavaScript's `trim` and Python's `strip` removes and the other leaves. */
const TRIMMED_OTHERWISE = /^\s*(?:\ufeff|[\p{Cc}--\s])|(?:\ufeff|[\p{Cc}--\s])\s*$/v;

/** Reads chat_template.jinja, or `chat_template` of tokenizer_config.json, of a checkpoint folder. Throws CliError. */
export function openChatTemplate(folder: string, config: JsonObject): ChatTemplate {
  const { source, place } = templateSource(folder, config);
  const template = compile(source, place);
  const tokens = SPECIAL_TOKENS.flatMap((name) => {
    const text = tokenText(config[name]);
    return text === undefined ? [] : [[name, text] as const];
  });
  const variables = { ...Object.fromEntries(tokens), documents: null, [DATE]: refuseDate };
  const trims = /trim|strip/.test(source);
  return (messages, generationPrompt, tools) => {
    const index = messages.findIndex(({ content }) => trims && TRIMMED_OTHERWISE.test(content));
    if (index >= 0) {
      throw new CliError(
        `message ${index} begins or ends with U+FEFF or a control character, which ${place} trims otherwise in Python`,
      );
    }
    try {
      return template.render({
        ...variables,
        messages: messages.map(templateMessage),
        tools: tools ? tools.map(templateTool) : null,
        add_generation_prompt: generationPrompt,
      });
    } catch (error) {
      throw new CliError(`${place}: ${messageOf(error)}`);
    }
  };
}

/** A message as templates know it: the arguments of a call are a value, not its text. */
export function templateMessage({ role, content, toolCalls, toolCallId }: Message): JsonObject {
  const calls = toolCalls?.map(({ id, name, arguments: given }) => ({
    ...{ id, type: "function", function: { name, arguments: JSON.parse(given) as unknown } },
  }));
  return { role, content, ...(calls && { tool_calls: calls }), ...(toolCallId && { tool_call_id: toolCallId }) };
}

/** A tool as templates know it. */
export const templateTool = (tool: Tool): JsonObject => ({ type: "function", function: tool });

function templateSource(folder: string, config: JsonObject): { readonly source: string; readonly place: string } {
  const file = join(folder, "chat_template.jinja");
  if (existsSync(file)) return { source: readFileSync(file, "utf8"), place: file };
  const place = join(folder, "tokenizer_config.json");
  const given = config.chat_template;
  const named = Array.isArray(given) ? given.find(({ name }) => name === "default")?.template : given;
  if (typeof named !== "string") {
    throw new CliError(`${folder}: no chat template, expected chat_template.jinja, or one in tokenizer_config.json`);
  }
  return { source: named, place: `the chat template of ${place}` };
}

function compile(source: string, place: string): Template {
  try {
    // The package defines strftime_now itself and lets nobody define it again.
    return new Template(source.replaceAll("strftime_now", DATE));
  } catch (error) {
    throw new CliError(`${place}: ${messageOf(error)}`);
  }
}

/** A special token is written as text, or as an object with its text. */
function tokenText(token: unknown): string | undefined {
  if (typeof token === "string") return token;
  const content = (token as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : undefined;
}

function refuseDate(): never {
  throw new Error("it writes today's date, so the tokens would change from day to day; write a fixed date into it");
}
