/** What TRL learns: of a row's completion the assistant messages if `assistant_only_loss` is set, otherwise everything. */
import { assistantOnly, chatTurns, context, everything, toolsOf } from "./chat.ts";
import { configOf, hasFile, jsonLines } from "./files.ts";
import { ReadError, type Reader } from "./reader.ts";

export const readTrl: Reader = async function* (folder) {
  const isPreferences = hasFile(folder, "dpo.yaml");
  const config = trlConfig(folder, isPreferences ? "dpo.yaml" : "sft.yaml");
  const promptRule = config.completion_only_loss === false ? everything : context;
  const rule = config.assistant_only_loss === true ? assistantOnly : everything;
  let hasLongRow = config.assistant_only_loss !== true;
  for await (const { place, row } of jsonLines(folder, "train.jsonl")) {
    hasLongRow ||= !Array.isArray(row.completion) || row.completion.length > 1;
    if (isPreferences) {
      const prompt = chatTurns(row.prompt, place, context);
      const side = (value: unknown) => [...prompt, ...chatTurns(value, place, everything)];
      yield { kind: "dpo", place, chosen: side(row.chosen), rejected: side(row.rejected), ...toolsOf(row, place) };
    } else {
      const turns = [...chatTurns(row.prompt, place, promptRule), ...chatTurns(row.completion, place, rule)];
      yield { kind: "sft", place, turns, ...toolsOf(row, place) };
    }
  }
  if (!hasLongRow) {
    throw new ReadError(
      "sft.yaml: assistant_only_loss: no row needs it, and with it TRL may use another chat template",
    );
  }
};

/** The config, if rows reach the trainer whole. Throws ReadError. */
export function trlConfig(folder: string, name: string): Readonly<Record<string, unknown>> {
  const config = configOf(folder, name);
  const [dataset, another] = Array.isArray(config.datasets) ? config.datasets : [];
  if (another !== undefined || dataset?.path !== "json" || dataset.data_files !== "train.jsonl") {
    throw new ReadError(`${name}: datasets: expected train.jsonl`);
  }
  if (config.max_length !== null) throw new ReadError(`${name}: max_length: expected null, otherwise rows are cut`);
  if (config.packing === true)
    throw new ReadError(`${name}: packing: expected false, otherwise rows may read each other`);
  if (config.chat_template_path != null) {
    throw new ReadError(`${name}: chat_template_path: expected none, otherwise rows are rendered by another template`);
  }
  return config;
}
