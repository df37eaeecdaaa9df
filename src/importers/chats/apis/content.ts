/** Parts of a message's content as OpenAI's APIs have them, and those that servers and loggers add. */
import { CliError } from "../../../core/errors.ts";
import { shown, textOf } from "../../reader.ts";
import { idOf, leftOutPart, PART_ASIDE, type PartReader, SEALED, textPart, textParts, thoughtParts } from "../parts.ts";
import { argumentsOf, fieldsOf, isNothing, truthOf } from "../turn.ts";

const THINKING: ReadonlySet<string> = new Set([
  ...PART_ASIDE,
  ...["thinking", "reasoning", "text", "summary", "signature", "closed", "redacted", "internal", "encrypted_content"],
]);

/**
 * A thought: Anthropic's `thinking` (through LiteLLM), Inspect's `reasoning`, Mistral's `thinking` as a list of texts. What
 * is redacted, or is a signature only, cannot be read.
 */
const thoughtPart: PartReader = (part, place) => {
  const fields = fieldsOf(part, place, THINKING);
  const isRedacted = truthOf(fields.redacted, `${place}.redacted`);
  // Where Inspect's thought itself is sealed, its summary is not; beside a thought it says the same again.
  const names = isRedacted ? ["summary"] : ["thinking", "reasoning", "text", "summary"];
  const name = names.find((one) => !isNothing(fields[one]));
  const told = name === undefined ? [] : thoughtParts(thoughtText(fields[name], `${place}.${name}`));
  return isRedacted || told.length === 0 ? [...told, SEALED] : told;
};

function thoughtText(value: unknown, place: string): string {
  if (!Array.isArray(value)) return textOf(value, place, "text");
  const texts = value.map((part: unknown, index) => {
    const at = `${place}[${index}]`;
    return typeof part === "string" ? part : textOf(fieldsOf(part, at, TEXT).text, `${at}.text`, "text");
  });
  return texts.join("");
}
const TEXT: ReadonlySet<string> = new Set([...PART_ASIDE, "text"]);

const SAID: ReadonlySet<string> = new Set([...PART_ASIDE, "text", "refusal", "cache_breakpoint"]);
/** Inspect says of a text that it is a refusal, and where a cache ends. */
const saidPart: PartReader = (part, place) =>
  textParts(textOf(fieldsOf(part, place, SAID).text, `${place}.text`, "text"));

const refusalPart: PartReader = (part, place) =>
  textParts(textOf(fieldsOf(part, place, REFUSAL).refusal, `${place}.refusal`, "text"));
const REFUSAL: ReadonlySet<string> = new Set([...PART_ASIDE, "refusal"]);

const USED: ReadonlySet<string> = new Set([
  ...PART_ASIDE,
  ...["tool_type", "name", "context", "arguments", "result", "error"],
]);
/** A server's tool with its result, as Inspect has it. Other calls in parts would be lost beside `tool_calls`. */
const callPart: PartReader = (part, place) => {
  if (part.tool_type !== undefined) {
    const fields = fieldsOf(part, place, USED);
    const { id, name, result, error } = fields;
    const callId = isNothing(id) ? "" : idOf(id, `${place}.id`);
    const call = {
      id: callId,
      name: textOf(name, `${place}.name`, "the name of a tool"),
      arguments: argumentsOf(fields, "arguments", place),
    };
    const isError = !isNothing(error);
    const content = textOf(isError ? error : result, `${place}.result`, "text");
    const answered = callId === "" ? {} : { toolCallId: callId };
    return [
      { kind: "call", call },
      { kind: "result", content, ...answered, ...(isError && { isError: true }) },
    ];
  }
  throw new CliError(`${place}: expected calls in tool_calls, found a part of type ${shown(part.type)}`);
};

const picture = (type: string): [string, PartReader] => [type, leftOutPart(type)];

export const CONTENT_PARTS: Readonly<Record<string, PartReader>> = {
  text: saidPart,
  input_text: textPart(),
  output_text: textPart(),
  refusal: refusalPart,
  thinking: thoughtPart,
  reasoning: thoughtPart,
  redacted_thinking: () => [SEALED],
  tool_call: callPart,
  tool_use: callPart,
  ...Object.fromEntries(
    [
      ...["image_url", "image", "input_image", "input_audio", "audio", "audio_url", "video", "video_url"],
      ...["input_video", "file", "input_file", "document", "data"],
    ].map(picture),
  ),
};
