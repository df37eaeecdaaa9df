/**
 * Hugging Face TRL's stock command line (trl sft, trl dpo), as texts.
 *
 * Of a row `prompt` + `completion` with `completion_only_loss`, TRL learns the completion. Where each completion is one message of
 * the assistant (`--split-turns`), that is all: the model's own chat template renders the row, and the learned part begins behind
 * what a server is sent. A completion of several turns needs `assistant_only_loss`, or the observations in it would be learned.
 * With that flag TRL replaces a template without `{% generation %}` by one of its own, which keeps earlier thoughts, or stops.
 * A masked beginning is exact; a masked turn further on cannot be said without splitting.
 * Left at its defaults TRL cuts rows at 1,024 tokens at their end and drops those that then learn nothing. It also learns what the
 * template writes behind the end of the last turn, mostly a line break.
 * Messages go to the chat template as they are: calls with arguments as objects, thoughts as `reasoning_content`; what can be
 * called is a JSON text, which TRL parses. What `datasets` would change on the way is refused, or kept from it (trl-reading.ts).
 * A preference is exact with one answer on each side: DPOTrainer learns every token behind the prompt.
 *
 * Source: TRL 1.16.0, trl/trainer/sft_trainer.py (`tokenize_fn`, "labels", `get_training_chat_template`),
 * trl/trainer/dpo_trainer.py (DataCollatorForPreference), its page dataset_formats (Tool Calling), trl/scripts/utils.py
 * (DatasetMixtureConfig); https://huggingface.co/docs/trl/sft_trainer
 */
import type { Message } from "../core/message.ts";
import type { Demonstration, Preference, TrainingSet } from "../core/training.ts";
import { templateMessage, toolsText } from "./calls.ts";
import type { Exporter, Row } from "./exporter.ts";
import { guessedColumns, misreadCall } from "./trl-reading.ts";
import { yamlFile } from "./yaml-file.ts";

export const trl: Exporter = {
  name: "trl",
  tool: "TRL",
  rendering: "template",
  expresses: {
    ...{ preferences: "answers", masks: "suffix", exampleWeights: false, roles: "any", thoughts: true },
    calls: { arguments: "object", ids: true, preferences: true, beside: true, several: true },
  },
  misread: (example) => misreadCall(columnsOf(example)),
  misreadSet(set) {
    const alone = guessedColumns(set, columnsOf).find(({ messages }) => messages === 1);
    if (!alone) return undefined;
    return `the only message of the column "${alone.name}" is a call, whose arguments TRL's reader of JSON may change; add an example`;
  },
  otherText(row, tokenizer) {
    if (!tokenizer || !("messages" in row) || firstLearned(row.messages) === row.messages.length - 1) return undefined;
    return `it learns several turns in one row, whose text TRL makes by a chat template of its own; ${IN_TURNS}`;
  },
  command: ({ kind }) => `trl ${kind} --config ${kind}.yaml --model_name_or_path MODEL --output_dir OUT`,
  files(set) {
    const datasets = [{ path: "json", data_files: "train.jsonl" }];
    const lengths = { max_length: null, packing: false };
    const rows = { kind: "jsonl", name: "train.jsonl", rows: () => rowsOf(set) } as const;
    if (set.kind === "dpo") {
      return [rows, yamlFile("dpo.yaml", [trl.command(set)], { datasets, beta: set.beta, max_length: null })];
    }
    const isInTurns = set.examples.every(({ messages }) => firstLearned(messages) === messages.length - 1);
    const masks = { ...(!isInTurns && { assistant_only_loss: true }), completion_only_loss: true };
    const comment = [trl.command(set), ...(isInTurns ? [] : OTHER_HISTORY)];
    return [rows, yamlFile("sft.yaml", comment, { datasets, ...masks, ...lengths })];
  },
};

const IN_TURNS = "--split-turns writes a row for each learned message, which TRL renders by the model's own";

/** What `test/real/histories.test.ts` sees of the templates that TRL puts in place of the model's. */
const OTHER_HISTORY = [
  "assistant_only_loss makes TRL replace the model's chat template, if it has no {% generation %}, by one of its own or stop:",
  "for Qwen3, 3.5, 3.6 and GLM-4.5 earlier thoughts stay and answers without a thought learn an empty one; for Llama 3.1 and Gemma 4 it stops.",
  "gleaner export --split-turns writes rows that need neither; --to trl-tokenized writes token ids.",
];

const firstLearned = (messages: Demonstration["messages"]) => messages.findIndex(({ weight }) => weight === 1);

type Columns = Readonly<Record<string, readonly Message[]>>;

function columnsOf(example: Demonstration | Preference): Columns {
  if (!("messages" in example)) {
    const { prompt, chosen, rejected } = example;
    return { prompt, chosen, rejected };
  }
  const first = firstLearned(example.messages);
  return { prompt: example.messages.slice(0, first), completion: example.messages.slice(first) };
}

function* rowsOf(set: TrainingSet): Iterable<Row> {
  const guessed = new Set(guessedColumns(set, columnsOf).map(({ name }) => name));
  for (const [index, example] of set.examples.entries()) {
    const columns = Object.entries(columnsOf(example)).map(([name, messages]) => {
      const written = messages.map((message, at) =>
        index === 0 && at === 0 && guessed.has(name) ? told(message) : templateMessage(message),
      );
      return [name, written];
    });
    yield { ...Object.fromEntries(columns), ...toolsText(example.tools) };
  }
}

/** With a member more than the others of its column, which keeps `datasets` from guessing types. transformers drops a null. */
const told = (message: Message) => ({ reasoning_content: null, ...templateMessage(message) });
