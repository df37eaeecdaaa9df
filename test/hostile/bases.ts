/**
 * The conversations that are damaged (chats.ts): one in every API's spelling, in tags, and in every container, kept without a
 * world. All that is said in them is Cyrillic, no word stands twice, and numbers are nines (counting.ts).
 */
import type { Benchmark } from "../../src/core/environment.ts";
import type { Json } from "../../src/core/json.ts";
import { withoutWorld } from "../../src/worlds/none/index.ts";
import type { Talk } from "../chat-model.ts";
import { spokenBy, WRITERS } from "../chat-writers.ts";
import { CONTAINERS } from "../containers.ts";
import type { Conversation } from "../conversations.ts";
import { TAG_WRITERS, type TaggedTalk } from "../tag-writers.ts";
import { calledIn, type Row } from "./counting.ts";
import { listOf, rowOf, SAID, type SaidBy } from "./said.ts";

export interface Base extends SaidBy {
  readonly name: string;
  readonly format: string;
  readonly benchmark: Benchmark;
  readonly row: Json;
  /** How many calls or actions it has; absent: those that are objects of their own. */
  readonly calls?: (row: Row) => number;
}

const call = (name: string, given: object, result: string) => ({
  ...{ name, given: JSON.stringify(given), result: { text: result, isError: false } },
  pairs: Object.entries(given).map(([key, value]) =>
    typeof value === "string" ? { key, text: value } : { key, json: JSON.stringify(value) },
  ),
});
export const TALK = {
  system: "правила дома",
  isCut: false,
  turns: [
    {
      ...{ asked: "найди ключ", text: "ищу сейчас", thought: "думаю о шкафе" },
      calls: [
        call("find9", { query: "старый шкаф", count: 99 }, "пусто внутри"),
        call("look9", { place: "под ковром" }, "пыль"),
      ],
    },
    {
      asked: undefined,
      text: "беру вещь",
      thought: "вот он",
      calls: [call("pack9", { item: "ржавый гвоздь" }, "взято")],
    },
    { asked: undefined, text: "готово", thought: undefined, calls: [] },
    { asked: "что дальше", text: "жду тебя", thought: "хм", calls: [] },
  ],
} satisfies Talk & TaggedTalk;

export const CONVERSATION: Conversation = {
  ...{ system: TALK.system, asked: "найди ключ", reward: 1 },
  turns: TALK.turns.map(({ thought = "", text, calls }, index) => ({
    ...{ thought, said: text, reply: ["", "", "еще раз", "конец"][index]! },
    calls: calls.map(({ name, given, result }) => ({
      ...{ name, given: JSON.parse(given) as Record<string, unknown>, answer: result.text, failed: false },
    })),
  })),
};

const benchmark = withoutWorld();
const { said } = SAID.messages!;

const apis = WRITERS.map((writer): Base => {
  const messages = writer.write(spokenBy(writer, TALK)).map((message) => JSON.parse(message) as Json);
  const isCopied = /^LangChain|^OpenRouter/.test(writer.name);
  return { name: writer.name, format: "messages", benchmark, row: { messages, reward: 1 }, isCopied, said };
});

const tagged = TAG_WRITERS.map(({ name, turn }): Base => {
  const messages = TALK.turns.flatMap(({ asked, text, thought, calls }) => [
    ...(asked === undefined ? [] : [{ role: "user", content: asked }]),
    { role: "assistant", content: turn(text, thought, calls) },
    ...calls.map(({ result }) => ({ role: "tool", content: result.text })),
  ]);
  return {
    ...{ name: `in tags, ${name}`, format: "messages", benchmark, row: { messages, reward: 1 }, said },
    calls: (row) =>
      calledIn(
        listOf(row.messages)
          .filter((message) => rowOf(message).role === "assistant")
          .map((message) => rowOf(message).content),
      ),
  };
});

const containers = Object.entries(CONTAINERS).map(([format, { record }]): Base => {
  const row = JSON.parse(JSON.stringify(record(CONVERSATION))) as Json;
  return { name: `container ${format}`, format, benchmark, row, ...SAID[format]! };
});

/** Without a world. */
export const CHATS: readonly Base[] = [...apis, ...tagged, ...containers];
