/** What tinker-cookbook learns: with `customized`, the messages that are `trainable`; of a comparison the last message of each side. */
import { chatTurns, context, type WeightRule } from "./chat.ts";
import { jsonLines } from "./files.ts";
import { objectOf, ReadError, type Reader, type ReadTurn } from "./reader.ts";

export const readTinker: Reader = async function* (folder) {
  for await (const { place, row } of jsonLines(folder, "train.jsonl")) {
    if (!("comparison" in row)) {
      yield { kind: "sft", place, turns: chatTurns(row.messages, place, trainable) };
      continue;
    }
    const comparison = objectOf(row.comparison, place);
    const prompt = chatTurns(comparison.prompt_conversation, place, context);
    const side = (value: unknown) => lastLearned([...prompt, ...chatTurns(value, place, context)]);
    const [a, b] = [side(comparison.completion_A), side(comparison.completion_B)];
    if (row.label !== "A" && row.label !== "B") throw new ReadError(`${place}: label: expected A or B`);
    yield row.label === "A"
      ? { kind: "dpo", place, chosen: a, rejected: b }
      : { kind: "dpo", place, chosen: b, rejected: a };
  }
};

const lastLearned = (turns: readonly ReadTurn[]) =>
  turns.map((turn, index) => ({ ...turn, weight: Number(index === turns.length - 1) }));

const trainable: WeightRule = ({ trainable: mark }, place) => {
  if (typeof mark !== "boolean") throw new ReadError(`${place}: every message must say whether it is trainable`);
  return Number(mark);
};
