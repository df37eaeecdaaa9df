/**
 * Template variables: what a chat template is given beside the conversation, such as `enable_thinking` or
 * `reasoning_effort`. Servers take them as `chat_template_kwargs`, transformers as further arguments of
 * `apply_chat_template`. `date` is the day as well: what the template writes where it asks for today.
 */
import { join } from "node:path";
import { CliError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { unknownName } from "../core/wording.ts";
import { namesIn } from "../jinja/names.ts";
import type { TemplateInputs } from "./chat-template.ts";
import { readJsonObject, saidOf } from "./json-file.ts";
import { templateSources } from "./template-files.ts";

/** By name. `date`, if there: YYYY-MM-DD. */
export type TemplateVariables = Readonly<Record<string, Json>>;

/** What `openChatTokenizer` is given for them. */
export function templateInputs(variables: TemplateVariables | undefined): TemplateInputs {
  if (variables === undefined) return {};
  return { variables, ...(typeof variables.date === "string" && { date: variables.date }) };
}

/** Of transformers' `apply_chat_template` and of its templates: what these names mean is not for a config to say. */
const TAKEN = [
  ...["messages", "conversation", "conversations", "tools", "documents", "chat_template", "add_generation_prompt"],
  ...["continue_final_message", "tokenize", "padding", "truncation", "max_length", "return_tensors", "return_dict"],
  ...[
    "return_assistant_tokens_mask",
    "tokenizer_kwargs",
    "processor_kwargs",
    "sanitize_control_tokens",
    "strftime_now",
    "raise_exception",
  ],
  ...["namespace", "dict", "range"],
];

/** What is wrong with one of them, whatever the template, as the end of a sentence; undefined: nothing. */
export function variableProblem(name: string, value: Json): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return "expected a name of letters, digits and underscores";
  if (TAKEN.includes(name))
    return "the conversation or the template's language has this name, so it cannot be a variable";
  if (name === "date" && !isDay(value)) return `expected a day as YYYY-MM-DD, got ${JSON.stringify(value)}`;
  return undefined;
}

function isDay(value: Json): boolean {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

/** A variable that cannot be given, and why. */
export interface VariableProblem {
  readonly name: string;
  readonly problem: string;
}

/**
 * The first of `variables` that no chat template of a checkpoint folder reads: a misspelt one would change nothing, without a
 * word. Throws CliError for a folder without a template, and for a template that cannot be read.
 */
export function unreadVariable(folder: string, variables: TemplateVariables): VariableProblem | undefined {
  const { plain, withTools } = templateSources(folder, readJsonObject(join(folder, "tokenizer_config.json")));
  const found = [plain, withTools].flatMap((each) => (each ? [{ ...namesOf(each.source, each.place) }] : []));
  const read = (name: string) => found.some((each) => each.read.has(name));
  const unread = Object.keys(variables).find((name) => !(read(name) || (name === "date" && read("strftime_now"))));
  if (unread === undefined) return undefined;
  const known = new Set(found.flatMap(({ given }) => given).filter((name) => !TAKEN.includes(name) && !isToken(name)));
  if (read("strftime_now")) known.add("date");
  const place = found.length === 0 ? folder : (plain ?? withTools)!.place;
  const names = [...known].sort();
  const problem =
    names.length === 0
      ? `${place} reads no variables`
      : `${unknownName("variable", unread, names)}, which ${place} reads`;
  return { name: unread, problem };
}

function namesOf(source: string, place: string) {
  try {
    return namesIn(source);
  } catch (error) {
    throw new CliError(`${place}: expected a chat template in Jinja's language (${saidOf(error)})`);
  }
}

/** Special tokens come with the checkpoint. */
const isToken = (name: string) => name.endsWith("_token");
