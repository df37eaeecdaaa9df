/** What AgentGym's trainer learns: every gpt turn, whatever its `loss` says. */
import { jsonArray } from "./files.ts";
import type { Reader } from "./reader.ts";
import { shareGptMessages } from "./share-gpt.ts";

export const readAgentgym: Reader = async function* (folder) {
  for await (const { place, row } of jsonArray(folder, "train.json")) {
    const turns = shareGptMessages(row.conversations, place).map((message) => {
      // Whoever is not human is gpt to it, a system message too.
      return { ...message, weight: Number(message.role !== "user") };
    });
    yield { kind: "sft", place, turns };
  }
};
