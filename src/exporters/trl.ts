/**
 * Hugging Face TRL's stock command line (trl sft, trl dpo), as texts.
 *
 * Of a row `prompt` + `completion` with `assistant_only_loss` and `completion_only_loss`, TRL learns the assistant messages
 * of the completion: a masked beginning is exact, a masked turn further on cannot be said. Left at its defaults TRL learns
 * the observations of the completion too, cuts rows at 1,024 tokens at their end and drops those that then learn nothing.
 * The model's chat template must have `{% generation %}`, or be one that TRL knows; TRL refuses others.
 * Messages go to the model's chat template as they are: calls with arguments as objects, thoughts as `reasoning_content`; what
 * can be called is a JSON text, which TRL parses. Many templates leave out the thoughts of turns before the last user message.
 * What `datasets` would change on the way is refused (trl-reading.ts).
 * A preference is exact with one answer on each side: DPOTrainer learns every token behind the prompt.
 *
 * Source: TRL 1.16.0, trl/trainer/sft_trainer.py (`tokenize_fn`, "labels"), trl/trainer/dpo_trainer.py
 * (DataCollatorForPreference), its page dataset_formats (Tool Calling), trl/scripts/utils.py (DatasetMixtureConfig); https://huggingface.co/docs/trl/sft_trainer
 */
import type { Message } from "../core/message.ts";
import type { Demonstration, Preference } from "../core/training.ts";
import { templateMessage, toolsText } from "./calls.ts";
import { type Exporter, mapped } from "./exporter.ts";
import { misreadCalls } from "./trl-reading.ts";
import { yamlFile } from "./yaml-file.ts";

export const trl: Exporter = {
  name: "trl",
  tool: "TRL",
  expresses: {
    ...{ preferences: "answers", masks: "suffix", exampleWeights: false, roles: "any", thoughts: true },
    calls: { arguments: "object", ids: true, preferences: true, beside: true, several: true },
  },
  misread: (set) => (set.kind === "dpo" ? misreadCalls(set, sidesOf) : misreadCalls(set, partsOf)),
  command: ({ kind }) => `trl ${kind} --config ${kind}.yaml --model_name_or_path MODEL --output_dir OUT`,
  files(set) {
    const datasets = [{ path: "json", data_files: "train.jsonl" }];
    const lengths = { max_length: null, packing: false };
    if (set.kind === "dpo") {
      return [
        { kind: "jsonl", name: "train.jsonl", rows: () => mapped(set.examples, pair) },
        yamlFile("dpo.yaml", [trl.command(set)], { datasets, beta: set.beta, max_length: null }),
      ];
    }
    const masks = { assistant_only_loss: true, completion_only_loss: true };
    return [
      { kind: "jsonl", name: "train.jsonl", rows: () => mapped(set.examples, row) },
      yamlFile("sft.yaml", [trl.command(set)], { datasets, ...masks, ...lengths }),
    ];
  },
};

const row = (example: Demonstration) => ({ ...written(partsOf(example)), ...toolsText(example.tools) });
const pair = (example: Preference) => ({ ...written(sidesOf(example)), ...toolsText(example.tools) });

function partsOf({ messages }: Demonstration) {
  const first = messages.findIndex(({ weight }) => weight === 1);
  return { prompt: messages.slice(0, first), completion: messages.slice(first) };
}

const sidesOf = ({ prompt, chosen, rejected }: Preference) => ({ prompt, chosen, rejected });

const written = (columns: Readonly<Record<string, readonly Message[]>>) =>
  Object.fromEntries(Object.entries(columns).map(([name, messages]) => [name, messages.map(templateMessage)]));
