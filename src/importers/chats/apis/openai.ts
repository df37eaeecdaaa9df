/**
 * Chat completions as OpenAI's API has them, and everything that speaks it: vLLM, SGLang, OpenRouter, DeepSeek and others.
 *
 *     role           system, developer, user, assistant, tool; the older `function`
 *     content        text, or parts; null beside calls
 *     tool_calls     [{"id", "type": "function", "function": {"name", "arguments": "{…}"}}]; some loggers write the arguments
 *                    as an object, a call as JSON text, or name and arguments without `function`
 *     function_call  {"name", "arguments"}: one call without an id, answered by the next `function` message
 *     reasoning      thoughts, under the names that servers use: `reasoning_content` (vLLM before 0.12, SGLang, DeepSeek),
 *                    `reasoning` (vLLM, OpenRouter), `thinking` (Ollama)
 *
 * Source: OpenAI's OpenAPI document 2.3.0 (ChatCompletionRequestMessage).
 */
import { CliError, messageOf } from "../../../core/errors.ts";
import type { ToolCall } from "../../../core/message.ts";
import { writtenJson } from "../../../files/written-json.ts";
import { objectOf, shown, textOf } from "../../reader.ts";
import { type Api, argumentsOf, type ChatTurn, type Fields, fieldsOf, isNothing } from "../turn.ts";

const ROLES: Readonly<Record<string, ChatTurn["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
  function: "tool",
};

/** Of the message itself; what loggers add and no model read is in `ASIDE`. */
const MEMBERS = [
  ...["role", "content", "name", "tool_calls", "tool_call_id", "function_call", "function", "refusal"],
  ...["reasoning", "reasoning_content", "thinking", "error"],
];
/** Says nothing that a model read or wrote. */
const ASIDE = [
  ...["id", "object", "index", "timestamp", "created", "created_at", "model", "source", "usage", "metadata", "extra"],
  ...["weight", "loss", "train", "trainable", "loss_weight", "loss_scale", "step_loss_mask", "finish_reason"],
  ...["stop_reason", "logprobs", "type", "audio", "annotations", "internal", "completion_time", "cache_control"],
];
const KNOWN: ReadonlySet<string> = new Set([...MEMBERS, ...ASIDE]);

export const openai: Api = {
  name: "OpenAI chat",
  evidence: (list) => {
    const has = (member: string) => list.some((message) => isObject(message) && !isNothing(message[member]));
    return ["tool_calls", "function_call", "tool_call_id"].find(has);
  },
  turns: (list, place) => answered(list.map((message, index) => turn(message, `${place}[${index}]`))),
};

function turn(message: unknown, place: string): ChatTurn {
  const fields = fieldsOf(message, place, KNOWN);
  const { role: name } = fields;
  const role = typeof name === "string" && Object.hasOwn(ROLES, name) ? ROLES[name]! : undefined;
  if (!role)
    throw new CliError(`${place}.role: expected one of ${Object.keys(ROLES).join(", ")}, found ${shown(name)}`);
  if (role === "assistant") return assistantTurn(fields, place);
  const { text, leftOut } = contentOf(fields.content, `${place}.content`, role === "tool");
  const aside = { place, ...(leftOut.length > 0 && { leftOut }) };
  if (role !== "tool") return { role, content: text, ...aside };
  const id = fields.tool_call_id;
  return {
    role,
    ...failureOf(fields.error, text, `${place}.error`),
    ...(!isNothing(id) && { toolCallId: textOf(id, `${place}.tool_call_id`, "the id of a call") }),
    ...aside,
  };
}

function assistantTurn(fields: Fields, place: string): ChatTurn {
  const calls = callsOf(fields, place);
  const reasoning = reasoningOf(fields, place);
  const isSilent = calls.length > 0 || reasoning !== undefined || !isNothing(fields.refusal);
  const { text, leftOut, thoughts } = contentOf(fields.content, `${place}.content`, isSilent);
  const thought = [reasoning, ...thoughts].filter((one) => one !== undefined).join("\n\n");
  const refusal = isNothing(fields.refusal) ? "" : textOf(fields.refusal, `${place}.refusal`, "text");
  return {
    role: "assistant",
    content: text === "" ? refusal : text,
    ...(thought !== "" && { reasoning: thought }),
    ...(calls.length > 0 && { toolCalls: calls }),
    place,
    ...(leftOut.length > 0 && { leftOut }),
  };
}

/** One thought, under any of its names; two of them must agree. */
function reasoningOf(fields: Fields, place: string): string | undefined {
  const names = ["reasoning_content", "reasoning", "thinking"].filter((name) => !isNothing(fields[name]));
  const told = names.map((name) => textOf(fields[name], `${place}.${name}`, "text"));
  if (new Set(told).size > 1) throw new CliError(`${place}: ${names.join(" and ")} differ, expected one thought`);
  return told[0];
}

/** How a call failed is its answer where there is no other text: the model read it. */
function failureOf(error: unknown, text: string, place: string): { content: string; isError?: true } {
  if (isNothing(error)) return { content: text };
  const told = typeof error === "string" ? error : objectOf(error, `message in ${place}`).message;
  return { content: text === "" ? textOf(told, `${place}.message`, "text") : text, isError: true };
}

function callsOf(fields: Fields, place: string): ToolCall[] {
  const { tool_calls: several, function_call: one } = fields;
  if (!isNothing(one)) return [callOf(one, `${place}.function_call`)];
  if (several === undefined || several === null) return [];
  if (!Array.isArray(several))
    throw new CliError(`${place}.tool_calls: expected a list of tool calls, found ${shown(several)}`);
  return several.map((call, index) => callOf(call, `${place}.tool_calls[${index}]`));
}

const CALL: ReadonlySet<string> = new Set([
  ...["id", "type", "index", "function", "name", "arguments", "view", "internal", "parse_error", "call_id"],
]);
const FUNCTION: ReadonlySet<string> = new Set(["name", "arguments", "description", "strict"]);

/** OpenAI's `{function: {name, arguments: "{…}"}}`, Inspect's `{function: name, arguments: {…}}`; either may be JSON text. */
function callOf(call: unknown, place: string): ToolCall {
  const whole = fieldsOf(parsed(call, place), place, CALL);
  const inner = typeof whole.function === "object" ? fieldsOf(whole.function, `${place}.function`, FUNCTION) : whole;
  const name = inner === whole ? (whole.name ?? whole.function) : inner.name;
  return {
    id: isNothing(whole.id) ? "" : textOf(whole.id, `${place}.id`, "the id of a call"),
    name: textOf(name, `${place}.name`, "the name of a tool"),
    arguments: argumentsOf(inner.arguments, `${place}.arguments`, writtenJson),
  };
}

function parsed(value: unknown, place: string): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new CliError(`${place}: expected JSON, found ${shown(value)} (${messageOf(error)})`);
  }
}

const TEXTS = new Set(["text", "input_text", "output_text"]);
const THOUGHTS: Readonly<Record<string, string>> = { reasoning: "reasoning", thinking: "thinking" };
/** No text stands for them; how many were left out is told. */
const PICTURES = new Set(["image_url", "image", "input_image", "input_audio", "audio", "video", "video_url", "file"]);

/** Text, or parts. */
function contentOf(content: unknown, place: string, mayLack: boolean) {
  const leftOut: string[] = [];
  const thoughts: string[] = [];
  if (mayLack && (content === null || content === undefined)) return { text: "", leftOut, thoughts };
  if (!Array.isArray(content)) return { text: textOf(content, place, "text"), leftOut, thoughts };
  const texts = content.flatMap((part: unknown, index): string[] => {
    const at = `${place}[${index}]`;
    if (typeof part === "string") return [textOf(part, at, "text")];
    const { type, ...fields } = objectOf(part, `type and text in ${at}`);
    if (typeof type === "string" && TEXTS.has(type)) return [textOf(fields.text, `${at}.text`, "text")];
    if (typeof type === "string" && Object.hasOwn(THOUGHTS, type)) {
      thoughts.push(textOf(fields[THOUGHTS[type]!] ?? fields.text, `${at}.${type}`, "text"));
      return [];
    }
    if (type === "refusal") return [textOf(fields.refusal, `${at}.refusal`, "text")];
    if (typeof type === "string" && PICTURES.has(type)) {
      leftOut.push(type);
      return [];
    }
    throw new CliError(`${at}: expected text, a thought or a picture, found a part of type ${shown(type)}`);
  });
  return { text: texts.filter((text) => text !== "").join("\n"), leftOut, thoughts };
}

/** Ids where the log has none: an answer without one is to the first call that has no answer yet. */
function answered(turns: readonly ChatTurn[]): ChatTurn[] {
  const waiting: string[] = [];
  let unnamed = 0;
  return turns.map((one) => {
    if (one.role === "assistant" && one.toolCalls) {
      const toolCalls = one.toolCalls.map((call) => (call.id === "" ? { ...call, id: `call_${unnamed++}` } : call));
      waiting.push(...toolCalls.map(({ id }) => id));
      return { ...one, toolCalls };
    }
    if (one.role !== "tool") return one;
    const toolCallId = one.toolCallId ?? waiting[0];
    if (toolCallId === undefined) return one;
    const at = waiting.indexOf(toolCallId);
    if (at >= 0) waiting.splice(at, 1);
    return { ...one, toolCallId };
  });
}

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null;
