/** What verl learns: every assistant turn; with the dataset class beside the file, those of weight other than 0. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { assistantOnly, chatTurns, parsedText, toolsOf, type WeightRule } from "./chat.ts";
import { parquetRows } from "./files.ts";
import { listOf, objectOf, ReadError, type Reader, textOf } from "./reader.ts";

export const readVerl: Reader = async function* (folder) {
  const rule = usesOwnClass(folder) ? byWeight : assistantOnly;
  for await (const { place, row } of parquetRows(folder, "train.parquet")) {
    const messages = listOf(row.messages, place).map((entry) => {
      const { more, ...message } = objectOf(entry, place);
      return more === undefined ? message : { ...message, ...objectOf(parsedText(textOf(more, place), place), place) };
    });
    const tools = row.tools_json === undefined || row.tools_json === "[]" ? {} : { tools: row.tools_json };
    yield { kind: "sft", place, turns: chatTurns(messages, place, rule), ...toolsOf(tools, place) };
  }
};

const byWeight: WeightRule = ({ role, weight }) => Number(role === "assistant" && weight !== 0);

function usesOwnClass(folder: string): boolean {
  try {
    const settings = readFileSync(join(folder, "sft-args.txt"), "utf8").split("\n");
    return settings.includes("data.custom_cls.path=weighted_dataset.py");
  } catch (error) {
    throw new ReadError(`sft-args.txt: ${messageOf(error)}`);
  }
}
