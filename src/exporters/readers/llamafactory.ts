/** What LLaMA-Factory v0 learns: every gpt turn, or with `mask_history` the last one of a row. */
import type { Message } from "../../core/message.ts";
import { callIn, parsedText, toolsOf } from "./chat.ts";
import { configOf, hasFile, jsonLines } from "./files.ts";
import { listOf, objectOf, ReadError, type Reader, type ReadTurn, textOf } from "./reader.ts";
import { expectAlternating, shareGptMessages } from "./share-gpt.ts";

/** A row longer than this is cut; gleaner's are not. */
const LONG_ENOUGH = 1 << 20;

export const readLlamafactory: Reader = async function* (folder) {
  const isPreferences = hasFile(folder, "dpo.yaml");
  const config = configOf(folder, isPreferences ? "dpo.yaml" : "sft.yaml");
  const hasTools = expectWhole(folder, config, isPreferences);
  for await (const { place, row } of jsonLines(folder, "train.jsonl")) {
    const messages = calledOrSaid(row.conversations, place);
    if (config.preserve_thinking !== true) expectNoThoughts(messages.slice(0, -1), place);
    expectOneAnswer(messages, place);
    const tools = hasTools ? toolsOf(row, place) : {};
    if (isPreferences) {
      const prompt = messages.map((message) => ({ ...message, weight: 0 }));
      const side = (value: unknown): ReadTurn[] => {
        const turns = [...prompt, ...calledOrSaid([value], place).map((message) => ({ ...message, weight: 1 }))];
        expectAlternating(turns, place);
        return turns;
      };
      yield { kind: "dpo", place, chosen: side(row.chosen), rejected: side(row.rejected), ...tools };
    } else {
      expectAlternating(messages, place);
      if (messages.at(-1)?.role !== "assistant") throw new ReadError(`${place}: it would be skipped: no last answer`);
      const isLearned = (index: number) => config.mask_history !== true || index === messages.length - 1;
      const turns = messages.map((message, index) => {
        return { ...message, weight: Number(message.role === "assistant" && isLearned(index)) };
      });
      yield { kind: "sft", place, turns, ...tools };
    }
  }
};

/** Reasoning templates take them out of earlier turns unless the config says otherwise. */
function expectNoThoughts(messages: readonly Message[], place: string): void {
  if (messages.some(({ role, content }) => role === "assistant" && content.includes("<think>")))
    throw new ReadError(
      `${place}: preserve_thinking: expected true, otherwise thoughts of earlier turns are taken out`,
    );
}

function expectWhole(folder: string, config: Readonly<Record<string, unknown>>, isPreferences: boolean): boolean {
  const info = objectOf(configOf(folder, "dataset_info.json")[String(config.dataset)], "dataset_info.json");
  const columns = objectOf(info.columns, "dataset_info.json");
  const isNamed = info.file_name === "train.jsonl" && info.formatting === "sharegpt";
  const isRanking = (info.ranking === true) === isPreferences;
  if (!isNamed || !isRanking || columns.messages !== "conversations") {
    throw new ReadError("dataset_info.json: expected train.jsonl as sharegpt conversations");
  }
  expectUncut(config);
  return columns.tools === "tools";
}

/** Messages, where turns of the role function_call are a list of calls as JSON. */
function calledOrSaid(value: unknown, place: string): Message[] {
  return listOf(value, place).map((entry) => {
    const { from, value: said } = objectOf(entry, place);
    if (from === "observation") return { role: "tool", content: textOf(said, place) };
    if (from !== "function_call") return shareGptMessages([entry], place)[0]!;
    const calls = parsedText(textOf(said, place), place);
    const list = Array.isArray(calls) ? calls : [calls];
    return { role: "assistant", content: "", toolCalls: list.map((call) => callIn(call, place)) };
  });
}

function expectOneAnswer(messages: readonly Message[], place: string): void {
  const wrong = messages.some(({ role }, index) => role === "tool" && messages[index - 1]?.role !== "assistant");
  if (wrong) throw new ReadError(`${place}: an observation behind no turn of the model, so the row would be skipped`);
}

/** Throws ReadError if the tool would cut long rows, as it does unless told otherwise. */
export function expectUncut({ cutoff_len }: Readonly<Record<string, unknown>>): void {
  if (!(Number(cutoff_len) >= LONG_ENOUGH))
    throw new ReadError(`cutoff_len: expected at least ${LONG_ENOUGH}: rows would be cut`);
}
