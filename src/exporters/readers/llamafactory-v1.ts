/** What LLaMA-Factory v1 learns: every message by its `loss_weight`; absent, assistants 1 and others 0. */
import { callIn, parsedText, toolsOf } from "./chat.ts";
import { configOf, hasFile, jsonLines } from "./files.ts";
import { expectUncut } from "./llamafactory.ts";
import { listOf, objectOf, ReadError, type Reader, type ReadTurn, roleOf, textOf } from "./reader.ts";

export const readLlamafactoryV1: Reader = async function* (folder) {
  const dataset = objectOf(configOf(folder, "dataset.yaml").gleaner, "dataset.yaml");
  if (dataset.path !== "train.jsonl" || dataset.source !== "local" || "converter" in dataset) {
    throw new ReadError("dataset.yaml: expected the local file train.jsonl without a converter");
  }
  expectUncut(configOf(folder, hasFile(folder, "dpo.yaml") ? "dpo.yaml" : "sft.yaml"));
  for await (const { place, row } of jsonLines(folder, "train.jsonl")) {
    if ("messages" in row) {
      yield { kind: "sft", place, turns: turnsOf(row.messages, place), ...toolsOf(row, place) };
      continue;
    }
    const [chosen, rejected] = [turnsOf(row.chosen_messages, place), turnsOf(row.rejected_messages, place)];
    yield { kind: "dpo", place, chosen, rejected, ...toolsOf(row, place) };
  }
};

function turnsOf(value: unknown, place: string): ReadTurn[] {
  return listOf(value, place).map((entry) => {
    const { role, content, loss_weight } = objectOf(entry, place);
    const weight = loss_weight ?? Number(role === "assistant");
    if (typeof weight !== "number") throw new ReadError(`${place}: loss_weight: expected a number`);
    const parts = { text: [] as string[], reasoning: [] as string[], tool_call: [] as string[] };
    for (const part of listOf(content, place)) {
      const { type, value: text } = objectOf(part, place);
      if (type !== "text" && type !== "reasoning" && type !== "tool_call")
        throw new ReadError(`${place}: expected a text, a thought or a call, found ${JSON.stringify(type)}`);
      parts[type].push(textOf(text, place));
    }
    const calls = parts.tool_call.map((text) => callIn(parsedText(text, place), place));
    return {
      ...{ role: roleOf(role, place), content: parts.text.join(""), weight },
      ...(parts.reasoning.length > 0 && { reasoning: parts.reasoning.join("") }),
      ...(calls.length > 0 && { toolCalls: calls }),
    };
  });
}
