/** What ms-swift learns: assistant messages whose `loss` is not false; and the end of a row's last turn in any case. */
import { chatTurns, type WeightRule } from "./chat.ts";
import { configOf, hasFile, jsonLines } from "./files.ts";
import { ReadError, type Reader, type ReadTurn } from "./reader.ts";
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
      yield { kind: "dpo", place, chosen: turns, rejected: turnsOf(row.rejected_messages, place) };
    } else yield { kind: "sft", place, turns };
  }
};

function turnsOf(value: unknown, place: string): ReadTurn[] {
  const turns = chatTurns(value, place, rule);
  expectAlternating(turns, place);
  if (turns.at(-1)?.weight === 0) throw new ReadError(`${place}: the end of its last turn would be learned`);
  return turns;
}

const rule: WeightRule = ({ role, loss, loss_scale }, place) => {
  if (loss_scale !== undefined) throw new ReadError(`${place}: loss_scale: the turn's end would count 1 all the same`);
  if (loss !== undefined && typeof loss !== "boolean") throw new ReadError(`${place}: loss: expected true or false`);
  return Number(role === "assistant" && loss !== false);
};
