/**
 * LLaMA-Factory v1 (`USE_V1=1`).
 *
 * Every message carries its `loss_weight`, a number; an absent one would be 1 for an assistant. The loss is the weighted
 * mean over a batch, so an example of weight ½ counts half as much as its neighbours. `cutoff_len` (default 2,048) cuts.
 * Newer sources render a row once for each learned message and refuse a template whose prefixes are not stable.
 * A preference is exact with one answer on each side: newer sources learn only the last turn of a side.
 *
 * Source: llamafactory 0.9.5, src/llamafactory/v1/utils/types.py (SFTSample, DPOSample), v1/trainers/sft_trainer.py,
 * v1/core/data_engine.py; and src/llamafactory/v1/core/rendering/rendering.py at 01671eccec025e32415689f902fe299a0cef6184
 */
import type { Message } from "../core/message.ts";
import type { Demonstration, Preference } from "../core/training.ts";
import { type Exporter, mapped } from "./exporter.ts";
import { yamlFile } from "./yaml-file.ts";

const CUTOFF = 1_048_576;

export const llamafactoryV1: Exporter = {
  name: "llamafactory-v1",
  tool: "LLaMA-Factory v1",
  expresses: { preferences: "answers", masks: "each", exampleWeights: true, roles: "any" },
  command: ({ kind }) => `USE_V1=1 llamafactory-cli ${kind} ${kind}.yaml model=MODEL output_dir=OUT`,
  files(set) {
    const rows = set.kind === "dpo" ? () => mapped(set.examples, pair) : () => mapped(set.examples, row);
    const config = { train_dataset: "dataset.yaml", cutoff_len: CUTOFF };
    return [
      { kind: "jsonl", name: "train.jsonl", rows },
      yamlFile("dataset.yaml", [], { gleaner: { path: "train.jsonl", source: "local" } }),
      yamlFile(`${set.kind}.yaml`, [llamafactoryV1.command(set), "Add your hyperparameters."], config),
    ];
  },
};

const row = ({ messages, weight: counts = 1 }: Demonstration) => ({
  messages: messages.map((message) => weighted(message, message.weight * counts)),
});

function pair({ prompt, chosen, rejected }: Preference) {
  const context = prompt.map((message) => weighted(message, 0));
  const side = (messages: Preference["chosen"]) => [...context, ...messages.map((m) => weighted(m, m.weight))];
  return { chosen_messages: side(chosen), rejected_messages: side(rejected) };
}

const weighted = ({ role, content }: Message, weight: number) => ({
  role,
  content: [{ type: "text", value: content }],
  loss_weight: decimal(weight),
});

/** A number written with its decimal point: `datasets` takes the type of a column from a file's first rows. */
function decimal(value: number): unknown {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  return rawJSON(Number.isInteger(value) ? value.toFixed(1) : String(value));
}
