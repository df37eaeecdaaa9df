/**
 * Chat completions as OpenAI's API has them, and everything that speaks it: vLLM, SGLang, OpenRouter, DeepSeek and others.
 *
 *     role           system, developer, user, assistant, tool; the older `function`; Llama's `ipython`, GLM's `observation`
 *     content        text, or parts; null beside calls
 *     tool_calls     [{"id", "type": "function", "function": {"name", "arguments": "{…}"}}]; some loggers write the arguments
 *                    as an object, a call as JSON text, or name and arguments without `function`. Custom tools take text:
 *                    {"type": "custom", "custom": {"name", "input": "…"}}
 *     function_call  {"name", "arguments"}: one call without an id, answered by the next `function` message
 *
 * Thoughts stand in members of the servers' own (reasoning.ts).
 *
 * Source: openai 3.57.0 (Python), types/chat/chat_completion_message_param.py and what it names; Inspect's and verifiers'
 * spellings of calls as their logs have them.
 */
import { CliError, messageOf } from "../../../core/errors.ts";
import type { ToolCall } from "../../../core/message.ts";
import { parseWritten } from "../../../core/written-json.ts";
import { objectOf, shown, textOf } from "../../reader.ts";
import { type Draft, withIds } from "../ids.ts";
import { idOf, optionalId, type Part, partsOf, SEALED, textParts, turnsOfParts } from "../parts.ts";
import { type Api, argumentsOf, type ChatTurn, type Fields, fieldsOf, hasMember, isNothing, roleOf } from "../turn.ts";
import { CONTENT_PARTS } from "./content.ts";
import { REASONING_MEMBERS, SEALED_MEMBERS, thoughtsOf } from "./reasoning.ts";

const ROLES: Readonly<Record<string, ChatTurn["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
  function: "tool",
  ipython: "tool",
  observation: "tool",
};

/** Of the message itself; what loggers add and no model read is in `ASIDE`. */
const MEMBERS = [
  ...[
    "role",
    "content",
    "name",
    "tool_calls",
    "tool_call_id",
    "function_call",
    "function",
    "refusal",
    "error",
    "audio",
  ],
  ...REASONING_MEMBERS,
  ...SEALED_MEMBERS,
];
/** Says nothing that a model read or wrote, or says it again. */
export const ASIDE = [
  ...["id", "object", "index", "timestamp", "created", "created_at", "model", "source", "usage", "metadata", "extra"],
  ...["weight", "loss", "train", "trainable", "loss_weight", "loss_scale", "step_loss_mask", "finish_reason"],
  ...["stop_reason", "logprobs", "type", "annotations", "internal", "completion_time", "cache_control", "status"],
  ...["provider_specific_fields", "phase"],
];
const KNOWN: ReadonlySet<string> = new Set([...MEMBERS, ...ASIDE]);

export const openai: Api = {
  name: "OpenAI chat",
  shape: "role and content",
  evidence: (list) => {
    const found = ["tool_calls", "function_call", "tool_call_id"].find((name) =>
      list.some((message) => hasMember(message, "role") && hasMember(message, name)),
    );
    return found === undefined ? undefined : `a member ${found}`;
  },
  turns(list, place) {
    const drafts = list.flatMap((message, index) => messageTurns(message, `${place}[${index}]`));
    refuseOtherSpeakers(list, place);
    return withIds(drafts);
  },
};

/**
 * Speakers of one role are told apart by `name`. Which agent of several is to be learned nobody can say, and who of several
 * users speaks no message says. One name for all of them says nothing more: it is left out.
 */
function refuseOtherSpeakers(list: readonly unknown[], place: string): void {
  for (const [role, what] of Object.entries({ assistant: "agent", user: "user" })) {
    const names = new Set((list as readonly Fields[]).filter((one) => one.role === role).map(({ name }) => name));
    const [first, second] = [...names].filter((name) => !isNothing(name));
    if (second !== undefined)
      throw new CliError(`${place}: expected one ${what}, found ${shown(first)} and ${shown(second)}`);
  }
}

const NAMED = "name of a speaker";

function messageTurns(message: unknown, place: string): Draft[] {
  const fields = fieldsOf(message, place, KNOWN);
  const { role: name } = fields;
  const role = roleOf(name, ROLES, place);
  const named: Part[] = role === "tool" || isNothing(fields.name) ? [] : [{ kind: "leftOut", what: NAMED }];
  if (role === "assistant") return turnsOfParts(role, [...named, ...agentParts(fields, place)], place);
  const mayLack = role === "tool" && fields.content === null;
  const parts = [...named, ...(mayLack ? [] : partsOf(fields.content, `${place}.content`, CONTENT_PARTS))];
  const [turn, ...others] = turnsOfParts(role, parts, place);
  if (role !== "tool") return [turn!, ...others];
  const { name: toolName = fields.function } = fields;
  return [
    {
      ...turn!,
      ...failureOf(fields, turn!, place),
      ...optionalId("toolCallId", fields.tool_call_id, place),
      ...(typeof toolName === "string" && toolName !== "" && { toolName }),
    },
  ];
}

function agentParts(fields: Fields, place: string): Part[] {
  const thoughts = thoughtsOf(fields, place);
  const calls = callsOf(fields, place);
  const refusal = isNothing(fields.refusal) ? "" : textOf(fields.refusal, `${place}.refusal`, "text");
  const spoken = spokenParts(fields.audio, `${place}.audio`);
  const isSilent = thoughts.length + calls.length + spoken.length > 0 || refusal !== "";
  const isAbsent = isSilent && (fields.content === null || fields.content === undefined);
  const said = isAbsent ? [] : partsOf(fields.content, `${place}.content`, CONTENT_PARTS);
  const sealed = SEALED_MEMBERS.some((name) => !isNothing(fields[name])) ? [SEALED] : [];
  const called = calls.map((call): Part => ({ kind: "call", call }));
  const isSaid = said.some((part) => part.kind === "text" && part.text === refusal);
  return [...thoughts, ...sealed, ...said, ...(isSaid ? [] : textParts(refusal)), ...spoken, ...called];
}

/** What an agent said aloud: the sound is left out, what was written down of it is not. */
function spokenParts(audio: unknown, place: string): Part[] {
  if (isNothing(audio)) return [];
  const { transcript } = objectOf(audio, `transcript in ${place}`);
  const words = isNothing(transcript) ? "" : textOf(transcript, `${place}.transcript`, "text");
  return [{ kind: "leftOut", what: "audio" }, ...textParts(words)];
}

/** What a tool's message says of a call that failed; others say nothing there (`completed`). */
const FAILED: ReadonlySet<unknown> = new Set(["error", "failed", "failure"]);
/** An error as Inspect has it: the model reads its message, and not what the tool had put out. */
const INSPECTS: ReadonlySet<string> = new Set(["type", "message"]);

/** How a call failed is its answer where there is no other text. Where there is one, the model read one of both. */
function failureOf(
  { error, status }: Fields,
  { content, leftOut = [] }: ChatTurn,
  place: string,
): Pick<ChatTurn, "content" | "isError" | "leftOut"> {
  if (isNothing(error)) return { content, ...(FAILED.has(status) && { isError: true }) };
  const isText = typeof error === "string";
  const fields = isText ? {} : objectOf(error, `message in ${place}.error`);
  const value = isText ? error : fields.message;
  const told = content !== "" && isNothing(value) ? "" : textOf(value, `${place}.error.message`, "text");
  if (content === "" || told === "" || content.includes(told))
    return { content: content === "" ? told : content, isError: true };
  const isInspects = !isText && Object.keys(fields).every((name) => INSPECTS.has(name)) && !isNothing(fields.type);
  const [read, unread] = isInspects ? [told, "output of a call that failed"] : [content, "error beside an answer"];
  return { content: read, isError: true, leftOut: [...leftOut, unread] };
}

function callsOf(fields: Fields, place: string): ToolCall[] {
  const { tool_calls: several, function_call: one } = fields;
  const isBoth = !isNothing(one) && !isNothing(several);
  if (isBoth) throw new CliError(`${place}: expected function_call or tool_calls, found both`);
  if (!isNothing(one)) return [callOf(one, `${place}.function_call`)];
  if (isNothing(several)) return [];
  if (!Array.isArray(several))
    throw new CliError(`${place}.tool_calls: expected a list of tool calls, found ${shown(several)}`);
  return several.map((call, index) => callOf(call, `${place}.tool_calls[${index}]`));
}

const CALL: ReadonlySet<string> = new Set([
  ...["id", "type", "index", "function", "custom", "name", "arguments", "view", "internal", "parse_error", "call_id"],
  ...["extra_content", "provider_specific_fields"],
]);
const FUNCTION: ReadonlySet<string> = new Set(["name", "arguments", "description", "strict", "index"]);
const CUSTOM: ReadonlySet<string> = new Set(["name", "input"]);

/** OpenAI's `{function: {name, arguments: "{…}"}}`, Inspect's `{function: name, arguments: {…}}`; either may be JSON text. */
export function callOf(call: unknown, place: string): ToolCall {
  const whole = fieldsOf(parsed(call, place), place, CALL);
  const id = isNothing(whole.id) ? whole.call_id : whole.id;
  const named = { id: isNothing(id) ? "" : idOf(id, `${place}.id`) };
  if (!isNothing(whole.custom)) return { ...named, ...customCall(whole.custom, `${place}.custom`) };
  const inner = typeof whole.function === "object" ? fieldsOf(whole.function, `${place}.function`, FUNCTION) : whole;
  const name = inner === whole ? (whole.name ?? whole.function) : inner.name;
  return {
    ...named,
    name: textOf(name, `${place}.name`, "the name of a tool"),
    arguments: argumentsOf(inner, "arguments", place),
  };
}

/** A tool that takes text instead of JSON: the text is its one argument, `input`. */
function customCall(custom: unknown, place: string): Omit<ToolCall, "id"> {
  const { name, input } = fieldsOf(custom, place, CUSTOM);
  return {
    name: textOf(name, `${place}.name`, "the name of a tool"),
    arguments: JSON.stringify({ input: textOf(input, `${place}.input`, "text") }),
  };
}

function parsed(value: unknown, place: string): unknown {
  if (typeof value !== "string") return value;
  try {
    return parseWritten(value);
  } catch (error) {
    throw new CliError(`${place}: expected JSON, found ${shown(value)} (${messageOf(error)})`);
  }
}
