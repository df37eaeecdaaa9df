/**
 * Logs of Inspect (github.com/UKGovernmentBEIS/inspect_ai): one sample in each record, out of
 *
 *     <name>.eval   a zip archive with `samples/<id>_epoch_<n>.json`
 *     <name>.json   {"version", "status", "eval", …, "samples": [SAMPLE, …]}, gzipped or not
 *
 *     SAMPLE  id, epoch, metadata   the task, where one of them names it (`messages.ts`)
 *             messages              the conversation; a text may be "attachment://<hash>", to be found in `attachments`
 *             scores                {"<scorer>": {"value"}}: with one scorer, "C" or "I", true or false, or a number in the
 *                                   benchmark's units; what several scorers say is not told apart
 *
 * Sources: src/inspect_ai/log/_recorders/eval.py at 00e215b, _condense.py at 018b364 and tests/log/test_eval_log/*.json at
 * 08e8605; no log of a text world was at hand. Chunked logs are not read, nor are events.
 */
import { CliError } from "../../core/errors.ts";
import { unreadable } from "../../files/file.ts";
import { readList } from "../../files/list.ts";
import { MAX_RECORD_BYTES, type Position, type RawRecord } from "../../files/record.ts";
import { firstSigns } from "../../files/records.ts";
import { type ZipEntry, zipEntries } from "../../files/zip.ts";
import { turnsOf } from "../chats/apis.ts";
import { type LogReader, shown } from "../reader.ts";
import { type ChatReaderOptions, chatReader } from "./messages.ts";

/** Reads samples of Inspect's logs, of any benchmark. */
export function inspect(options: ChatReaderOptions): LogReader {
  const reader = chatReader("inspect", options, ({ messages, attachments, scores }) => {
    const turns = turnsOf(messages, "messages");
    return {
      turns: turns.map((turn) => ({ ...turn, content: attached(turn.content, attachments) })),
      ...endOf(scores),
    };
  });
  return { ...reader, records };
}

async function* records(file: string): AsyncGenerator<RawRecord> {
  if ((await firstSigns(file, 2)) === "PK") yield* samplesIn(file);
  else yield* readList(file, "samples");
}

async function* samplesIn(file: string): AsyncGenerator<RawRecord> {
  let record = 0;
  try {
    for await (const entry of zipEntries(file)) {
      if (/^samples\/.*\.json$/s.test(entry.name)) yield await sampleIn(entry, { line: 1, record: ++record });
    }
  } catch (error) {
    if (error instanceof CliError) throw new CliError(`${file}: ${error.message}`);
    throw unreadable(file, "line 1", error);
  }
}

async function sampleIn(entry: ZipEntry, position: Position): Promise<RawRecord> {
  try {
    const content = await entry.content(MAX_RECORD_BYTES);
    return { ...position, text: new TextDecoder("utf-8", { fatal: true }).decode(content) };
  } catch (error) {
    const problem = error instanceof CliError ? error.message : `${entry.name}: not UTF-8 text`;
    return { ...position, text: null, problem };
  }
}

const ATTACHMENT = /^attachment:\/\/(\w+)$/;

function attached(text: string, attachments: unknown): string {
  const hash = ATTACHMENT.exec(text)?.[1];
  if (hash === undefined) return text;
  const found = inner(attachments, "attachments")[hash];
  if (typeof found === "string" && found.isWellFormed()) return found;
  throw new CliError(`attachments: expected a text ${shown(hash)}, found ${shown(found)}`);
}

/** What `place` of a sample holds, an object. */
function inner(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new CliError(`${place}: expected an object, found ${shown(value)}`);
}

function endOf(scores: unknown): { reward: unknown; success: unknown } {
  const values = scores === undefined || scores === null ? [] : Object.values(inner(scores, "scores"));
  if (values.length !== 1) return { reward: undefined, success: undefined };
  const { value } = inner(values[0], `scores.${Object.keys(scores as object)[0]}`);
  if (typeof value === "number") return { reward: value, success: undefined };
  if (typeof value === "boolean") return { reward: undefined, success: value };
  if (value === "C" || value === "I") return { reward: undefined, success: value === "C" };
  return { reward: undefined, success: undefined };
}
