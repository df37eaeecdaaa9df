/**
 * Events of OpenHands before 1.0:
 *
 *     action       system, message, run, read, edit, think, finish, …; what it was called with stands in `args`
 *     observation  run, read, error, …: `content`, and the `cause`, the id of the action
 *     tool_call_metadata  {"tool_call_id", "model_response": {"id", "choices": [{"message"}]}}: of both, the model's whole answer,
 *                  which is repeated for each of its calls. What the model wrote is read from there alone
 *
 * Actions of the agent without it are of 2024, when it wrote its commands in texts that the log does not have: refused.
 *
 * Source: openhands/events/serialization/event.py and events/tool.py at 156d068.
 */
import { CliError } from "../../core/errors.ts";
import type { Entry } from "../chats/entries.ts";
import { isNothing } from "../chats/turn.ts";
import { objectOf, shown } from "../reader.ts";
import type { Row } from "../row.ts";
import type { ToldEvents } from "./openhands-events.ts";

/** Of the loop and not of the model. */
const ASIDE = new Set([
  "recall",
  "condensation",
  "condensation_request",
  "change_agent_state",
  "null",
  "loop_recovery",
]);

/** Answers that the loop gave itself. What it recalls stands in the prompt, in words that the log does not have. */
const SEEN_ASIDE: ReadonlySet<string> = new Set([
  "recall",
  "agent_state_changed",
  "condense",
  "null",
  "loop_detection",
]);

/** The messages of the events. Throws CliError for an action whose answer of the model is not told. */
export function oldEventEntries(events: readonly Row[]): ToldEvents {
  const entries: Entry[] = [];
  const leftOut: string[] = [];
  const answers = new Map<unknown, string>();
  const told = new Set<unknown>();
  let tools: unknown;
  for (const [index, event] of events.entries()) {
    const place = `history[${index}]`;
    const args = objectOf(event.args ?? {}, `members in ${place}.args`);
    if (event.action === "system") tools = args.tools;
    const answer = answerOf(event, place);
    if (answer) expectSame(answers, answer, place);
    if (answer && event.action !== undefined) {
      if (event.action === "message") expectText(args.content, answer.message.content, place);
      if (!told.has(answer.id)) entries.push({ message: answer.message, place });
      told.add(answer.id);
      continue;
    }
    const message = messageOf(event, args, answer?.callId, place);
    if (message) entries.push({ message, place, ...(!isNothing(args.image_urls) && { leftOut: ["image_url"] }) });
    else leftOut.push(`event ${shown(event.action ?? event.observation)}`);
  }
  return { entries, tools, leftOut };
}

/** Throws CliError where a copy of an answer is none: one of them would be lost. */
function expectSame(answers: Map<unknown, string>, { id, message }: Answer, place: string): void {
  const text = JSON.stringify(message);
  const first = answers.get(id) ?? text;
  answers.set(id, first);
  if (first !== text)
    throw new CliError(`${place}.tool_call_metadata: expected the answer ${shown(id)} as before, found another`);
}

/** Throws CliError where a message of the agent says something else than the model's answer that it is of. */
function expectText(said: unknown, answered: unknown, place: string): void {
  const isOther = typeof said === "string" && typeof answered === "string" && said.trim() !== answered.trim();
  if (isOther)
    throw new CliError(`${place}.args.content: expected the text of the model's answer, found ${shown(said)}`);
}

interface Answer {
  readonly id: unknown;
  readonly message: Row;
  readonly callId: unknown;
}

/** The model's answer that the event is of. */
function answerOf({ tool_call_metadata: told }: Row, place: string): Answer | undefined {
  if (isNothing(told)) return undefined;
  const at = `${place}.tool_call_metadata`;
  const { tool_call_id, model_response } = objectOf(told, `model_response in ${at}`);
  const { id, choices } = objectOf(model_response, `id and choices in ${at}.model_response`);
  const choice = objectOf(
    Array.isArray(choices) ? choices[0] : undefined,
    `message in ${at}.model_response.choices[0]`,
  );
  const message = objectOf(choice.message, `role in ${at}.model_response.choices[0].message`);
  return { id: id ?? tool_call_id, message, callId: tool_call_id };
}

/** undefined: no model read or wrote it. */
function messageOf(event: Row, args: Row, callId: unknown, place: string): Row | undefined {
  const { action, observation, source, content } = event;
  if (typeof observation === "string") {
    if (callId !== undefined) {
      const failed = observation === "error" ? { error: { message: content } } : {};
      return { role: "tool", tool_call_id: callId, content, ...failed };
    }
    if (observation === "error") return { role: "user", content };
    if (SEEN_ASIDE.has(observation) || isNothing(content)) return undefined;
    throw new CliError(
      `${place}: an observation ${shown(observation)} without tool_call_metadata: expected the call that it answers`,
    );
  }
  if (action === "system") return { role: "system", content: args.content };
  if (action === "message") return { role: source === "agent" ? "assistant" : "user", content: args.content };
  if (typeof action !== "string")
    throw new CliError(`${place}: expected an action or an observation, found ${shown(action)}`);
  if (source === "agent" && !ASIDE.has(action))
    throw new CliError(
      `${place}: an action ${shown(action)} without tool_call_metadata: expected what the model wrote`,
    );
  if (!ASIDE.has(action) && !isNothing(args.content))
    throw new CliError(
      `${place}.action: expected message, system or another that is understood, found ${shown(action)}`,
    );
  if (source === undefined)
    throw new CliError(`${place}: an action ${shown(action)} without its source: expected events of 2025 or later`);
  return undefined;
}
