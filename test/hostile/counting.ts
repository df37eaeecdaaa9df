/**
 * What a log says, counted without the readers: calls and characters. In the hostile conversations everything that is said is
 * made of Cyrillic letters and nines, and nothing else is: no member, tag or id. So a character counts wherever it stands,
 * and nobody has to know how a spelling is read. Names of tools have a nine and stand for the calls in texts.
 */
import type { Message } from "../../src/core/message.ts";
import type { LoggedEpisode, LoggedStep } from "../../src/importers/reader.ts";

export interface Count {
  calls: number;
  readonly characters: Map<string, number>;
}

export type Row = Readonly<Record<string, unknown>>;
export const isRow = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** How a log is counted. */
export interface Counting {
  /** The log says some things twice; each is one thing to read, and each copy that differs is another. */
  readonly isCopied?: boolean;
  /** Of a part that no text stands for, what an import calls it when it counts it as left out. */
  readonly aside?: (part: Row) => string | undefined;
}

/** What is said, and what may be left out if it is told, by kind: a count for each piece. */
export interface Said extends Count {
  readonly aside: ReadonlyMap<string, readonly Count[]>;
}

const SAID = /[а-яё9]/gu;
/** Names of tools, as they stand in texts. */
const CALLED = /\b[a-z]+9\b/g;
/** Members that name, sign, measure or date something. */
const NOT_SAID: ReadonlySet<string> = new Set([
  ...["id", "call_id", "tool_call_id", "tool_use_id", "toolUseId", "source_call_id", "index", "type", "role", "from"],
  ...["status", "signature", "thought_signature", "thoughtSignature", "format", "lc", "annotations", "loss_weight"],
  ...["response_metadata", "usage", "cost", "turn_idx", "requestor", "extra", "agent", "message_type", "uuid"],
  ...["step_id", "timestamp", "metrics", "model_name", "tool_call_ids", "tool_type", "media_type", "server_label"],
  ...["artifact", "encrypted_content", "is_copied_context", "llm_call_count", "is_error"],
]);
/** Where APIs write the arguments of a call. */
const ARGUMENTS = ["arguments", "args", "input"];

const empty = (): Count => ({ calls: 0, characters: new Map() });
const isCall = (value: Row) =>
  (Object.hasOwn(value, "name") || Object.hasOwn(value, "function_name")) &&
  ARGUMENTS.some((name) => Object.hasOwn(value, name));

function add(count: Count, text: string): void {
  for (const [sign] of text.matchAll(SAID)) count.characters.set(sign, (count.characters.get(sign) ?? 0) + 1);
}

/** Counts what is said in a part of a log. */
export function saidIn(value: unknown, { isCopied = false, aside }: Counting = {}): Said {
  const pieces = new Map<string, Count[]>();
  const known = new Set<string>();
  const isNew = (what: string) => !isCopied || known.size < known.add(what).size;
  const walk = (count: Count, part: unknown): void => {
    if (typeof part === "string" && containerIn(part)) walk(count, containerIn(part));
    else if (typeof part === "string" || typeof part === "number") {
      if (isNew(`text ${part}`)) add(count, String(part));
    } else if (Array.isArray(part)) for (const one of part) walk(count, one);
    else if (isRow(part)) {
      const kind = aside?.(part);
      if (kind !== undefined) {
        const piece = empty();
        walkMembers(piece, part);
        pieces.set(kind, [...(pieces.get(kind) ?? []), piece]);
      } else walkMembers(count, part);
    }
  };
  const walkMembers = (count: Count, part: Row): void => {
    const isCalling = isCall(part);
    if (isCalling && isNew(callKey(part))) count.calls += 1;
    for (const [name, member] of Object.entries(part)) {
      if (NOT_SAID.has(name) || (name === "name" && !isCalling)) continue;
      if (isNew(`text ${name}`)) add(count, name);
      walk(count, member);
    }
  };
  const count = empty();
  walk(count, value);
  return { ...count, aside: pieces };
}

const callKey = (call: Row) => {
  const given = ARGUMENTS.map((name) => call[name]).find((one) => one !== undefined);
  const inner = typeof given === "string" ? (containerIn(given) ?? given) : given;
  return `call ${JSON.stringify([call.name ?? call.function_name, inner])}`;
};

function containerIn(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Calls that stand in texts. */
export const calledIn = (texts: readonly unknown[]): number =>
  texts.reduce((sum: number, text) => sum + (typeof text === "string" ? (text.match(CALLED) ?? []).length : 0), 0);

/** What was read: of chats that are kept the messages, of a world's episode what stands in its steps. */
export function readIn(episodes: readonly LoggedEpisode[]): Count {
  const count = empty();
  for (const { chat, instruction, firstObservation, steps } of episodes) {
    if (chat) for (const message of chat.messages) addMessage(count, message);
    else {
      const told = firstObservation ?? "";
      add(count, told.includes(instruction) ? told : instruction + told);
      for (const step of steps) addStep(count, step);
      count.calls += steps.length;
    }
  }
  return count;
}

function addMessage(count: Count, { content, reasoning = "", toolCalls = [] }: Message): void {
  add(count, content + reasoning);
  for (const { name, arguments: given } of toolCalls) {
    count.calls += 1;
    add(count, name + given);
  }
}

/** A step's completion says its thought and action again, but for a thought that had a member of its own. */
function addStep(count: Count, { thought, action, completion, observation }: LoggedStep): void {
  const [parts, whole] = [empty(), empty()];
  add(parts, thought + action);
  add(whole, completion);
  const most = (sign: string) => Math.max(parts.characters.get(sign) ?? 0, whole.characters.get(sign) ?? 0);
  for (const sign of new Set([...parts.characters.keys(), ...whole.characters.keys()]))
    count.characters.set(sign, (count.characters.get(sign) ?? 0) + most(sign));
  add(count, observation ?? "");
}

/** What `said` has and `read` has not, where nobody said that it was left out; undefined: nothing. */
export function lostOf(said: Said, read: Count, leftOut: readonly string[]): string | undefined {
  for (const [kind, pieces] of said.aside) {
    const told = leftOut.filter((one) => one === kind).length;
    const full = pieces.filter(({ calls, characters }) => calls > 0 || characters.size > 0).length;
    if (told < full) return `${full} times ${kind}, told ${told} times`;
  }
  if (said.calls > read.calls) return `${said.calls - read.calls} of ${said.calls} calls`;
  const missing = [...said.characters].map(
    ([sign, times]) => [sign, times - (read.characters.get(sign) ?? 0)] as const,
  );
  const lost = missing.filter(([, times]) => times > 0);
  if (lost.length === 0) return undefined;
  const total = lost.reduce((sum, [, times]) => sum + times, 0);
  return `${total} characters (${lost
    .slice(0, 12)
    .map(([sign, times]) => `${times} ${sign}`)
    .join(", ")})`;
}

/**
 * What `read` has more often than the whole log has it: it was read twice, or made up. The name of a call that is broken stands
 * in its text, too.
 */
export function inventedOf(log: unknown, read: Count): string | undefined {
  const all = empty();
  add(all, JSON.stringify(log));
  const more = [...read.characters].find(([sign, times]) => sign !== "9" && times > (all.characters.get(sign) ?? 0));
  return more && `${more[0]} is read ${more[1]} times, the log has it ${all.characters.get(more[0]) ?? 0} times`;
}
