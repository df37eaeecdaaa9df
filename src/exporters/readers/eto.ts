/** What ETO's trainer learns: every gpt turn; of a preference those behind the prompt. */
import { jsonArray } from "./files.ts";
import type { Reader } from "./reader.ts";
import { expectAlternating, shareGptMessages } from "./share-gpt.ts";

export const readEto: Reader = async function* (folder) {
  for await (const { place, row } of jsonArray(folder, "train.json")) {
    const learned = (value: unknown) =>
      shareGptMessages(value, place).map((message) => ({ ...message, weight: Number(message.role === "assistant") }));
    if (!("prompt" in row)) {
      const turns = learned(row.conversations);
      expectAlternating(turns, place);
      yield { kind: "sft", place, turns };
      continue;
    }
    const prompt = shareGptMessages(row.prompt, place).map((message) => ({ ...message, weight: 0 }));
    const [chosen, rejected] = [row.chosen, row.rejected].map((side) => [...prompt, ...learned(side)]);
    expectAlternating(chosen!, place);
    expectAlternating(rejected!, place);
    yield { kind: "dpo", place, chosen: chosen!, rejected: rejected! };
  }
};
