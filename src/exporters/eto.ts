/**
 * ETO's own trainer (a fork of FastChat): its files for behaviour cloning and for preferences.
 *
 * One JSON array. Preferences are trajectories: the environment's turns on both sides are masked, every gpt turn behind the
 * prompt is learned. In cloning every gpt turn is learned, so only examples that learn all of theirs are exact. Turns are
 * found by splitting the rendered text at the template's marks: a message that contains one breaks the row, silently. There
 * is no system role: ETO's own files have a first human turn with a canned "OK" behind it.
 *
 * Source: Yifan-Song793/ETO, construct_preference.py at 1a4c84c662a6042f5b6ff29094ea6ff933d8548d; the trainer as published
 * with WeiminXiong/IPR, fastchat/train/train_dpo.py (`mask_labels`) at 14911dd1d58a2f9adc5e906f3e1b0d6f4d28ed43
 */
import type { Demonstration, Preference } from "../core/training.ts";
import { type Exporter, mapped } from "./exporter.ts";
import { shareGptMessage } from "./messages.ts";

export const eto: Exporter = {
  name: "eto",
  tool: "ETO",
  rendering: "tool",
  expresses: {
    preferences: "trajectories",
    masks: "none",
    exampleWeights: false,
    roles: "human-gpt",
    reserved: ["<s>", "</s>", "[INST]", "[/INST]", "ASSISTANT:"],
  },
  command: ({ kind }) => `data_path of ETO's fastchat/train/${kind === "sft" ? "train" : "train_dpo"}.py: train.json`,
  files(set) {
    const rows = set.kind === "dpo" ? () => mapped(set.examples, pair) : () => mapped(set.examples, row);
    return [{ kind: "json", name: "train.json", rows }];
  },
};

const row = ({ messages, source }: Demonstration, index: number) => ({
  id: `${source}_${index}`,
  conversations: messages.map(shareGptMessage),
});

const pair = ({ prompt, chosen, rejected, sources }: Preference, index: number) => ({
  id: `${sources[0]}_${index}`,
  prompt: prompt.map(shareGptMessage),
  chosen: chosen.map(shareGptMessage),
  rejected: rejected.map(shareGptMessage),
});
