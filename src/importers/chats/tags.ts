/**
 * What agents write between tags in their texts: thoughts (thoughts.ts), calls (src/formats/calls), actions; and the results that
 * come back between tags.
 *
 * A tag that is merely mentioned changes nothing. Calls in text are calls where the chat as a whole says so: the prompt
 * teaches the tag, results are marked as a tool's, or every turn calls. Where only some turns do, nobody can say which turns
 * reached the world, and the record is refused. So it is where every turn is made of tags that are not known.
 */
import { CliError } from "../../core/errors.ts";
import type { Tool } from "../../core/message.ts";
import { quoted } from "../../core/wording.ts";
import type { Tools } from "../../formats/calls/spellings.ts";
import { callsInTags, type FoundCalls } from "../../formats/calls/tags.ts";
import { HARMONY, harmonyTurns, isHarmony } from "./harmony.ts";
import { type Draft, withIds } from "./ids.ts";
import { endsThought, promptedThought, type Split, thoughtBefore } from "./thoughts.ts";
import type { ChatTurn } from "./turn.ts";

export interface TagOptions {
  /** What could be called; its schemas tell text from numbers where a spelling does not. */
  readonly tools?: readonly Tool[] | undefined;
  /** Tags that are not known stay in the texts. Absent: they are refused where every turn has them. */
  readonly keepsTags?: boolean;
}

export interface Untagged {
  readonly turns: ChatTurn[];
  /** The tags that were read, as they begin: `<think>`. */
  readonly read: readonly string[];
}

/**
 * The turns with the thoughts and calls of their texts in their places. Throws CliError naming the tag that is not
 * understood.
 */
export function withoutTags(turns: readonly ChatTurn[], { tools = [], keepsTags = false }: TagOptions = {}): Untagged {
  const read = new Set<string>();
  const thought = withoutThoughts(withoutChannels(turns, read), read);
  const named = new Map(tools.map((tool) => [tool.name, tool]));
  const called = thought.some(({ toolCalls }) => toolCalls) ? thought : withCalls(thought, named, read);
  if (!keepsTags && !called.some(({ toolCalls }) => toolCalls)) refuseUnknown(called);
  return { turns: called, read: [...read] };
}

/** Turns of gpt-oss's raw text are taken apart, each by itself: nobody begins a text with a channel otherwise. */
function withoutChannels(turns: readonly ChatTurn[], read: Set<string>): readonly ChatTurn[] {
  const isRaw = ({ role, content, toolCalls }: ChatTurn) => role === "assistant" && !toolCalls && isHarmony(content);
  if (!turns.some(isRaw)) return turns;
  read.add(HARMONY);
  return withIds(turns.flatMap((turn) => (isRaw(turn) ? harmonyTurns(turn) : heard(turn, read))));
}

/** Texts without the thoughts in front. */
function withoutThoughts(turns: readonly ChatTurn[], read: Set<string>): ChatTurn[] {
  const texts = turns.filter(({ role, content }) => role === "assistant" && content !== "").map((one) => one.content);
  // Without the opening tag it is a thought where it ends a line, or where every turn is so.
  const isEach = texts.length > 1 && texts.every((text) => promptedThought(text) !== undefined);
  return turns.map((turn) => {
    if (turn.role !== "assistant") return turn;
    const split = thoughtBefore(turn.content);
    // Where the thought has a member of its own, a closing tag in the text closes nothing.
    const mayBePrompted = split.thought === undefined && turn.reasoning === undefined;
    const isPrompted = mayBePrompted && (isEach || endsThought(turn.content));
    const found = isPrompted ? (promptedThought(turn.content) ?? split) : split;
    if (found.thought === undefined) return turn;
    read.add(isPrompted ? "…</think>" : `<${/^\W*([\w:]+)/.exec(turn.content)?.[1]}>`);
    return withThought(turn, found);
  });
}

function withThought({ reasoning, ...turn }: ChatTurn, { thought = "", rest }: Split): ChatTurn {
  const isOther = reasoning !== undefined && thought.trim() !== "" && bare(reasoning) !== bare(thought);
  if (isOther) throw new CliError(`${turn.place}: expected one thought, found another one in tags than in its member`);
  const told = reasoning ?? thought;
  return { ...turn, content: rest, ...(told.trim() !== "" && { reasoning: told }) };
}

const bare = (text: string) => text.replace(/\s+/g, "");

/** The turns with the calls that stand in texts, if the chat is one of calls, and with their results as a tool's. */
function withCalls(turns: readonly ChatTurn[], tools: Tools, read: Set<string>): ChatTurn[] {
  const found = turns.map(({ role, content, place }) =>
    role === "assistant" ? callsInTags(content, { tools, place }) : undefined,
  );
  if (!isChatOfCalls(turns, found)) {
    refuseResults(turns);
    return [...turns];
  }
  const drafts = turns.flatMap((turn, index): readonly Draft[] => {
    const calls = found[index];
    if (calls) {
      read.add(calls.tag);
      return [withFound(turn, calls)];
    }
    return heard(turn, read);
  });
  return withIds(drafts);
}

/** A message of the user or a tool, with the results in it as turns of their own; any other turn as it is. */
function heard(turn: ChatTurn, read: Set<string>): readonly Draft[] {
  const results = turn.role === "assistant" || turn.role === "system" ? undefined : resultsIn(turn);
  if (results) read.add(RESULT);
  return results ?? [turn];
}

function withFound(turn: ChatTurn, { tag, before, calls, behind }: FoundCalls): ChatTurn {
  if (behind !== "")
    throw new CliError(
      `${turn.place}: expected calls at the end of the turn, found text behind ${tag}: ${quoted(behind)}`,
    );
  return { ...turn, content: before, toolCalls: calls };
}

/** Whether what looks like calls was read as calls. Throws CliError where some turns say so and others do not. */
function isChatOfCalls(turns: readonly ChatTurn[], found: readonly (FoundCalls | undefined)[]): boolean {
  const whole = found.flatMap((one, index) => (one && one.behind === "" ? [{ ...one, index }] : []));
  const [first] = whole;
  if (!first) return false;
  const prompts = turns.filter(({ role }) => role === "system" || role === "user");
  const isTaught = prompts.some(({ content }) => first.tag !== "JSON of a call" && content.includes(first.tag));
  const isAnswered = whole.some(({ index }) => {
    const next = turns[index + 1];
    return next !== undefined && (next.role === "tool" || resultsIn(next) !== undefined);
  });
  const said = turns.flatMap(({ role, content }, index) => (role === "assistant" && content !== "" ? [index] : []));
  const others = said.filter((index) => found[index] === undefined);
  // The last turn may be the closing remark.
  const isEach = others.every((index) => index === said.at(-1));
  if (isTaught || isAnswered || isEach) return true;
  // The JSON of a call among other texts is a text that happens to be JSON.
  if (whole.every(({ tag }) => tag === "JSON of a call")) return false;
  const { place } = turns[first.index]!;
  throw new CliError(
    `${place}: expected calls in every turn or results of a tool, found ${first.tag} in ${whole.length} of ${said.length} turns`,
  );
}

const RESULT = "<tool_response>";
const RESULTS = /^[ \t]*<tool_response>\n?([\s\S]*?)\n?<\/tool_response>[ \t]*(?:\n|$)/;

/** The results in a message of the user or a tool, and what is said between them; undefined if it begins with none. */
function resultsIn(turn: ChatTurn): readonly Draft[] | undefined {
  const drafts: Draft[] = [];
  let rest = turn.content.replace(/^\s+(?=<tool_response>)/, "");
  for (let found = RESULTS.exec(rest); found; found = RESULTS.exec(rest)) {
    const { toolCallId, leftOut, ...base } = turn;
    // What the message as a whole says belongs to its first result.
    const own = drafts.length === 0 ? { ...(toolCallId && { toolCallId }), ...(leftOut && { leftOut }) } : {};
    drafts.push({ ...base, role: "tool", content: found[1]!, ...own });
    rest = rest.slice(found[0].length).replace(/^\s+(?=<tool_response>)/, "");
  }
  if (drafts.length === 0) return undefined;
  const { toolCallId: _id, leftOut: _parts, isError: _error, ...base } = turn;
  if (rest.trim() !== "") drafts.push({ ...base, role: "user", content: rest.replace(/^\n+/, "") });
  return drafts;
}

/** Results between tags answer calls, so there were some in a spelling that is not known. */
function refuseResults(turns: readonly ChatTurn[]): void {
  const result = turns.find((turn) => turn.role === "user" && resultsIn(turn) !== undefined);
  if (result)
    throw new CliError(`${result.place}: expected calls that are understood before results, found ${RESULT} alone`);
}

const [ACTION, ACTION_END] = ["<action>", "</action>"];

/**
 * The action of a text that ends with `<action>…</action>`, and what is said before it. undefined: the text has none, or
 * more than one. Source: verl-agent, agent_system/environments/env_package/alfworld/projection.py.
 */
export function actionInTags(text: string): { readonly thought: string; readonly action: string } | undefined {
  const start = text.indexOf(ACTION);
  const end = text.indexOf(ACTION_END);
  const isOne = start >= 0 && end > start && text.indexOf(ACTION, start + 1) < 0;
  if (!isOne || text.slice(end + ACTION_END.length).trim() !== "") return undefined;
  return { thought: text.slice(0, start).trim(), action: text.slice(start + ACTION.length, end).trim() };
}

/** Whether the agent spells its actions between `<action>` tags: half of its turns or more do. */
export function hasActionTags(turns: readonly Pick<ChatTurn, "role" | "content">[]): boolean {
  const said = turns.filter(({ role, content }) => role === "assistant" && content !== "");
  const tagged = said.filter(({ content }) => actionInTags(content) !== undefined);
  return tagged.length > 0 && tagged.length * 2 >= said.length;
}

/** No text of an agent is made of more tags than this; each is looked for. */
const MOST_TAGS = 50;
/** Answers are pages, tables and lists, too. `code` is not here: there are agents whose actions it holds. */
const HTML: ReadonlySet<string> = new Set([
  ...["html", "body", "head", "div", "span", "p", "table", "ul", "ol", "li", "pre", "b", "i", "em", "strong", "a"],
  ...[
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "section",
    "details",
    "summary",
    "svg",
    "style",
    "script",
    "form",
    "sub",
    "sup",
  ],
]);
/** Special tokens of chat templates. */
const TOKEN = /<\|[\w/ -]{1,40}\|?>|<[\w/-]{1,40}\|>|<｜[^｜\n]{1,40}｜>/g;
/** A tag that begins a line, or follows another tag. */
const OPEN = /(?:^|[\n>])[ \t]*<([A-Za-z][\w:.-]{0,40})(?:[ =][^<>\n]{0,200})?>/g;

/** Refuses a chat in which every turn of the agent is made of the same tags, or ends with one: they mean something. */
function refuseUnknown(turns: readonly ChatTurn[]): void {
  const said = turns.filter(
    ({ role, content, isContext }) => role === "assistant" && !isContext && content.trim() !== "",
  );
  if (said.length === 0 || hasActionTags(said)) return;
  const each = said.map(({ content }) => tagsOf(content));
  const [first] = each;
  const common = [...first!.all].find((tag) => each.every(({ all }) => all.has(tag)));
  const isEnded = each.every(({ last }) => last !== undefined);
  const tag = isEnded ? first!.last : said.length > 1 ? common : undefined;
  if (tag === undefined) return;
  throw new CliError(
    `${said[0]!.place}: expected text or tags that are understood, found ${tag} in every turn of the agent`,
  );
}

/** The tags and tokens of a text that look like structure, and the one that it ends with. */
function tagsOf(text: string): { readonly all: ReadonlySet<string>; readonly last: string | undefined } {
  const names = new Set([...text.matchAll(OPEN)].map(([, name]) => name!).filter((name) => !HTML.has(name)));
  const closed = [...names]
    .slice(0, MOST_TAGS)
    .filter((name) => new RegExp(`</${escaped(name)}>[ \\t]*(?:\\n|<|$)`).test(text));
  const tokens = [...text.matchAll(TOKEN)].map(([token]) => token);
  const all = new Set([...closed.map((name) => `<${name}>`), ...tokens]);
  const end = /<\/([A-Za-z][\w:.-]{0,40})>\s*$/.exec(text)?.[1];
  return { all, last: end !== undefined && closed.includes(end) ? `<${end}>` : undefined };
}

const escaped = (name: string) => name.replace(/[.]/g, "\\.");
