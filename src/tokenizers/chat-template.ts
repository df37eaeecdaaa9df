/**
 * A checkpoint's chat template: messages → text, as transformers' `apply_chat_template` renders them (no
 * documents). Rendered by @huggingface/jinja. A template that writes today's date is refused when it does: what is
 * trained must not depend on the day.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Environment, Interpreter, Template } from "@huggingface/jinja";
import { CliError } from "../core/errors.ts";
import type { Message, Tool } from "../core/message.ts";
import { type JsonObject, readText, saidOf } from "./json-file.ts";
import type { ComputingLimits } from "./limits.ts";

/**
 * Renders `messages`; with `generationPrompt` also what the next assistant message is headed with. `tools`: what may be
 * called. Throws CliError where the template refuses the messages.
 */
export type ChatTemplate = (messages: readonly Message[], generationPrompt: boolean, tools?: readonly Tool[]) => string;

const SPECIAL_TOKENS = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"].map((name) => `${name}_token`);
/** At the ends of a text: what one of JavaScript's `trim` and Python's `strip` removes and the other leaves. */
const TRIMMED_OTHERWISE = /^\s*(?:\ufeff|[\p{Cc}--\s])|(?:\ufeff|[\p{Cc}--\s])\s*$/v;

/** Reads chat_template.jinja, or `chat_template` of tokenizer_config.json, of a checkpoint folder. Throws CliError. */
export function openChatTemplate(folder: string, config: JsonObject, limits: ComputingLimits): ChatTemplate {
  const { source, place } = templateSource(folder, config);
  const rendered = renderer(compile(source, place), limits);
  const tokens = SPECIAL_TOKENS.flatMap((name) => {
    const text = tokenText(config[name]);
    return text === undefined ? [] : [[name, text] as const];
  });
  const variables = Object.fromEntries(tokens);
  const trims = /trim|strip/.test(source);
  return (messages, generationPrompt, tools) => {
    const index = messages.findIndex(({ content }) => trims && TRIMMED_OTHERWISE.test(content));
    if (index >= 0) {
      throw new CliError(
        `message ${index} begins or ends with U+FEFF or a control character, which ${place} trims otherwise in Python`,
      );
    }
    try {
      return rendered({
        ...variables,
        messages: messages.map(templateMessage),
        tools: tools ? tools.map(templateTool) : null,
        add_generation_prompt: generationPrompt,
      });
    } catch (error) {
      throw new CliError(`${place}: expected a template that can render this conversation (${saidOf(error)})`);
    }
  };
}

/** As the package's own `render`, with limits. One interpreter for all conversations: it is faster than one for each. */
function renderer(
  { parsed }: Template,
  limits: ComputingLimits,
): (variables: Readonly<Record<string, unknown>>) => string {
  let steps = 0;
  const count = (added: number) => {
    steps += added;
    if (steps > limits.steps) throw new Error(`it takes more than ${limits.steps} steps for one conversation`);
  };
  const interpreter = new Interpreter();
  const evaluate = interpreter.evaluate.bind(interpreter);
  interpreter.evaluate = (statement: unknown, scope: unknown) => {
    const result = evaluate(statement, scope);
    const size = result.value?.length;
    count(size > SIZE_OF_STEP ? 1 + size / SIZE_OF_STEP : 1);
    if (size > limits.size)
      throw new Error(`it makes a text or list of more than ${limits.size} characters or elements`);
    return result;
  };
  const given = globals(count);
  return (variables) => {
    steps = 0;
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...given, ...variables })) environment.set(name, value);
    return interpreter.evaluate(parsed, environment).value as string;
  };
}

/** Characters or elements of a value that are as much work as a small value. */
const SIZE_OF_STEP = 256;

/** What templates find beside the conversation: what the package defines, but for the limit of `range` and the date. */
function globals(count: (steps: number) => void): Readonly<Record<string, unknown>> {
  return {
    ...{ true: true, True: true, false: false, False: false, none: null, None: null, documents: null },
    raise_exception(message: string): never {
      throw new Error(message);
    },
    range(first: number, last?: number, step = 1): readonly number[] {
      const [start, stop] = last === undefined ? [0, first] : [first, last];
      if (step === 0) throw new Error("range() step must not be zero");
      count((stop - start) / step);
      const numbers: number[] = [];
      for (let each = start; step > 0 ? each < stop : each > stop; each += step) numbers.push(each);
      return numbers;
    },
    strftime_now(): never {
      throw new Error("it writes today's date, so the tokens would change from day to day; write a fixed date into it");
    },
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
  if (existsSync(file)) return { source: readText(file), place: file };
  const place = join(folder, "tokenizer_config.json");
  const given = config.chat_template;
  const named = Array.isArray(given) ? given.find((each) => each?.name === "default")?.template : given;
  if (typeof named !== "string") {
    throw new CliError(`${folder}: no chat template, expected chat_template.jinja, or one in tokenizer_config.json`);
  }
  return { source: named, place: `the chat template of ${place}` };
}

function compile(source: string, place: string): Template {
  try {
    return new Template(source);
  } catch (error) {
    throw new CliError(`${place}: expected a chat template in Jinja's language (${saidOf(error)})`);
  }
}

/** A special token is written as text, or as an object with its text. */
function tokenText(token: unknown): string | undefined {
  if (typeof token === "string") return token;
  const content = (token as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : undefined;
}
