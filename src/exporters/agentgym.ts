/**
 * AgentGym's trajectory files (AgentTraj).
 *
 * One JSON array. Its trainer reads `from` and `value` only and learns every gpt turn, whatever `loss` says; so only
 * examples that learn all of theirs are exact. There is no system role: AgentGym's own files put the instruction into a
 * first human turn with a canned "OK." behind it, which would be learned.
 *
 * Source: WooooDyy/AgentGym, agentenv/agentenv/trainer/bc_trainer.py (`tokenize_fn`) at
 * 00b9c3a00271a48c67a5c6645b9ccf20e011a4f7; https://huggingface.co/datasets/AgentGym/AgentTraj-L
 */
import type { Demonstration } from "../core/training.ts";
import { type Exporter, isLearned, mapped } from "./exporter.ts";
import { shareGptMessage } from "./messages.ts";

export const agentgym: Exporter = {
  name: "agentgym",
  tool: "AgentGym",
  rendering: "tool",
  expresses: { preferences: "none", masks: "none", exampleWeights: false, roles: "human-gpt" },
  command: () => "train_file of AgentGym's BC trainer: train.json",
  files(set) {
    if (set.kind === "dpo") return [];
    return [{ kind: "json", name: "train.json", rows: () => mapped(set.examples, row) }];
  },
};

const row = ({ messages, source }: Demonstration, index: number) => ({
  conversations: messages.map((message) => {
    const { from, value } = shareGptMessage(message);
    return { from, loss: from === "gpt" ? isLearned(message) : null, value };
  }),
  // The trainer reads a number behind the last underscore.
  item_id: `${source}_${index}`,
});
