/** What ms-swift learns: assistant messages whose `loss` is not false; and the end of a row's last turn in any case. */
import { callIn, chatTurns, parsedText, toolsOf, type WeightRule } from "./chat.ts";
import { configOf, hasFile, jsonLines } from "./files.ts";
import { listOf, objectOf, ReadError, type Reader, type ReadTurn, textOf } from "./reader.ts";
import { expectAlternating } from "./share-gpt.ts";

export const readSwift: Reader = async function* (folder) {
  const name = hasFile(folder, "dpo.yaml") ? "dpo.yaml" : "sft.yaml";
  const config = configOf(folder, name);
  if (String(config.dataset) !== "train.jsonl") throw new ReadError(`${name}: dataset: expected train.jsonl`);
  if ((config.loss_scale ?? "default") !== "default") throw new ReadError(`${name}: loss_scale: expected default`);
  if (config.strict !== true) throw new ReadError(`${name}: strict: expected true, otherwise rows are dropped`);
  for await (const { place, row } of jsonLines(folder, "train.jsonl")) {
    const turns = turnsOf(row.messages, place);
    if ("rejected_messages" in row) {
      yield {
        kind: "dpo",
        place,
        chosen: turns,
        rejected: turnsOf(row.rejected_messages, place),
        ...toolsOf(row, place),
      };
    } else yield { kind: "sft", place, turns, ...toolsOf(row, place) };
  }
};

function turnsOf(value: unknown, place: string): ReadTurn[] {
  const turns = gathered(value, place);
  expectAlternating(turns, place);
  if (turns.at(-1)?.weight === 0) throw new ReadError(`${place}: the end of its last turn would be learned`);
  return turns;
}

/** Calls are put together with what was said right before them; all of it must be learned, or none. */
function gathered(value: unknown, place: string): ReadTurn[] {
  const turns: ReadTurn[] = [];
  for (const entry of listOf(value, place)) {
    const { role, content, ...marks } = objectOf(entry, place);
    if (role === "tool_response") turns.push({ role: "tool", content: textOf(content, place), weight: 0 });
    else if (role !== "tool_call") turns.push(...chatTurns([entry], place, rule));
    else {
      const call = callIn(parsedText(textOf(content, place), place), place);
      const weight = rule({ ...marks, role: "assistant" }, place);
      const before = turns.at(-1);
      const isSame = before?.role === "assistant";
      if (isSame && before.weight !== weight) throw new ReadError(`${place}: a turn of which a part is learned`);
      if (isSame) turns.splice(-1, 1, { ...before, toolCalls: [...(before.toolCalls ?? []), call] });
      else turns.push({ role: "assistant", content: "", toolCalls: [call], weight });
    }
  }
  return turns;
}

const rule: WeightRule = ({ role, loss, loss_scale }, place) => {
  if (loss_scale !== undefined) throw new ReadError(`${place}: loss_scale: the turn's end would count 1 all the same`);
  if (loss !== undefined && typeof loss !== "boolean") throw new ReadError(`${place}: loss: expected true or false`);
  return Number(role === "assistant" && loss !== false);
};
