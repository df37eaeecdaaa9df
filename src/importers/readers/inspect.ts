/**
 * Logs of Inspect (github.com/UKGovernmentBEIS/inspect_ai): one sample in each record, out of
 *
 *     <name>.eval   a zip archive with `samples/<id>_epoch_<n>.json`
 *     <name>.json   {"version", "status", "eval", …, "samples": [SAMPLE, …]}, gzipped or not
 *
 *     SAMPLE  id, epoch, metadata   the task, where one of them names it (`messages.ts`)
 *             events, events_data   what every model read and wrote: the run is put together from them (inspect-events.ts)
 *             messages              what was left of the conversation in the end: the run, where a log has no events
 *             attachments           long texts and pictures (inspect-attachments.ts)
 *             transcript            {"events", "content"}: events and attachments of logs before 0.3.57
 *             scores                {"<scorer>": {"value"}}: with one scorer, "C" or "I", true or false, or a number in the
 *                                   benchmark's units; what several scorers say is not told apart. Once `score`
 *
 * Sources: src/inspect_ai/log/_recorders/eval.py at 00e215b, _condense.py at 018b364 and tests/log/test_eval_log/*.json at
 * 08e8605; logs that 0.3.285 wrote.
 */
import { CliError } from "../../core/errors.ts";
import { writtenLike } from "../../core/written-json.ts";
import { unreadable } from "../../files/file.ts";
import { readList } from "../../files/list.ts";
import { parseJson } from "../../files/python-json.ts";
import { MAX_RECORD_BYTES, type Position, type RawRecord } from "../../files/record.ts";
import { firstSigns, readRecords } from "../../files/records.ts";
import { type ZipEntry, zipEntries } from "../../files/zip.ts";
import { turnsOf } from "../chats/apis.ts";
import { entryTurns } from "../chats/entries.ts";
import { toolsOf } from "../chats/tools.ts";
import { hasMember, isNothing, type LoggedChat } from "../chats/turn.ts";
import { type LogReader, objectOf, shown } from "../reader.ts";
import type { Row, ToldEnd } from "../row.ts";
import { attached } from "./inspect-attachments.ts";
import { runOf } from "./inspect-events.ts";
import { type ChatReaderOptions, chatReader } from "./messages.ts";

/** Reads samples of Inspect's logs, of any benchmark. */
export function inspect(options: ChatReaderOptions): LogReader {
  const evidence = (sample: unknown) =>
    hasMember(sample, "epoch") && hasMember(sample, "messages") && "a sample with its epoch";
  return { ...chatReader("inspect", options, chatOf), records, evidence };
}

function chatOf(sample: Row): LoggedChat {
  const before = objectOf(sample.transcript ?? {}, "events in transcript");
  const whole = (value: unknown) => attached(value, sample.attachments ?? before.content);
  const { messages } = sample;
  if (!Array.isArray(messages)) throw new CliError(`messages: expected a list of messages, found ${shown(messages)}`);
  const final = messages.map((message: unknown, index) =>
    objectOf(whole(message), `role and content in messages[${index}]`),
  );
  const run = runOf(whole(sample.events ?? before.events), whole(sample.events_data), final);
  const end = endOf(sample.scores ?? (isNothing(sample.score) ? undefined : { score: sample.score }));
  if (!run) return { turns: turnsOf(final.map(asWritten), "messages"), ...end };
  const entries = run.messages.map((message, index) => ({
    message: asWritten(message),
    place: `events' messages[${index}]`,
    isContext: !run.written.has(message),
    ...(index === 0 && { leftOut: run.leftOut }),
  }));
  const tools = toolsOf(run.tools, "events' tools");
  return { turns: entryTurns(entries, { tools }), tools, ...end };
}

/** How Inspect tells a model, and its log, which arguments it could not parse. */
const UNPARSED = /^Error parsing the following tool call arguments:\n\n(.*?)\n\nError details: /s;

/** A message with the arguments as the model wrote them, where they were no JSON: Inspect keeps them in its complaint alone. */
function asWritten(message: Row): Row {
  const { tool_calls: calls } = message;
  if (!Array.isArray(calls) || !calls.some((call) => typeof call?.parse_error === "string")) return message;
  const tool_calls = calls.map((call: Row) => {
    const raw = typeof call.parse_error === "string" ? UNPARSED.exec(call.parse_error)?.[1] : undefined;
    return raw === undefined ? call : writtenLike({ ...call, arguments: raw }, call);
  });
  return { ...message, tool_calls };
}

async function* records(file: string): AsyncGenerator<RawRecord> {
  if ((await firstSigns(file, 2)) === "PK") yield* samplesIn(file);
  else yield* listedSamples(file);
}

/** A run that broke before its first sample leaves a log without any. */
async function* listedSamples(file: string): AsyncGenerator<RawRecord> {
  for await (const sample of readList(file, ["samples"])) {
    if (sample.text === null && sample.record === 1 && (await hasNoSamples(file))) return;
    yield sample;
  }
}

async function hasNoSamples(file: string): Promise<boolean> {
  if ((await firstSigns(file, 1)) === "") return true;
  for await (const { text } of readRecords(file, { kind: "whole" })) {
    const log = text === null ? undefined : parsed(text);
    const { status, eval: task, samples } = (log ?? {}) as Readonly<Record<string, unknown>>;
    return typeof status === "string" && typeof task === "object" && (samples ?? null) === null;
  }
  return false;
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
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

/** What `place` of a sample holds, an object. */
function inner(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new CliError(`${place}: expected an object, found ${shown(value)}`);
}

function endOf(scores: unknown): ToldEnd {
  const values = scores === undefined || scores === null ? [] : Object.values(inner(scores, "scores"));
  if (values.length !== 1) return { reward: undefined, success: undefined };
  const { value } = inner(values[0], `scores.${Object.keys(scores as object)[0]}`);
  if (typeof value === "number") return { reward: value, success: undefined };
  if (typeof value === "boolean") return { reward: undefined, success: value };
  if (value === "C" || value === "I") return { reward: undefined, success: value === "C" };
  return { reward: undefined, success: undefined };
}
