/** What Together learns: by weight as soon as one message has one (absent: 1, whoever's message it is), else assistants. */
import { assistantOnly, chatTurns, toolsOf, type WeightRule } from "./chat.ts";
import { jsonLines } from "./files.ts";
import { answers } from "./openai.ts";
import { listOf, ReadError, type Reader } from "./reader.ts";
import { expectAlternating } from "./share-gpt.ts";

export const readTogether: Reader = async function* (folder) {
  for await (const { place, row } of jsonLines(folder, "train.jsonl")) {
    if ("input" in row) {
      yield answers(row, place);
      continue;
    }
    const isWeighted = listOf(row.messages, place).some((message) => "weight" in Object(message));
    const turns = chatTurns(row.messages, place, isWeighted ? byWeight : assistantOnly);
    expectAlternating(turns, place);
    yield { kind: "sft", place, turns, ...toolsOf(row, place) };
  }
};

const byWeight: WeightRule = ({ weight = 1 }, place) => {
  if (weight === 0 || weight === 1) return weight;
  throw new ReadError(`${place}: expected weight 0 or 1, found ${JSON.stringify(weight)}`);
};
