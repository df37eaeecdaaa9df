/**
 * LLaMA-Factory v1 (`USE_V1=1`).
 *
 * Every message carries its `loss_weight`, a number; an absent one would be 1 for an assistant. The loss is the weighted
 * mean over a batch, so an example of weight ½ counts half as much as its neighbours. `cutoff_len` (default 2,048) cuts.
 * Newer sources render a row once for each learned message and refuse a template whose prefixes are not stable.
 * Thoughts and calls are parts of a message; calls have no ids, so answers belong to them in order.
 * A preference is exact with one answer on each side: newer sources learn only the last turn of a side.
 *
 * Source: llamafactory 0.9.5, src/llamafactory/v1/utils/types.py (SFTSample, DPOSample), v1/trainers/sft_trainer.py,
 * v1/core/data_engine.py; and src/llamafactory/v1/core/rendering/rendering.py and format.py
 * at 01671eccec025e32415689f902fe299a0cef6184 and ff6d4d12eeb035d6ce06805a5733dd7b29f2ac30
 */
import type { Message } from "../core/message.ts";
import type { Demonstration, Preference } from "../core/training.ts";
import { plainCall, toolsText } from "./calls.ts";
import { type Exporter, mapped } from "./exporter.ts";
import { yamlFile } from "./yaml-file.ts";

const CUTOFF = 1_048_576;

export const llamafactoryV1: Exporter = {
  name: "llamafactory-v1",
  tool: "LLaMA-Factory v1",
  rendering: "tool",
  expresses: {
    ...{ preferences: "answers", masks: "each", exampleWeights: true, roles: "any", thoughts: true },
    calls: { arguments: "object", ids: false, preferences: true, beside: true, several: true },
  },
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

const row = ({ messages, tools, weight: counts = 1 }: Demonstration) => ({
  messages: messages.map((message) => weighted(message, message.weight * counts)),
  ...toolsText(tools),
});

function pair({ prompt, tools, chosen, rejected }: Preference) {
  const context = prompt.map((message) => weighted(message, 0));
  const side = (messages: Preference["chosen"]) => [...context, ...messages.map((m) => weighted(m, m.weight))];
  return { chosen_messages: side(chosen), rejected_messages: side(rejected), ...toolsText(tools) };
}

const weighted = (message: Message, weight: number) => ({
  role: message.role,
  content: partsOf(message),
  loss_weight: decimal(weight),
});

/** Calls are texts within texts: `{ name, arguments }` as JSON. */
function partsOf({ content, reasoning, toolCalls = [] }: Message) {
  const thought = reasoning === undefined ? [] : [{ type: "reasoning", value: reasoning }];
  const said = content === "" && toolCalls.length > 0 ? [] : [{ type: "text", value: content }];
  const called = toolCalls.map((call) => ({ type: "tool_call", value: JSON.stringify(plainCall(call)) }));
  return [...thought, ...said, ...called];
}

/** A number written with its decimal point: `datasets` takes the type of a column from a file's first rows. */
function decimal(value: number): unknown {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  return rawJSON(Number.isInteger(value) ? value.toFixed(1) : String(value));
}
