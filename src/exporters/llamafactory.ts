/**
 * LLaMA-Factory (v0, its default), ShareGPT rows.
 *
 * One switch for the whole file: `mask_history: false` learns every gpt turn, `true` the last one of each row. Rows that do
 * not alternate are skipped with a warning, and `cutoff_len` (default 2,048) cuts silently. The `openai` formatting is not
 * used, since its converter adds "detailed thinking off" to the system message.
 * A turn of calls is `function_call`, its text the JSON list of them, its answer one `observation`: what a turn says beside its
 * calls, thoughts, and several answers in a row have no place; nor have ids. What its template takes for thoughts would be cut
 * out of arguments. Templates whose models make one call at a time (GLM-4) refuse several.
 * It renders by a template of its own. One for reasoning models takes the thoughts of earlier turns out of the input where only
 * the last turn is learned, unless `preserve_thinking` is true, and teaches an empty thought before an answer that has none: sets
 * without thoughts want a template whose name ends in _nothink.
 * A preference has one answer on each side.
 *
 * Source: llamafactory 0.9.5, src/llamafactory/data/converter.py (SharegptDatasetConverter, OpenAIDatasetConverter),
 * data/formatter.py (FunctionFormatter) at ff6d4d12eeb035d6ce06805a5733dd7b29f2ac30, data/processor/supervised.py (`_encode_data_example`), data/template.py (ReasoningTemplate), data/processor/pairwise.py, data/README.md
 */
import type { Message } from "../core/message.ts";
import type { Demonstration, Preference, TrainingSet } from "../core/training.ts";
import { conversationsOf, hasCalls, plainCall, toolsText } from "./calls.ts";
import { type Calls, type Exporter, type ExportFile, mapped } from "./exporter.ts";
import { shareGptMessage } from "./messages.ts";
import { yamlFile } from "./yaml-file.ts";

/** Longer than any row: a row that does not fit the model should fail, not be cut. */
const CUTOFF = 1_048_576;

const CALLS: Calls = {
  ...{ arguments: "object", ids: false, preferences: true, beside: false, several: false },
  reserved: ["<think>", "</think>", "<tool_call>", "</tool_call>"],
};

export const llamafactory: Exporter = {
  name: "llamafactory",
  tool: "LLaMA-Factory",
  rendering: "tool",
  expresses: { preferences: "answers", masks: "last", exampleWeights: false, roles: "alternating", calls: CALLS },
  command: ({ kind }) =>
    `llamafactory-cli train ${kind}.yaml model_name_or_path=MODEL template=TEMPLATE output_dir=OUT`,
  files(set) {
    const data = { dataset_dir: ".", dataset: "gleaner", cutoff_len: CUTOFF, preserve_thinking: true };
    const comment = [llamafactory.command(set), "Add your hyperparameters.", templateHint(set)];
    const tools = hasCalls(set) ? { tools: "tools" } : {};
    if (set.kind === "dpo") {
      const config = { stage: "dpo", do_train: true, pref_beta: set.beta, ...data };
      return [
        { kind: "jsonl", name: "train.jsonl", rows: () => mapped(set.examples, pair) },
        datasetInfo({
          ranking: true,
          columns: { messages: "conversations", chosen: "chosen", rejected: "rejected", ...tools },
        }),
        yamlFile("dpo.yaml", comment, config),
      ];
    }
    const config = { stage: "sft", do_train: true, mask_history: learnsLastOnly(set), ...data };
    return [
      { kind: "jsonl", name: "train.jsonl", rows: () => mapped(set.examples, row) },
      datasetInfo({ columns: { messages: "conversations", ...tools } }),
      yamlFile("sft.yaml", comment, config),
    ];
  },
};

/** Thoughts stand in the text here; what reasoning templates do without them is told. */
const templateHint = (set: TrainingSet) =>
  hasThoughts(set)
    ? "TEMPLATE: a reasoning template of your model (qwen3, not qwen3_nothink), since the answers have thoughts. It teaches an empty thought where one has none."
    : "TEMPLATE: one whose name ends in _nothink, if your model has such a one. Others of reasoning models teach an empty thought before each answer.";

const hasThoughts = (set: TrainingSet) =>
  set.examples.some((example) =>
    conversationsOf(example)
      .flat()
      .some(({ role, content }) => role === "assistant" && content.includes("<think>")),
  );

const row = ({ messages, tools }: Demonstration) => ({
  conversations: messages.map(calledOrSaid),
  ...toolsText(tools),
});

const pair = ({ prompt, tools, chosen, rejected }: Preference) => ({
  conversations: prompt.map(calledOrSaid),
  chosen: calledOrSaid(chosen[0]!),
  rejected: calledOrSaid(rejected[0]!),
  ...toolsText(tools),
});

/** A turn that calls is a role of its own, whose text is the list of its calls. */
const calledOrSaid = (message: Message) =>
  message.toolCalls
    ? { from: "function_call", value: JSON.stringify(message.toolCalls.map(plainCall)) }
    : shareGptMessage(message);

function learnsLastOnly(set: Extract<TrainingSet, { kind: "sft" }>): boolean {
  return set.examples.some(({ messages }) => messages.some(({ role, weight }) => role === "assistant" && weight === 0));
}

function datasetInfo(entry: object): ExportFile {
  const info = { gleaner: { file_name: "train.jsonl", formatting: "sharegpt", ...entry } };
  return { kind: "text", name: "dataset_info.json", text: `${JSON.stringify(info, null, 2)}\n` };
}
