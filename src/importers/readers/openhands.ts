/**
 * Results of OpenHands' evaluations, `output.jsonl`, a run on each line:
 *
 *     instance_id  the task
 *     history      what happened, in order; events of releases since 1.0 have a `kind` (openhands-events.ts), those before an
 *                  `action` or an `observation` (openhands-old-events.ts)
 *     report, test_result.report  {"resolved"}: whether it was right, where that was tested afterwards
 *
 * What the model read after a call was made of the event's content when it was asked, with notes on the command's end, say.
 * The content alone is in the log, and is read. So is the whole run where its context was condensed on the way.
 *
 * Sources: evaluation/utils/shared.py and openhands/events/serialization at 156d068, with the examples in
 * evaluation/benchmarks; openhands-sdk 1.58.2, sdk/event.
 */
import { CliError } from "../../core/errors.ts";
import { entryTurns } from "../chats/entries.ts";
import { toolsOf } from "../chats/tools.ts";
import { isNothing, type LoggedChat } from "../chats/turn.ts";
import { type LogReader, objectOf, shown } from "../reader.ts";
import { type Row, usualEnd } from "../row.ts";
import { type ChatReaderOptions, chatReader } from "./messages.ts";
import { eventEntries } from "./openhands-events.ts";
import { oldEventEntries } from "./openhands-old-events.ts";

/** Reads results of OpenHands, of any benchmark. */
export function openhands(options: ChatReaderOptions): LogReader {
  return { ...chatReader("openhands", options, chatOf), split: (record) => [named(record)], evidence };
}

const evidence = (row: unknown): string | false => {
  const { history, trajectory } = (row ?? {}) as Row;
  return Array.isArray(history) && trajectory === undefined && "a history of events";
};

function named(record: unknown): Row {
  const row = objectOf(record, "history and instance_id");
  return isNothing(row.instance_id) ? row : { ...row, task_id: row.instance_id };
}

function chatOf(row: Row): LoggedChat {
  const { history, report, test_result } = row;
  if (!Array.isArray(history)) throw new CliError(`history: expected a list of events, found ${shown(history)}`);
  const events = history.map((event: unknown, index) =>
    objectOf(event, `kind, action or observation in history[${index}]`),
  );
  const told = events.some(({ kind }) => typeof kind === "string") ? eventEntries(events) : oldEventEntries(events);
  const [first, ...rest] = told.entries;
  const entries = first ? [{ ...first, leftOut: [...(first.leftOut ?? []), ...told.leftOut] }, ...rest] : [];
  const tools = toolsOf(told.tools, "tools");
  const tested = objectOf(
    report ?? objectOf(test_result ?? {}, "report in test_result").report ?? {},
    "resolved in report",
  );
  const usual = usualEnd(row);
  return {
    turns: entryTurns(entries, { tools }),
    tools,
    ...usual,
    success: usual.success ?? row.resolved ?? tested.resolved,
  };
}
