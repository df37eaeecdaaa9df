/**
 * SkyRL's supervised trainer, pretokenized rows: `input_ids` and a `loss_mask` of 0 and 1 over the whole row.
 *
 * Its own tokenisation learns the last message or all, so masks need token ids. There are no preferences.
 *
 * Source: NovaSky-AI/SkyRL, skyrl/train/config/sft_config.py (`pretokenized_dataset_paths`; newer than 0.3.0 on PyPI),
 * skyrl/train/dataset/pretokenized.py, examples/train/sft
 */
import type { Calls, Exporter } from "./exporter.ts";
import { tokenRows } from "./tokens.ts";

/** The chat template writes them. */
const CALLS: Calls = { arguments: "text", ids: true, preferences: false, beside: true, several: true };

export const skyrl: Exporter = {
  name: "skyrl",
  tool: "SkyRL",
  rendering: "ids",
  expresses: { preferences: "none", masks: "each", exampleWeights: false, roles: "any", thoughts: true, calls: CALLS },
  tokenizer: "needed",
  parquet: "option",
  command: () =>
    `python -m skyrl.train.main_sft model.path=MODEL pretokenized_dataset_paths="['train.jsonl or train.parquet']" max_length=LONGEST`,
  files(set, options) {
    if (set.kind === "dpo") return [];
    const rows = () =>
      tokenRows(set, options, ({ inputIds, labels }) => ({
        input_ids: inputIds,
        loss_mask: labels.map((label) => (label < 0 ? 0 : 1)),
      }));
    if (!options.parquet) return [{ kind: "jsonl", name: "train.jsonl", rows }];
    return [{ kind: "parquet", name: "train.parquet", columns: { input_ids: "numbers", loss_mask: "numbers" }, rows }];
  },
};
