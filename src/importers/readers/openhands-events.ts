/**
 * Events of OpenHands since 1.0:
 *
 *     SystemPromptEvent  {"system_prompt": {"text"}, "dynamic_context"?, "tools"}
 *     MessageEvent       {"llm_message": {"role", "content", …}, "extended_content"?}
 *     ActionEvent        {"thought": [{"text"}], "reasoning_content"?, "thinking_blocks"?, "tool_call": {"id", "name", "arguments"},
 *                        "llm_response_id"}: parallel calls are an event each, with the same id of the answer
 *     ObservationEvent   {"observation": {"content", "is_error"?}, "tool_call_id", "extended_content"?}
 *     UserRejectObservation, AgentErrorEvent  {"rejection_reason"}, {"error"}: answers to a call, too
 *
 * Source: openhands-sdk 1.58.2, sdk/event/llm_convertible.
 */
import { CliError } from "../../core/errors.ts";
import type { Entry } from "../chats/entries.ts";
import { isNothing } from "../chats/turn.ts";
import { objectOf, shown } from "../reader.ts";
import type { Row } from "../row.ts";

/** What the events of a run tell. */
export interface ToldEvents {
  readonly entries: readonly Entry[];
  readonly tools: unknown;
  /** Events that no model read, by kind. */
  readonly leftOut: readonly string[];
}

/** The messages of the events. Throws CliError for one that lacks what it is named for. */
export function eventEntries(events: readonly Row[]): ToldEvents {
  const entries: Entry[] = [];
  const leftOut: string[] = [];
  let tools: unknown;
  let answer: { id: unknown; entry: Entry } | undefined;
  for (const [index, event] of events.entries()) {
    const place = `history[${index}]`;
    if (event.kind === "ActionEvent") {
      const { entry, id } = actionOf(event, place, leftOut);
      if (answer && answer.id === id && id !== undefined) join(entries, answer, entry);
      else {
        entries.push(entry);
        answer = { id, entry };
      }
      continue;
    }
    const message = messageOf(event, place);
    if (message) entries.push({ message, place });
    else leftOut.push(asideOf(event, place));
    if (event.kind === "SystemPromptEvent") tools = namedOnly(event.tools);
  }
  return { entries, tools, leftOut };
}

/** What messages are made of. */
const SAID = ["llm_message", "system_prompt", "tool_call", "thought", "observation", "error", "rejection_reason"];

/** What an event is left out as. Throws CliError where it holds what a model read or wrote, and is of no kind that is known. */
function asideOf(event: Row, place: string): string {
  const { kind } = event;
  const said = isFailure(kind) ? undefined : SAID.find((name) => !isNothing(event[name]));
  if (said !== undefined)
    throw new CliError(`${place}.kind: expected a kind that is understood beside ${said}, found ${shown(kind)}`);
  return `event ${typeof kind === "string" ? kind : "without a kind"}`;
}

/** Of the loop's own errors no model reads. */
const isFailure = (kind: unknown) => typeof kind === "string" && /^Conversation\w*Event$/.test(kind);

/** Definitions without a name are OpenHands' own: the name of a class tells which tool it is. */
const namedOnly = (tools: unknown): unknown =>
  Array.isArray(tools) && tools.every((tool: Row | null) => tool?.function ?? tool?.name) ? tools : undefined;

/** Another call of the same answer. */
function join(entries: Entry[], answer: { entry: Entry }, { message, place }: Entry): void {
  const before = answer.entry;
  const calls = [...(before.message.tool_calls as unknown[]), ...(message.tool_calls as unknown[])];
  const content = [...(before.message.content as unknown[]), ...(message.content as unknown[])];
  const entry = { ...before, message: { ...before.message, content, tool_calls: calls } };
  const at = entries.indexOf(before);
  if (at < 0) throw new CliError(`${place}: expected the answer that it belongs to`);
  entries[at] = entry;
  answer.entry = entry;
}

function actionOf(event: Row, place: string, leftOut: string[]): { entry: Entry; id: unknown } {
  const {
    thought,
    reasoning_content,
    thinking_blocks,
    responses_reasoning_item: item,
    tool_call,
    llm_response_id,
  } = event;
  const call = objectOf(tool_call, `name and arguments in ${place}.tool_call`);
  const message = {
    role: "assistant",
    content: partsOf(thought, `${place}.thought`),
    ...(!isNothing(thinking_blocks) && { thinking_blocks }),
    ...thoughtOf(reasoning_content, item, place, leftOut),
    tool_calls: [{ id: call.id ?? event.tool_call_id, name: call.name ?? event.tool_name, arguments: call.arguments }],
  };
  return { entry: { message, place }, id: llm_response_id };
}

/** The model's reasoning, or what OpenAI's Responses API lets anybody see of it. */
function thoughtOf(reasoning: unknown, item: unknown, place: string, leftOut: string[]): Row {
  if (!isNothing(item)) {
    const { summary, content, encrypted_content } = objectOf(item, `summary in ${place}.responses_reasoning_item`);
    if (!isNothing(encrypted_content)) leftOut.push("encrypted reasoning");
    const shownTexts = isNothing(content) ? summary : content;
    if (isNothing(reasoning) && Array.isArray(shownTexts) && shownTexts.length > 0)
      return { reasoning_content: shownTexts.join("\n\n") };
  }
  return isNothing(reasoning) ? {} : { reasoning_content: reasoning };
}

/** undefined: the event is no message. */
function messageOf(event: Row, place: string): Row | undefined {
  const { kind, tool_call_id: id } = event;
  if (kind === "SystemPromptEvent") {
    const parts = [event.system_prompt, event.dynamic_context].filter((part) => !isNothing(part));
    return { role: "system", content: parts };
  }
  if (kind === "MessageEvent") {
    const { role, content, reasoning_content, thinking_blocks, tool_calls } = objectOf(
      event.llm_message,
      `role and content in ${place}.llm_message`,
    );
    const more = { reasoning_content, thinking_blocks, tool_calls };
    const told = Object.fromEntries(Object.entries(more).filter(([, value]) => !isNothing(value)));
    return { role, content: [...partsOf(content, `${place}.llm_message.content`), ...extended(event, place)], ...told };
  }
  if (kind === "ObservationEvent") {
    const { content, is_error } = objectOf(event.observation, `content in ${place}.observation`);
    const parts = [...partsOf(content, `${place}.observation.content`), ...extended(event, place)];
    return {
      role: "tool",
      tool_call_id: id,
      content: parts,
      ...(is_error === true && { error: { message: "" } }),
    };
  }
  if (kind === "AgentErrorEvent")
    return { role: "tool", tool_call_id: id, content: event.error, error: { message: event.error } };
  if (kind === "UserRejectObservation")
    return { role: "tool", tool_call_id: id, content: `Action rejected: ${event.rejection_reason}` };
  return undefined;
}

const extended = ({ extended_content: more }: Row, place: string): readonly unknown[] =>
  isNothing(more) ? [] : partsOf(more, `${place}.extended_content`);

function partsOf(content: unknown, place: string): readonly unknown[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content))
    throw new CliError(`${place}: expected text or a list of parts, found ${shown(content)}`);
  return content.map((part: unknown) => {
    const { cache_prompt: _cached, enable_truncation: _cut, ...rest } = objectOf(part, `type and text in ${place}`);
    return { ...rest, type: rest.type ?? "text" };
  });
}
