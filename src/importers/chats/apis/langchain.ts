/**
 * LangChain's messages, in the three ways in which they are written down:
 *
 *     {"type": "human" | "ai" | "system" | "tool" | "function" | "chat", "content", …}           model_dump
 *     {"type": …, "data": {"content", …}}                                                        messages_to_dict
 *     {"lc": 1, "type": "constructor", "id": [… "AIMessage"], "kwargs": {"content", …}}          dumpd
 *
 * Calls are {name, args, id} in `tool_calls`, those whose arguments are no JSON {name, args, id, error} in
 * `invalid_tool_calls`. `additional_kwargs.tool_calls` has both as the server gave them, in order and with their text, so it
 * is taken where it is there. Parts of the content that are calls say them again.
 *
 * Source: langchain-core 1.8.4 (Python), messages/{base,ai,tool,content,utils}.py.
 */
import { CliError } from "../../../core/errors.ts";
import { canonicalJson } from "../../../core/json.ts";
import type { ToolCall } from "../../../core/message.ts";
import { objectOf, shown, textOf } from "../../reader.ts";
import { type Draft, withIds } from "../ids.ts";
import {
  idOf,
  optionalId,
  PART_ASIDE,
  type Part,
  type PartReader,
  partsOf,
  SEALED,
  textParts,
  thoughtParts,
  turnsOfParts,
} from "../parts.ts";
import {
  type Api,
  argumentsIn,
  argumentsOf,
  type ChatTurn,
  type Fields,
  fieldsOf,
  hasMember,
  isNothing,
} from "../turn.ts";
import { CONTENT_PARTS } from "./content.ts";
import { callOf } from "./openai.ts";
import { REASONING_MEMBERS, SEALED_MEMBERS, thoughtsOf } from "./reasoning.ts";

const ROLES: Readonly<Record<string, ChatTurn["role"]>> = {
  human: "user",
  user: "user",
  ai: "assistant",
  assistant: "assistant",
  system: "system",
  developer: "system",
  tool: "tool",
  function: "tool",
};
/** `AIMessage` and `AIMessageChunk` are `ai`. */
const CLASS = /^(Human|AI|System|Tool|Function|Chat)Message(?:Chunk)?$/;

const KNOWN: ReadonlySet<string> = new Set([
  ...["type", "content", "role", "name", "id", "example", "additional_kwargs", "tool_calls", "invalid_tool_calls"],
  ...["tool_call_id", "artifact", "status", "response_metadata", "usage_metadata", "tool_call_chunks"],
  ...["chunk_position", "lc_kwargs", "lc_namespace", "lc_attributes", "lc_serializable"],
]);

export const langchain: Api = {
  name: "LangChain messages",
  shape: "type (human, ai, tool) and content",
  evidence(list) {
    if (list.some((one) => hasMember(one, "lc") && hasMember(one, "kwargs"))) return "a member lc";
    const typed = list.find((one) => {
      if (typeof one !== "object" || one === null || "role" in one) return false;
      return typeOf((one as Fields).type) !== undefined && ("content" in one || "data" in one);
    }) as Fields | undefined;
    return typed && `a message of type ${typed.type}`;
  },
  turns: (list, place) => withIds(list.flatMap((message, index) => messageTurns(message, `${place}[${index}]`))),
};

/** human, ai, …: of a type, or of a class's name; undefined for others. */
function typeOf(name: unknown): string | undefined {
  if (typeof name !== "string") return undefined;
  const plain = CLASS.exec(name)?.[1]?.toLowerCase() ?? name;
  return Object.hasOwn(ROLES, plain) || plain === "chat" ? plain : undefined;
}

/** A message's members and its type, out of whatever it is wrapped in. */
function unwrapped(message: unknown, place: string): { readonly fields: Fields; readonly type: unknown } {
  const whole = objectOf(message, `type and content in ${place}`);
  if (!isNothing(whole.lc)) {
    const { id, kwargs } = whole;
    const name: unknown = Array.isArray(id) ? id.at(-1) : undefined;
    return { fields: objectOf(kwargs, `content in ${place}.kwargs`), type: name };
  }
  if (whole.data === undefined) return { fields: whole, type: whole.type };
  return { fields: objectOf(whole.data, `content in ${place}.data`), type: whole.type };
}

function messageTurns(message: unknown, place: string): Draft[] {
  const { fields: found, type: name } = unwrapped(message, place);
  const fields = fieldsOf(found, place, KNOWN);
  const type = typeOf(name);
  const role = type === "chat" ? roleOf(fields.role) : type === undefined ? undefined : ROLES[type];
  if (!role)
    throw new CliError(`${place}.type: expected one of ${Object.keys(ROLES).join(", ")}, found ${shown(name)}`);
  const extra = isNothing(fields.additional_kwargs)
    ? {}
    : fieldsOf(fields.additional_kwargs, `${place}.additional_kwargs`, EXTRA);
  const turns = turnsOfParts(
    role,
    role === "assistant" ? agentParts(fields, extra, place) : said(fields, place),
    place,
  );
  const context = fields.example === true ? { isContext: true as const } : {};
  if (role !== "tool") return turns.map((turn) => ({ ...turn, ...context }));
  return turns.map((turn) => ({
    ...turn,
    ...(fields.status === "error" && { isError: true }),
    ...optionalId("toolCallId", fields.tool_call_id, place),
    ...(typeof fields.name === "string" && fields.name !== "" && { toolName: fields.name }),
    ...context,
  }));
}

const roleOf = (name: unknown) => (typeof name === "string" && Object.hasOwn(ROLES, name) ? ROLES[name] : undefined);

const said = ({ content }: Fields, place: string): Part[] => partsOf(content, `${place}.content`, PARTS);

/** What servers add: calls, thoughts and refusals are read, the rest no model reads. */
const EXTRA: ReadonlySet<string> = new Set([
  ...["tool_calls", "function_call", "refusal", ...REASONING_MEMBERS, ...SEALED_MEMBERS],
  ...["__openai_role__", "__openai_function_call_ids__", "__gemini_function_call_thought_signatures__"],
  ...["stop_reason", "stop_sequence", "usage", "model", "name", "id", "parsed", "lc_source"],
]);

function agentParts(fields: Fields, extra: Fields, place: string): Part[] {
  const at = `${place}.additional_kwargs`;
  const parts = isNothing(fields.content) ? [] : said(fields, place);
  const calls = callsOf(fields, extra, place);
  const ids = new Set(calls.map(({ id }) => id));
  const others = parts.flatMap((part) => (part.kind === "call" ? [part.call] : [])).filter(({ id }) => !ids.has(id));
  if (calls.length > 0 && others[0])
    throw new CliError(`${place}.content: expected calls that are in tool_calls, found ${shown(others[0].id)}`);
  refuseOtherCopies(calls, parts, place);
  const refusal = isNothing(extra.refusal) ? [] : textParts(textOf(extra.refusal, `${at}.refusal`, "text"));
  return [
    ...extraThoughts(extra, at),
    ...parts.filter(({ kind }) => kind !== "call"),
    ...refusal,
    ...[...calls, ...others].map((call): Part => ({ kind: "call", call })),
  ];
}

/** A copy of a call says the same; one that was streamed may be empty or cut. */
function refuseOtherCopies(calls: readonly ToolCall[], parts: readonly Part[], place: string): void {
  for (const part of parts) {
    if (part.kind !== "call") continue;
    const call = calls.find(({ id }) => id === part.call.id);
    const [given, copied] = [call && argumentsIn(call), argumentsIn(part.call)];
    const isOther = given && copied && !isNothing(copied) && canonicalJson(given) !== canonicalJson(copied);
    if (isOther || (call && call.name !== part.call.name))
      throw new CliError(`${place}.content: expected the calls of tool_calls, found another one of ${shown(call!.id)}`);
  }
}

/** LangChain keeps a Responses API's reasoning item where others keep text. */
function extraThoughts(extra: Fields, place: string): Part[] {
  const { reasoning } = extra;
  if (typeof reasoning !== "object" || isNothing(reasoning)) return thoughtsOf(extra, place);
  const { summary } = objectOf(reasoning, `summary in ${place}.reasoning`);
  const parts = isNothing(summary) ? [] : partsOf(summary, `${place}.reasoning.summary`, SUMMARY);
  return parts.length > 0 ? parts : [SEALED];
}
const SUMMARY: Readonly<Record<string, PartReader>> = {
  summary_text: ({ text }, place) => thoughtParts(textOf(text, `${place}.text`, "text")),
};

const CALL: ReadonlySet<string> = new Set(["name", "args", "id", "type", "index", "error", "extras"]);

function callsOf(fields: Fields, extra: Fields, place: string): ToolCall[] {
  const listed = ["tool_calls", "invalid_tool_calls"].flatMap((name) => {
    const calls = fields[name];
    if (isNothing(calls)) return [];
    if (!Array.isArray(calls)) throw new CliError(`${place}.${name}: expected a list of calls, found ${shown(calls)}`);
    return calls.map((call: unknown, index) => listedCall(call, `${place}.${name}[${index}]`));
  });
  const at = `${place}.additional_kwargs`;
  const raw = Array.isArray(extra.tool_calls)
    ? extra.tool_calls.map((call: unknown, index) => callOf(call, `${at}.tool_calls[${index}]`))
    : isNothing(extra.function_call)
      ? []
      : [callOf(extra.function_call, `${at}.function_call`)];
  const isSame = raw.length === listed.length && raw.every((call) => listed.some((other) => isSameCall(call, other)));
  if (raw.length > 0 && listed.length > 0 && !isSame)
    throw new CliError(`${place}: expected the same calls in tool_calls and additional_kwargs, found others`);
  return raw.length > 0 ? withListedIds(raw, listed) : listed;
}

/** Whether two copies of a call say the same: their arguments in whatever form, and their text where it is no JSON. */
function isSameCall(one: ToolCall, other: ToolCall): boolean {
  const isOtherId = one.id !== "" && other.id !== "" && one.id !== other.id;
  if (one.name !== other.name || isOtherId) return false;
  const [given, copied] = [argumentsIn(one), argumentsIn(other)];
  if (!given || !copied) return one.arguments.trim() === other.arguments.trim();
  return canonicalJson(given as never) === canonicalJson(copied as never);
}

/** A function_call has no id of its own. */
const withListedIds = (raw: readonly ToolCall[], listed: readonly ToolCall[]): ToolCall[] =>
  raw.map((call) => (call.id === "" && listed.length === 1 ? { ...call, id: listed[0]!.id } : call));

function listedCall(call: unknown, place: string): ToolCall {
  if (hasMember(call, "function")) return callOf(call, place);
  const fields = fieldsOf(call, place, CALL);
  const { name, id } = fields;
  return {
    id: isNothing(id) ? "" : idOf(id, `${place}.id`),
    name: textOf(name, `${place}.name`, "the name of a tool"),
    arguments: argumentsOf(fields, "args", place),
  };
}

const USE: ReadonlySet<string> = new Set([
  ...PART_ASIDE,
  ...["name", "input", "args", "arguments", "partial_json", "caller", "call_id", "status", "error"],
]);
/** A call as a server's part has it: `input` (Anthropic), `args` (LangChain), `arguments` (Responses). */
const callPart: PartReader = (part, place) => {
  const fields = fieldsOf(part, place, USE);
  const { id, call_id: callId, name } = fields;
  const given = ["arguments", "args", "input"].find((one) => (fields[one] ?? undefined) !== undefined);
  const named = callId ?? id;
  const call = {
    id: isNothing(named) ? "" : idOf(named, `${place}.id`),
    name: textOf(name, `${place}.name`, "the name of a tool"),
    arguments: given === undefined ? "{}" : argumentsOf(fields, given, place),
  };
  return [{ kind: "call", call }];
};

const BEDROCK: ReadonlySet<string> = new Set([...PART_ASIDE, "reasoning_content"]);
const bedrockThought: PartReader = (part, place) => {
  const { reasoning_content: told } = fieldsOf(part, place, BEDROCK);
  const { text } = objectOf(told, `text in ${place}.reasoning_content`);
  return isNothing(text) ? [SEALED] : thoughtParts(textOf(text, `${place}.reasoning_content.text`, "text"));
};

const PARTS: Readonly<Record<string, PartReader>> = {
  ...CONTENT_PARTS,
  tool_use: callPart,
  tool_call: callPart,
  invalid_tool_call: callPart,
  function_call: callPart,
  reasoning_content: bedrockThought,
};
