/** What OpenAI learns: every assistant message whose weight is not 0; a preference's two answers. */
import { chatTurns, context, everything, toolsOf, type WeightRule } from "./chat.ts";
import { jsonLines } from "./files.ts";
import { objectOf, ReadError, type ReadExample, type Reader } from "./reader.ts";

export const readOpenai: Reader = async function* (folder) {
  for await (const { place, row } of jsonLines(folder, "train.jsonl")) {
    if ("input" in row) yield answers(row, place);
    else yield { kind: "sft", place, turns: chatTurns(row.messages, place, rule), ...toolsOf(row, place) };
  }
};

const rule: WeightRule = ({ role, weight }, place) => {
  if (weight !== undefined && weight !== 0 && weight !== 1) throw new ReadError(`${place}: expected weight 0 or 1`);
  if (role === "assistant") return weight ?? 1;
  if (weight !== undefined) throw new ReadError(`${place}: only assistant messages may have a weight`);
  return 0;
};

/** A row of `input`, `preferred_output` and `non_preferred_output`. Throws ReadError. */
export function answers(row: Readonly<Record<string, unknown>>, place: string): ReadExample {
  const input = objectOf(row.input, place);
  const prompt = chatTurns(input.messages, place, context);
  const side = (value: unknown) => {
    const answer = chatTurns(value, place, everything);
    if (answer.length !== 1 || answer[0]!.role !== "assistant") throw new ReadError(`${place}: expected one answer`);
    return [...prompt, ...answer];
  };
  const [chosen, rejected] = [side(row.preferred_output), side(row.non_preferred_output)];
  return { kind: "dpo", place, chosen, rejected, ...toolsOf(input, place) };
}
