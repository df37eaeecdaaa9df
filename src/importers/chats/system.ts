/**
 * The system message where an API has it beside the messages: Anthropic's and Bedrock's `system`, Gemini's
 * `system_instruction`, the column `system` of LLaMA-Factory and ms-swift, loggers' `system_prompt`.
 *
 * The names are those of the APIs' own requests and of LLaMA-Factory's data/README.md.
 */
import { CliError } from "../../core/errors.ts";
import { objectOf, shown, textOf } from "../reader.ts";
import { type ChatTurn, type Fields, fieldsOf, isNothing } from "./turn.ts";

const NAMES = ["system", "system_prompt", "systemPrompt", "system_message", "system_instruction", "systemInstruction"];

/** The system message beside a list of messages in `holder`; undefined if there is none. Throws CliError for what is no text. */
export function systemBeside(holder: Fields): ChatTurn | undefined {
  // Of OpenAI's Responses API; elsewhere the name is a task's.
  const names = Array.isArray(holder.input) ? [...NAMES, "instructions"] : NAMES;
  const told = names
    .filter((name) => !isNothing(holder[name]))
    .map((name) => ({
      name,
      content: textIn(holder[name], name),
    }));
  const [first] = told;
  if (!first) return undefined;
  const other = told.find(({ content }) => content !== first.content);
  if (other) throw new CliError(`${other.name}: expected one system message, found another one in ${first.name}`);
  return { role: "system", content: first.content, place: first.name };
}

/** `turns` behind `system`. Throws CliError where they begin with another system message: nobody can say which was read. */
export function behindSystem(turns: readonly ChatTurn[], system: ChatTurn | undefined): readonly ChatTurn[] {
  if (!system) return turns;
  const [first] = turns;
  if (first?.role !== "system") return [system, ...turns];
  if (first.content === system.content) return turns;
  throw new CliError(`${system.place}: expected one system message, found another one in ${first.place}`);
}

const KNOWN: ReadonlySet<string> = new Set([
  "type",
  "text",
  "cache_control",
  "cachePoint",
  "citations",
  "role",
  "content",
]);

function textIn(value: unknown, place: string): string {
  if (typeof value === "string") return textOf(value, place, "text");
  if (Array.isArray(value)) {
    const parts = value.map((part: unknown, index) => textIn(part, `${place}[${index}]`));
    return parts.filter((part) => part !== "").join("\n");
  }
  if (typeof value !== "object")
    throw new CliError(`${place}: expected the text of a system message, found ${shown(value)}`);
  const whole = objectOf(value, `text in ${place}`);
  if (Array.isArray(whole.parts)) return textIn(whole.parts, `${place}.parts`);
  const { type, text, content, cachePoint } = fieldsOf(value, place, KNOWN);
  if (type !== undefined && type !== "text") throw new CliError(`${place}: expected a text, found type ${shown(type)}`);
  if (!isNothing(cachePoint)) return "";
  return isNothing(content) ? textOf(text, `${place}.text`, "text") : textIn(content, `${place}.content`);
}
