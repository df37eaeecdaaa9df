/**
 * LLaMA-Factory (v0, its default), ShareGPT rows.
 *
 * One switch for the whole file: `mask_history: false` learns every gpt turn, `true` the last one of each row. Rows that do
 * not alternate are skipped with a warning, and `cutoff_len` (default 2,048) cuts silently. The `openai` formatting is not
 * used, since its converter adds "detailed thinking off" to the system message.
 * A preference has one answer on each side.
 *
 * Source: llamafactory 0.9.5, src/llamafactory/data/converter.py (SharegptDatasetConverter, OpenAIDatasetConverter),
 * data/processor/supervised.py (`_encode_data_example`), data/processor/pairwise.py, data/README.md
 */
import type { Demonstration, Preference, TrainingSet } from "../core/training.ts";
import { type Exporter, type ExportFile, mapped } from "./exporter.ts";
import { shareGptMessage } from "./messages.ts";
import { yamlFile } from "./yaml-file.ts";

const HINTS = ["Add your hyperparameters."];
/** Longer than any row: a row that does not fit the model should fail, not be cut. */
const CUTOFF = 1_048_576;

export const llamafactory: Exporter = {
  name: "llamafactory",
  tool: "LLaMA-Factory",
  expresses: { preferences: "answers", masks: "last", exampleWeights: false, roles: "alternating" },
  command: ({ kind }) =>
    `llamafactory-cli train ${kind}.yaml model_name_or_path=MODEL template=TEMPLATE output_dir=OUT`,
  files(set) {
    const data = { dataset_dir: ".", dataset: "gleaner", cutoff_len: CUTOFF };
    const comment = [llamafactory.command(set), ...HINTS];
    if (set.kind === "dpo") {
      const config = { stage: "dpo", do_train: true, pref_beta: set.beta, ...data };
      return [
        { kind: "jsonl", name: "train.jsonl", rows: () => mapped(set.examples, pair) },
        datasetInfo({ ranking: true, columns: { messages: "conversations", chosen: "chosen", rejected: "rejected" } }),
        yamlFile("dpo.yaml", comment, config),
      ];
    }
    const config = { stage: "sft", do_train: true, mask_history: learnsLastOnly(set), ...data };
    return [
      { kind: "jsonl", name: "train.jsonl", rows: () => mapped(set.examples, row) },
      datasetInfo({ columns: { messages: "conversations" } }),
      yamlFile("sft.yaml", comment, config),
    ];
  },
};

const row = ({ messages }: Demonstration) => ({ conversations: messages.map(shareGptMessage) });

const pair = ({ prompt, chosen, rejected }: Preference) => ({
  conversations: prompt.map(shareGptMessage),
  chosen: shareGptMessage(chosen[0]!),
  rejected: shareGptMessage(rejected[0]!),
});

function learnsLastOnly(set: Extract<TrainingSet, { kind: "sft" }>): boolean {
  return set.examples.some(({ messages }) => messages.some(({ role, weight }) => role === "assistant" && weight === 0));
}

function datasetInfo(entry: object): ExportFile {
  const info = { gleaner: { file_name: "train.jsonl", formatting: "sharegpt", ...entry } };
  return { kind: "text", name: "dataset_info.json", text: `${JSON.stringify(info, null, 2)}\n` };
}
