/** What TRL learns: of a row's completion the assistant messages if `assistant_only_loss` is set, otherwise everything. */
import { assistantOnly, chatTurns, context, everything, toolsOf } from "./chat.ts";
import { configOf, hasFile, jsonLines } from "./files.ts";
import { ReadError, type Reader } from "./reader.ts";

export const readTrl: Reader = async function* (folder) {
  const isPreferences = hasFile(folder, "dpo.yaml");
  const config = trlConfig(folder, isPreferences ? "dpo.yaml" : "sft.yaml");
  const promptRule = config.completion_only_loss === false ? everything : context;
  const rule = config.assistant_only_loss === true ? assistantOnly : everything;
  for await (const { place, row } of jsonLines(folder, "train.jsonl")) {
    if (isPreferences) {
      const prompt = chatTurns(row.prompt, place, context);
      const side = (value: unknown) => [...prompt, ...chatTurns(value, place, everything)];
      yield { kind: "dpo", place, chosen: side(row.chosen), rejected: side(row.rejected), ...toolsOf(row, place) };
    } else {
      const turns = [...chatTurns(row.prompt, place, promptRule), ...chatTurns(row.completion, place, rule)];
      yield { kind: "sft", place, turns, ...toolsOf(row, place) };
    }
  }
};

/** The config, if rows reach the trainer whole. Throws ReadError. */
export function trlConfig(folder: string, name: string): Readonly<Record<string, unknown>> {
  const config = configOf(folder, name);
  const [dataset] = Array.isArray(config.datasets) ? config.datasets : [];
  if (dataset?.path !== "json" || dataset.data_files !== "train.jsonl") {
    throw new ReadError(`${name}: datasets: expected train.jsonl`);
  }
  if (config.max_length !== null) throw new ReadError(`${name}: max_length: expected null, otherwise rows are cut`);
  return config;
}
