/**
 * Chats of every API, in tags, and in every container, each damaged by the hundred and read without a world. What is read must
 * hold every call and every word that the damaged log has, by a count that shares no code with the readers.
 */
import type { Json } from "../../src/core/json.ts";
import { random } from "../../src/core/random.ts";
import { parseJson } from "../../src/files/python-json.ts";
import { type LoggedEpisode, rowsOf } from "../../src/importers/reader.ts";
import { READERS } from "../../src/importers/readers/registry.ts";
import { withoutWorld } from "../../src/worlds/none/index.ts";
import type { Talk } from "../chat-model.ts";
import { spokenBy, WRITERS } from "../chat-writers.ts";
import { CONTAINERS } from "../containers.ts";
import type { Conversation } from "../conversations.ts";
import { mutated } from "../mutating.ts";
import { TAG_WRITERS, type TaggedTalk } from "../tag-writers.ts";
import { type Count, countOfEpisodes, countOfJson, lostOf } from "./counting.ts";
import type { HostileCase, Reading } from "./judging.ts";

const benchmark = withoutWorld();
/** Damaged copies of each conversation. */
const COPIES = Number(process.env.GLEANER_HOSTILE_COPIES ?? 600);

const call = (name: string, given: object, result: string) => ({
  ...{ name, given: JSON.stringify(given), result: { text: result, isError: false } },
  pairs: Object.entries(given).map(([key, value]) =>
    typeof value === "string" ? { key, text: value } : { key, json: JSON.stringify(value) },
  ),
});
/** No word stands twice. */
const TALK = {
  system: "sysone rules",
  isCut: false,
  turns: [
    {
      ...{ asked: "askone alpha", text: "sayone beta", thought: "museone gamma" },
      calls: [
        call("findone", { query: "argone", count: 31 }, "resone epsilon"),
        call("looktwo", { place: "argtwo" }, "restwo"),
      ],
    },
    {
      asked: undefined,
      text: "saytwo",
      thought: "musetwo",
      calls: [call("packthree", { item: "argthree" }, "resthree")],
    },
    { asked: undefined, text: "saythree", thought: undefined, calls: [] },
    { asked: "askfour", text: "sayfour zeta", thought: "musefour", calls: [] },
  ],
} satisfies Talk & TaggedTalk;

const CONVERSATION: Conversation = {
  ...{ system: "sysone rules", asked: "askone alpha", reward: 1 },
  turns: TALK.turns.map(({ thought = "", text, calls }, index) => ({
    ...{ thought, said: text, reply: `replyof ${["one", "two", "three", "four"][index]!}` },
    calls: calls.map(({ name, given, result }) => ({
      ...{ name, given: JSON.parse(given) as Record<string, unknown>, answer: result.text, failed: false },
    })),
  })),
};

interface Base {
  readonly name: string;
  readonly format: string;
  readonly row: Json;
  readonly isDoubled: boolean;
  /** What of the row is said. */
  readonly count: (row: Json) => Count;
}

const said = (row: Json) => countOfJson((row as { readonly messages?: unknown } | null)?.messages);

/** Every word of the conversation. Tags have others, as have containers: these are not said. */
const KNOWN = new Set(countOfJson([TALK, CONVERSATION]).words.keys());
const known = ({ calls, words }: Count): Count => ({
  calls,
  words: new Map([...words].filter(([word]) => KNOWN.has(word))),
});

const apis = WRITERS.map((writer): Base => {
  const messages = writer.write(spokenBy(writer, TALK)).map((message) => JSON.parse(message) as Json);
  // What these say twice may be damaged in one place.
  const isDoubled = /^LangChain|^OpenRouter/.test(writer.name);
  return { name: writer.name, format: "messages", row: { messages, reward: 1 }, isDoubled, count: said };
});

const tagged = TAG_WRITERS.map(({ name, turn }): Base => {
  const messages = TALK.turns.flatMap(({ asked, text, thought, calls }) => [
    ...(asked === undefined ? [] : [{ role: "user", content: asked }]),
    { role: "assistant", content: turn(text, thought, calls) },
    ...calls.map(({ result }) => ({ role: "tool", content: result.text })),
  ]);
  return {
    name: `in tags, ${name}`,
    format: "messages",
    row: { messages, reward: 1 },
    isDoubled: false,
    count: (row) => known(said(row)),
  };
});

type Row = Readonly<Record<string, unknown>>;
const rowOf = (value: unknown): Row => (typeof value === "object" && value !== null ? (value as Row) : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What of a container is said, where it has parts of its conversation more than once. */
const SAID: Readonly<Record<string, (row: Row) => unknown>> = {
  "swe-agent": ({ history }) => history,
  openhands: ({ history }) => history,
  // A turn is what the model wrote, whatever a later call of it was given to read.
  inspect({ events, messages }) {
    const outputs = listOf(events).map((event) => rowOf(event).output);
    const ids = outputs.map((output) => rowOf(rowOf(listOf(rowOf(output).choices)[0]).message).id);
    const inputs = listOf(events).flatMap((event) => listOf(rowOf(event).input));
    const isCopy = (message: unknown) => ids.includes(rowOf(message).id ?? NaN);
    return [outputs, [...inputs, ...listOf(messages)].filter((message) => !isCopy(message))];
  },
};
const saidIn = (format: string, row: Json): unknown => SAID[format]?.(rowOf(row)) ?? row;

const containers = Object.entries(CONTAINERS).map(([format, { record }]): Base => {
  const row = JSON.parse(JSON.stringify(record(CONVERSATION))) as Json;
  return {
    name: `container ${format}`,
    format,
    row,
    isDoubled: true,
    count: (row) => known(countOfJson(saidIn(format, row))),
  };
});

export function* hostileChats(): Generator<HostileCase> {
  for (const base of [...apis, ...tagged, ...containers]) {
    yield { name: `${base.name}: good`, place: "", expected: "read", read: () => read(base, base.row) };
    for (let seed = 0; seed < COPIES; seed++) {
      const draw = random("hostile chat", base.name, seed);
      let row = base.row;
      for (let times = 1 + draw.integer(2); times > 0; times--) row = mutated(row, draw);
      yield { name: `${base.name}, seed ${seed}`, place: /./, read: () => read(base, row) };
    }
  }
}

function read(base: Base, row: Json): Reading {
  const { format, isDoubled, count } = base;
  const reader = READERS[format]!({ benchmark });
  const record = parseJson(JSON.stringify(row));
  const episodes: LoggedEpisode[] = rowsOf(reader, record).map((one) => reader.read(one));
  const isTold = episodes.some(({ leftOut = [] }) => leftOut.length > 0);
  const lost = isTold ? undefined : lostOf(count(row), countOfEpisodes(episodes), isDoubled);
  return { lost: lost && `${lost}; the damage: ${differences(base.row, row).slice(0, 5).join(", ")}` };
}

/** Where two values differ: `messages.3.content: "a" is "b"`. */
function differences(good: unknown, bad: unknown, path = ""): string[] {
  const inside = [good, bad].every((value) => typeof value === "object" && value !== null);
  if (!inside) {
    const [was, is] = [good, bad].map((value) => String(JSON.stringify(value)).slice(0, 200));
    return was === is ? [] : [`${path}: ${was} is ${is}`];
  }
  const names = new Set([...Object.keys(good as object), ...Object.keys(bad as object)]);
  const of = (value: unknown, name: string) => (value as Readonly<Record<string, unknown>>)[name];
  return [...names].flatMap((name) =>
    differences(of(good, name), of(bad, name), path === "" ? name : `${path}.${name}`),
  );
}
