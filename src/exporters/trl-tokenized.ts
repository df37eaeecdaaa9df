/**
 * Hugging Face TRL's stock command line with token ids: `input_ids` + `labels`, −100 where nothing is learned.
 *
 * TRL takes a `labels` column as it is, so every mask is exact and the chat template needs no marks. Its DPOTrainer takes no
 * token ids, so there are no preferences (`gleaner run` trains those with a collator of its own).
 *
 * Source: TRL 1.16.0, trl/trainer/sft_trainer.py (`_prepare_dataset`: "A dataset that already provides a labels column is
 * left as is"); https://huggingface.co/docs/trl/sft_trainer
 */
import type { Calls, Exporter } from "./exporter.ts";
import { tokenRows } from "./tokens.ts";
import { yamlFile } from "./yaml-file.ts";

/** The chat template writes them. */
const CALLS: Calls = { arguments: "text", ids: true, preferences: false, beside: true, several: true };

export const trlTokenized: Exporter = {
  name: "trl-tokenized",
  tool: "TRL",
  rendering: "ids",
  expresses: { preferences: "none", masks: "each", exampleWeights: false, roles: "any", thoughts: true, calls: CALLS },
  tokenizer: "needed",
  command: () => "trl sft --config sft.yaml --model_name_or_path MODEL --output_dir OUT",
  files(set, options) {
    if (set.kind === "dpo") return [];
    const rows = () => tokenRows(set, options, ({ inputIds, labels }) => ({ input_ids: inputIds, labels }));
    const datasets = [{ path: "json", data_files: "train.jsonl" }];
    return [
      { kind: "jsonl", name: "train.jsonl", rows },
      yamlFile("sft.yaml", [trlTokenized.command(set)], { datasets, max_length: null, packing: false }),
    ];
  },
};
