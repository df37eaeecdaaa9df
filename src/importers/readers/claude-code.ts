/**
 * Sessions of Claude Code, `<session>.jsonl` and `agent-<id>.jsonl`: an event on each line, a session in each file:
 *
 *     type         user, assistant: a message. Others are the client's own: they are counted
 *     message      Anthropic's {"role", "content", "id"?, "model"?}. An answer of the model is several events of one `message.id`,
 *                  a part in each; results of its calls may stand between them
 *     uuid, parentUuid  what it follows. Events that were copied from a session before have the same uuid again
 *     isSidechain  another agent's conversation, an episode of its own: before 2.0 in the same file, then in agent-<id>.jsonl
 *
 * What follows a `compact_boundary`, or the command /clear, is another conversation: the model read nothing from before it.
 * The system message and the tools are not in it. Answers of the model <synthetic> are the client's.
 *
 * Sources: meridianlabs-ai/inspect_scout, src/inspect_scout/sources/_claude_code/ and tests/sources/claude_code_source/fixtures
 * at 63b481d.
 */
import { CliError } from "../../core/errors.ts";
import { readLines } from "../../files/lines.ts";
import { parseJson } from "../../files/python-json.ts";
import { MAX_RECORD_BYTES, type RawRecord } from "../../files/record.ts";
import { type Entry, entryTurns } from "../chats/entries.ts";
import type { LoggedChat } from "../chats/turn.ts";
import { hasMember } from "../chats/turn.ts";
import { type LogReader, objectOf, shown } from "../reader.ts";
import { type Row, usualEnd } from "../row.ts";
import { type ChatReaderOptions, chatReader } from "./messages.ts";

/** Reads sessions of Claude Code, of any benchmark. */
export function claudeCode(options: ChatReaderOptions): LogReader {
  return { ...chatReader("claude-code", options, chatOf), records, split: conversationsIn, evidence };
}

const evidence = (record: unknown): string | false => {
  const { events } = (record ?? {}) as Row;
  return Array.isArray(events) && events.some((event) => hasMember(event, "sessionId")) && "events with a sessionId";
};

/** The events of the file as one record; a line that is none ends it. */
async function* records(file: string): AsyncGenerator<RawRecord> {
  const events: string[] = [];
  let bytes = 0;
  for await (const { line, ...rest } of readLines(file)) {
    const problem = rest.text === null ? rest.problem : problemOf(rest.text);
    if (rest.text === null || problem !== undefined) {
      yield { line, text: null, problem: problem! };
      return;
    }
    events.push(rest.text);
    bytes += Buffer.byteLength(rest.text);
    if (bytes > MAX_RECORD_BYTES) {
      yield {
        line,
        text: null,
        problem: `expected a session of at most ${MAX_RECORD_BYTES / 2 ** 20} MiB, found a longer one`,
      };
      return;
    }
  }
  if (events.length > 0) yield { line: 1, text: `{"events":[${events.join(",")}]}` };
}

function problemOf(text: string): string | undefined {
  try {
    const { type } = objectOf(parseJson(text), "type and uuid");
    return typeof type === "string" ? undefined : `type: expected the kind of an event, found ${shown(type)}`;
  } catch (error) {
    return error instanceof CliError ? error.message : "not JSON: expected an event";
  }
}

/** An event and the line on which it stands. */
interface Event {
  readonly fields: Row;
  readonly place: string;
  /** The message that it follows, whatever else the client noted between them. */
  readonly parent: unknown;
}

/** The session's conversations, in order of their beginnings. Throws CliError for events that are none. */
function conversationsIn(record: unknown): Row[] {
  const { events, ...row } = objectOf(record, "events");
  if (!Array.isArray(events)) throw new CliError(`events: expected a list, found ${shown(events)}`);
  const seen = new Map<unknown, Row>();
  const rootOf = new Map<unknown, unknown>();
  const messageOf = new Map<unknown, unknown>();
  const conversations = new Map<string, { events: Event[]; aside: string[] }>();
  let part = 0;
  for (const [index, value] of events.entries()) {
    const place = `line ${index + 1}`;
    const fields = objectOf(value, `type and uuid in ${place}`);
    const { uuid, parentUuid, isSidechain } = fields;
    const earlier = uuid === undefined ? undefined : seen.get(uuid);
    if (earlier) {
      expectSame(earlier, fields, place);
      continue;
    }
    seen.set(uuid, fields);
    rootOf.set(uuid, rootOf.get(parentUuid) ?? uuid);
    const parent = messageOf.get(parentUuid);
    messageOf.set(uuid, isSpoken(fields) ? uuid : parent);
    if (isSidechain !== true && isBreak(fields)) part += 1;
    const key = isSidechain === true ? `sidechain ${fields.agentId ?? rootOf.get(uuid)}` : `part ${part}`;
    const conversation = conversations.get(key) ?? { events: [], aside: [] };
    conversations.set(key, conversation);
    if (isSpoken(fields)) conversation.events.push({ fields, place, parent });
    else if (!isBreak(fields)) conversation.aside.push(asideOf(fields, place));
  }
  const told = [...conversations.values()];
  const spoken = told.filter((one) => one.events.some(({ fields }) => fields.type === "assistant"));
  if (spoken.length === 0) throw new CliError("events: expected a message of the assistant, found none");
  // What belongs to no conversation of a model is counted with the first one.
  const rest = told
    .filter((one) => !spoken.includes(one))
    .flatMap((one) => [...one.aside, ...one.events.map(({ fields }) => kindOf(fields))]);
  return spoken.map((one, index) => ({
    ...row,
    conversation: one.events,
    aside: index === 0 ? [...one.aside, ...rest] : one.aside,
  }));
}

/** What an event is left out as. Throws CliError where it is a message, of a kind that is not known. */
function asideOf(event: Row, place: string): string {
  if (hasMember(event, "message") && !isSynthetic(event))
    throw new CliError(`${place}.type: expected user or assistant beside a message, found ${shown(event.type)}`);
  return kindOf(event);
}

/** Throws CliError where an event is no copy of an earlier one of its uuid: one of them would be lost. */
function expectSame(earlier: Row, event: Row, place: string): void {
  const [first, again] = [earlier, event].map(({ type, message }) => JSON.stringify([type, message ?? null]));
  if (first !== again)
    throw new CliError(`${place}.uuid: ${shown(event.uuid)}, expected a copy of the event before it, found another`);
}

const isSynthetic = ({ message }: Row) => (message as Row | undefined)?.model === "<synthetic>";
const isSpoken = (event: Row) =>
  (event.type === "user" || event.type === "assistant") && !isSynthetic(event) && !isBreak(event);
const kindOf = ({ type, subtype }: Row) =>
  `event ${[type, subtype].filter((one) => typeof one === "string").join(" ")}`;

/** Whether the model reads nothing any more of what stands before. */
function isBreak({ type, subtype, message }: Row): boolean {
  if (type === "system") return subtype === "compact_boundary";
  const content = (message as Row | undefined)?.content;
  return type === "user" && typeof content === "string" && /^\s*<command-name>\/clear<\/command-name>/.test(content);
}

function chatOf(row: Row): LoggedChat {
  const entries = merged(row.conversation as readonly Event[]);
  const [first, ...rest] = entries;
  const all = first ? [{ ...first, leftOut: row.aside as readonly string[] }, ...rest] : [];
  return { turns: entryTurns(all, { api: "anthropic" }), ...usualEnd(row) };
}

/** The messages, each answer of the model in one piece. Throws CliError where the conversation was taken up at an earlier place. */
function merged(events: readonly Event[]): Entry[] {
  const entries: { message: { role: unknown; content: unknown }; place: string; id: unknown }[] = [];
  /** Of each event, which entry it is in. */
  const entryOf = new Map<unknown, number>();
  for (const { fields, place, parent: before } of events) {
    const { role, content, id } = objectOf(fields.message, `role and content in ${place}.message`);
    const isResult = Array.isArray(content) && content.some((part) => (part as Row | null)?.type === "tool_result");
    const parent = entryOf.get(before);
    const at = role === "assistant" && typeof id === "string" ? entries.findLastIndex((one) => one.id === id) : -1;
    const behind = parent === undefined ? [] : entries.slice(parent + 1);
    if (at < 0 && !isResult && behind.some((one) => one.message.role === "assistant"))
      throw new CliError(
        `${place}.parentUuid: the conversation was taken up at an earlier message, expected it to go on`,
      );
    if (at >= 0) {
      const { message } = entries[at]!;
      message.content = [...partsOf(message.content), ...partsOf(content)];
      entryOf.set(fields.uuid, at);
      continue;
    }
    entries.push({ message: { role, content }, place, id });
    entryOf.set(fields.uuid, entries.length - 1);
  }
  return entries.map(({ message, place }) => ({ message: { ...message }, place }));
}

const partsOf = (content: unknown): readonly unknown[] =>
  Array.isArray(content) ? content : [{ type: "text", text: content }];
