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

/** The messages of the events. Throws CliError for an action whose answer of the model is not told. */
export function oldEventEntries(events: readonly Row[]): ToldEvents {
  const entries: Entry[] = [];
  const leftOut: string[] = [];
  const answers = new Set<unknown>();
  let tools: unknown;
  for (const [index, event] of events.entries()) {
    const place = `history[${index}]`;
    const args = objectOf(event.args ?? {}, `members in ${place}.args`);
    if (event.action === "system") tools = args.tools;
    const answer = answerOf(event, place);
    if (answer && event.action !== undefined) {
      if (!answers.has(answer.id)) entries.push({ message: answer.message, place });
      answers.add(answer.id);
      continue;
    }
    const message = messageOf(event, args, answer?.callId, place);
    if (message) entries.push({ message, place, ...(!isNothing(args.image_urls) && { leftOut: ["image_url"] }) });
    else leftOut.push(`event ${shown(event.action ?? event.observation)}`);
  }
  return { entries, tools, leftOut };
}

/** The model's answer that the event is of. */
function answerOf(
  { tool_call_metadata: told }: Row,
  place: string,
): { id: unknown; message: Row; callId: unknown } | undefined {
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
    return observation === "error" ? { role: "user", content } : undefined;
  }
  if (action === "system") return { role: "system", content: args.content };
  if (action === "message") return { role: source === "agent" ? "assistant" : "user", content: args.content };
  if (typeof action !== "string")
    throw new CliError(`${place}: expected an action or an observation, found ${shown(action)}`);
  if (source === "agent" && !ASIDE.has(action))
    throw new CliError(
      `${place}: an action ${shown(action)} without tool_call_metadata: expected what the model wrote`,
    );
  if (source === undefined)
    throw new CliError(`${place}: an action ${shown(action)} without its source: expected events of 2025 or later`);
  return undefined;
}
