/** What slime learns: assistant messages whose `step_loss_mask` is 1 or absent. */
import { chatTurns, toolsOf } from "./chat.ts";
import { jsonLines } from "./files.ts";
import type { Reader } from "./reader.ts";

export const readSlime: Reader = async function* (folder) {
  for await (const { place, row } of jsonLines(folder, "train.jsonl")) {
    const turns = chatTurns(row.messages, place, ({ role, step_loss_mask = 1 }) =>
      Number(role === "assistant" && step_loss_mask === 1),
    );
    yield { kind: "sft", place, turns, ...toolsOf(row, place) };
  }
};
