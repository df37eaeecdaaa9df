/**
 * The table of docs/formats.md: what is read from each format of logs, found by reading. Run as a program it writes the table
 * into the page: `npm run formats`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Message } from "../src/core/message.ts";
import { rowsOf } from "../src/importers/reader.ts";
import { READERS } from "../src/importers/readers/registry.ts";
import { withoutWorld } from "../src/worlds/none/index.ts";
import { expectedOf, type Talk } from "./chat-model.ts";
import { spokenBy, WRITERS } from "./chat-writers.ts";
import { CONTAINERS } from "./containers.ts";
import { type Conversation, messagesOf } from "./conversations.ts";

export const PAGE = join(import.meta.dirname, "../docs/formats.md");
const BEGIN = "<!-- made by npm run formats -->";
const END = "<!-- end of what npm run formats makes -->";
const COLUMNS = [
  "read",
  "system message",
  "calls",
  "several in a turn",
  "thoughts",
  "errors of calls",
  "rewards",
  "tools",
];

const call = (n: number, answer: string, failed = false) => ({ name: "find_order", given: { n }, answer, failed });
const TOLD: Conversation = {
  system: "Be brief.",
  asked: "Where is it?",
  turns: [
    { thought: "I look.", said: "Wait.", calls: [call(1, "nowhere"), call(2, "timed out", true)], reply: "" },
    { thought: "So.", said: "Lost.", calls: [], reply: "Oh." },
  ],
  reward: 0.5,
};
/** What APIs tell of it: nobody answers the last message. */
const SPOKEN: Conversation = { ...TOLD, turns: TOLD.turns.map((turn) => ({ ...turn, reply: "" })) };
/** The same with one call in a turn. */
const SINGLE: Conversation = {
  ...SPOKEN,
  turns: SPOKEN.turns.flatMap((turn) =>
    turn.calls.length < 2 ? [turn] : turn.calls.map((one) => ({ ...turn, calls: [one] })),
  ),
};

const talkOf = ({ system, asked, turns }: Conversation): Talk => ({
  system,
  isCut: false,
  turns: turns.map(({ thought, said, calls }, at) => ({
    asked: at === 0 ? asked : undefined,
    text: said,
    thought,
    calls: calls.map(({ name, given, answer, failed }) => ({
      ...{ name, given: JSON.stringify(given), result: { text: answer, isError: failed } },
    })),
  })),
});

/** What was read of one record. */
interface Found {
  readonly messages: readonly Message[];
  readonly reward: number | undefined;
  readonly tools: number;
}

function found(format: string, record: unknown): Found {
  const reader = READERS[format]!({ benchmark: withoutWorld() });
  const [row, ...others] = rowsOf(reader, record);
  if (others.length > 0) throw new Error(`${format}: one conversation was read as several`);
  const { chat, end } = reader.read(row);
  return { messages: chat!.messages, reward: end?.return, tools: chat!.tools?.length ?? 0 };
}

const callsIn = (messages: readonly Message[]) =>
  messages.flatMap(({ toolCalls = [] }) => toolCalls.map(({ name, arguments: given }) => [name, JSON.parse(given)]));

const saidIn = (messages: readonly { readonly role: string; readonly content: string }[]): string[] =>
  messages.flatMap(({ role, content }) => (role === "system" || content === "" ? [] : [content]));

/** Whether what was read is what was told, is not there, or neither. */
function cell(read: unknown, told: unknown, nothing: unknown): string {
  if (isDeepStrictEqual(read, told)) return "yes";
  return isDeepStrictEqual(read, nothing) ? "–" : "in part";
}

/** `texts`: what was said and answered; some spellings have no text beside a call. */
function rowOf(
  name: string,
  told: Conversation,
  { messages, reward, tools }: Found,
  texts: readonly string[] = saidIn(messagesOf(told)),
): readonly string[] {
  const expected = messagesOf(told);
  const of = <T>(pick: (message: Message) => T | undefined, list: readonly Message[]) =>
    list.flatMap((message) => pick(message) ?? []);
  const system = ({ role, content }: Message) => (role === "system" ? content : undefined);
  const thought = ({ reasoning }: Message) => reasoning;
  const failed = ({ isError, content }: Message) => (isError ? content : undefined);
  const most = Math.max(...messages.map(({ toolCalls = [] }) => toolCalls.length));
  return [
    name,
    cell(saidIn(messages), texts, []),
    cell(of(system, messages), of(system, expected), []),
    cell(callsIn(messages), callsIn(expected), []),
    most > 1 ? "yes" : "–",
    cell(of(thought, messages), of(thought, expected), []),
    cell(of(failed, messages), of(failed, expected), []),
    cell(reward, TOLD.reward, undefined),
    tools > 0 ? "yes" : "–",
  ];
}

/** The table in Markdown. */
export function formatTable(): string {
  const containers = Object.entries(CONTAINERS)
    .filter(([format]) => format !== "messages")
    .map(([format, { record }]) =>
      rowOf(`\`${format}\``, TOLD, found(format, JSON.parse(JSON.stringify(record(TOLD))))),
    );
  const apis = WRITERS.map((writer) => {
    const told = writer.name === "OpenAI, function_call" ? SINGLE : SPOKEN;
    const talk = spokenBy(writer, talkOf(told));
    const messages: unknown = JSON.parse(`[${writer.write(talk).join(",")}]`);
    const tools = [{ type: "function", function: { name: "find_order", parameters: {} } }];
    const read = found("messages", { messages, tools, reward: TOLD.reward });
    return rowOf(`\`messages\`: ${writer.name}`, told, read, saidIn(expectedOf(talk, writer.tellsErrors)));
  });
  const head = ["format", ...COLUMNS];
  const lines = [head, head.map(() => "---"), ...containers, ...apis].map((cells) => `| ${cells.join(" | ")} |`);
  return [BEGIN, "", ...lines, "", END].join("\n");
}

/** The page with its table made anew. Throws where it has no place for it. */
export function pageWithTable(page: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE}: expected the lines "${BEGIN}" and "${END}"`);
  return page.slice(0, from) + formatTable() + page.slice(to + END.length);
}

if (import.meta.main) writeFileSync(PAGE, pageWithTable(readFileSync(PAGE, "utf8")));
