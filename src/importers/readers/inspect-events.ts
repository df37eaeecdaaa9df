/**
 * The run that a sample of an Inspect log tells. Its `messages` are what the agent's loop had left at its end: after a
 * truncation they lack turns, and the loop may have written over others (a call of `submit` becomes a text). Its events have
 * every call of a model with what it read and what it wrote; the run is put together from them.
 *
 *     event  {"event": "model", "input": [MESSAGE, …], "output": {"choices": [{"message"}]}, "tools", "error"?}
 *            Since 0.3.2xx `input` is empty and `input_refs` has ranges [from, to) of the sample's `events_data.messages`.
 *
 * The pool has equal messages once, whatever their ids: messages are compared by what they say, in their order.
 *
 * Source: inspect-ai 0.3.285, event/_model.py and event/_pool.py; agent/_react.py for what it does to messages.
 */
import { CliError } from "../../core/errors.ts";
import { writtenJson } from "../../core/written-json.ts";
import { objectOf, shown } from "../reader.ts";
import type { Row } from "../row.ts";

/** What the models' calls of a sample tell. */
export interface Run {
  /** As Inspect has them, in order. */
  readonly messages: readonly Row[];
  /** Which of them a model wrote in this run. */
  readonly written: ReadonlySet<Row>;
  /** As Inspect has them; undefined: no call had any. */
  readonly tools: unknown;
  /** What was left out, by kind. */
  readonly leftOut: readonly string[];
}

/** One conversation with a model, as far as it is known. */
interface Thread {
  messages: Row[];
  readonly written: Set<Row>;
  tools: unknown;
  /** Turns that the loop took back. */
  dropped: number;
  calls: number;
}

interface Call {
  readonly input: readonly Row[];
  readonly output: Row;
  readonly tools: unknown;
  readonly place: string;
}

/**
 * The run, from the sample's `events`; undefined if they have no call of a model. `final` is the sample's `messages`. Throws
 * CliError where the calls do not make one conversation.
 */
export function runOf(events: unknown, data: unknown, final: readonly Row[]): Run | undefined {
  const calls = callsIn(events, poolOf(data));
  if (calls.length === 0) return undefined;
  const threads: Thread[] = [];
  for (const call of calls) goOn(threads, call);
  const main = mainThread(threads, final);
  // Logs before 0.3.5x do not say who wrote a message.
  const written = final.filter(({ role, source }) => role === "assistant" && (source ?? "generate") === "generate");
  const unknown = written.find((message) => !main.messages.some((other) => isSame(message, other)));
  if (unknown)
    throw new CliError(`messages: a turn that no event has, ${shown(unknown.content)}: expected all of them`);
  const { new: added, unread } = behind(main, final);
  const messages = [...main.messages, ...added];
  const others = calls.length - main.calls;
  const leftOut = [
    ...Array<string>(main.dropped).fill("turn that the agent's loop took back"),
    ...Array<string>(others).fill("call of another model or agent"),
    ...Array<string>(unread).fill("message that no model read"),
    ...Array<string>(editsOf(messages, [...calls.flatMap(({ input }) => input), ...final])).fill(
      "other wording of a message",
    ),
  ];
  return { messages, written: main.written, tools: main.tools, leftOut };
}

/**
 * How many other versions of `messages` there are among `copies`, by their ids, that say something which the message does not:
 * a loop wrote over them, for a later call or for the end.
 */
function editsOf(messages: readonly Row[], copies: readonly Row[]): number {
  const known = new Map(messages.map((message) => [message.id, message]));
  const others = new Map<string, Row>();
  for (const copy of new Set(copies)) {
    const message = typeof copy.id === "string" ? known.get(copy.id) : undefined;
    if (message && message !== copy) others.set(JSON.stringify([copy.id, textsIn(copy)]), copy);
  }
  const isOther = (copy: Row) => {
    const told = new Set(textsIn(known.get(copy.id)));
    return textsIn(copy).some((text) => !told.has(text));
  };
  return [...others.values()].filter(isOther).length;
}

/** Members of a message that say nothing of their own. */
const BESIDE: ReadonlySet<string> = new Set(["id", "role", "model", "source", "metadata", "internal", "timestamp"]);

/** The texts that a message is made of. */
const textsIn = (message: Row = {}): string[] =>
  Object.entries(message).flatMap(([name, value]) => (BESIDE.has(name) ? [] : leavesOf(value)));

function leavesOf(value: unknown): string[] {
  if (typeof value === "string" || typeof value === "number") return [String(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}

function poolOf(data: unknown): readonly Row[] {
  if (data === undefined || data === null) return [];
  const { messages } = objectOf(data, "messages in events_data");
  return listOf(messages, "events_data.messages");
}

function callsIn(events: unknown, pool: readonly Row[]): Call[] {
  if (events === undefined || events === null) return [];
  return listOf(events, "events").flatMap((event, index): Call[] => {
    const place = `events[${index}]`;
    if (event.event !== "model" || (event.error ?? null) !== null || event.pending === true) return [];
    const output = objectOf(event.output, `choices in ${place}.output`);
    const [choice] = listOf(output.choices ?? [], `${place}.output.choices`);
    if (!choice) return [];
    const message = objectOf(choice.message, `role in ${place}.output.choices[0].message`);
    return [{ input: inputOf(event, pool, place), output: message, tools: event.tools, place }];
  });
}

function inputOf({ input, input_refs: ranges }: Row, pool: readonly Row[], place: string): readonly Row[] {
  const told = listOf(input, `${place}.input`);
  if (ranges === undefined || ranges === null) return told;
  if (told.length > 0) throw new CliError(`${place}: input and input_refs, expected one of them`);
  const isRange = (range: unknown): range is [number, number] =>
    Array.isArray(range) &&
    range.length === 2 &&
    range.every(Number.isSafeInteger) &&
    0 <= range[0] &&
    range[0] <= range[1];
  if (!Array.isArray(ranges) || !ranges.every((range) => isRange(range) && range[1] <= pool.length))
    throw new CliError(`${place}.input_refs: expected ranges of the ${pool.length} events_data.messages, found others`);
  return ranges.flatMap(([from, to]) => pool.slice(from, to));
}

/** Adds the call to the conversation that it goes on with, or begins another. */
function goOn(threads: Thread[], { input, output, tools, place }: Call): void {
  const found = threads.findLast((thread) => continues(thread, input));
  if (
    !found &&
    threads.some(({ messages }) =>
      input.some((message) => isOwn(message) && messages.some((one) => isSame(one, message))),
    )
  )
    throw new CliError(
      `${place}: the model read another conversation than before it (summarised, edited or handed over), expected it to go on`,
    );
  const thread = found ?? { messages: [...input], written: new Set(), tools, dropped: 0, calls: 0 };
  if (!found) threads.push(thread);
  thread.messages.push(output);
  thread.written.add(output);
  thread.tools ??= tools;
  thread.calls += 1;
}

/** Every conversation may begin with the same rules. */
const isOwn = ({ role }: Row) => role !== "system";

/** Whether a model that reads `input` goes on with `thread`; what is new in it is added. */
function continues(thread: Thread, input: readonly Row[]): boolean {
  const { messages } = thread;
  const grown = grownBy(messages, input);
  if (grown) {
    messages.push(...grown);
    return true;
  }
  const [last] = messages.slice(-1);
  const before = messages.slice(0, -1);
  const again = last && thread.written.has(last) ? grownBy(before, input) : undefined;
  // With something new behind it, it was replaced rather than taken back.
  if (!again || again.length > 0) return false;
  thread.messages = before;
  thread.dropped += 1;
  return true;
}

/** What `input` has behind the last of `messages`; before it some may be missing, but none may be new. */
function grownBy(messages: readonly Row[], input: readonly Row[]): readonly Row[] | undefined {
  if (messages.every((message, index) => index < input.length && isSame(message, input[index]!)))
    return input.slice(messages.length);
  const last = messages.at(-1)!;
  const at = input.findLastIndex((message) => isSame(message, last));
  if (at < 0) return undefined;
  let known = 0;
  for (const message of input.slice(0, at + 1)) {
    while (known < messages.length && !isSame(messages[known]!, message)) known++;
    if (known++ >= messages.length) return undefined;
  }
  return input.slice(at + 1);
}

/** The conversation that the sample ended with. */
function mainThread(threads: readonly Thread[], final: readonly Row[]): Thread {
  const last = final.findLast(({ role }) => role === "assistant");
  const ended = last && threads.findLast(({ messages }) => messages.some((message) => isSame(message, last)));
  if (ended) return ended;
  const first = final.find(isOwn);
  const begun = threads.filter(({ messages }) => first && messages.some((message) => isSame(message, first)));
  const [only] = begun.length > 0 ? begun : threads;
  if (begun.length > 1 || (begun.length === 0 && threads.length > 1))
    throw new CliError(
      `events: ${threads.length} conversations with models, expected messages to say which is the run`,
    );
  return only!;
}

/**
 * The answers to the last turn, and what came behind: no model read them any more. `unread`: how many messages before them are
 * in no call, such as those that were put together for it.
 */
function behind({ messages }: Thread, final: readonly Row[]): { new: readonly Row[]; unread: number } {
  // A loop writes over the model's turns alone: what else has a known id and says something else is another message.
  const isKnown = (message: Row) =>
    messages.some((other) => isSame(message, other) && (message.role === "assistant" || isEqual(message, other)));
  const at = final.findLastIndex(isKnown);
  const isOther = (message: Row) => !messages.some((other) => isSame(message, other));
  return { new: final.slice(at + 1), unread: final.slice(0, Math.max(0, at)).filter(isOther).length };
}

/** One message: by its id, or by what it says. */
function isSame(one: Row, other: Row): boolean {
  if (one === other || (typeof one.id === "string" && one.id === other.id)) return true;
  return isEqual(one, other);
}

const isEqual = (one: Row, other: Row) => one.role === other.role && saidIn(one) === saidIn(other);

const said = new WeakMap<Row, string>();

function saidIn(message: Row): string {
  const known = said.get(message);
  if (known !== undefined) return known;
  const { role, content, tool_calls: calls, tool_call_id: answers, error } = message;
  const text = writtenJson([role, content, calls ?? [], answers ?? null, error ?? null]);
  said.set(message, text);
  return text;
}

function listOf(value: unknown, place: string): readonly Row[] {
  if (!Array.isArray(value)) throw new CliError(`${place}: expected a list, found ${shown(value)}`);
  return value.map((one: unknown, index) => objectOf(one, `members in ${place}[${index}]`));
}
