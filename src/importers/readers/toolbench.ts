/**
 * Answers of ToolBench and StableToolBench (github.com/OpenBMB/ToolBench), `<query>_<method>.json`, one in each file:
 *
 *     answer_generation  {"valid_data", "query", "function": [TOOL, …], "train_messages": [[MESSAGE, …], …], "finish_type"}
 *                        train_messages: what the model read at each of its turns, its answer last; the last list is the run.
 *                        Messages are OpenAI's with `function_call`. A search that tries again says so in a message of the user,
 *                        which is taken out of the lists behind it: these messages are counted
 *     tree, trial        the other branches of the search, in the words of its nodes and without their messages: counted
 *     win                whether it ended with an answer. Whether that was right is judged later
 *
 * The rows that its training script makes of them (`conversations` with Thought, Action and Action Input in texts) are not read.
 *
 * Source: data_example/answer, toolbench/inference/Algorithms and preprocess/preprocess_toolllama_data.py at d56fdd8.
 */
import { CliError } from "../../core/errors.ts";
import { writtenLike } from "../../core/written-json.ts";
import { turnsOf } from "../chats/apis.ts";
import { toolsOf } from "../chats/tools.ts";
import { type ChatTurn, hasMember, isNothing, type LoggedChat } from "../chats/turn.ts";
import { recordsByShape } from "../layout.ts";
import { type LogReader, objectOf, shown } from "../reader.ts";
import { type Row, usualEnd } from "../row.ts";
import { type ChatReaderOptions, chatReader } from "./messages.ts";

/** Reads answers of ToolBench, of any benchmark. */
export function toolbench(options: ChatReaderOptions): LogReader {
  const evidence = (record: unknown) =>
    hasMember(record, "answer_generation") &&
    hasMember((record as Row).answer_generation, "query") &&
    "answer_generation";
  return { ...chatReader("toolbench", options, chatOf), records: recordsByShape, evidence };
}

function chatOf(row: Row): LoggedChat {
  const place = "answer_generation";
  const { function: defined, train_messages, finish_type: end } = objectOf(row[place], `train_messages in ${place}`);
  const lists = listOf(train_messages ?? [], `${place}.train_messages`);
  const told = lists.map((list, index) => listOf(list, `${place}.train_messages[${index}]`));
  const run = told.at(-1);
  if (!run)
    throw new CliError(
      `${place}.train_messages: expected a run, found none (finish_type ${shown(end)}, no valid answer)`,
    );
  const [first, ...rest] = turnsOf(run.map(withoutMark), `${place}.train_messages[${told.length - 1}]`);
  const aside = [
    ...onceRead(told.slice(0, -1), run).map(() => "message of one call alone"),
    ...Array<string>(Math.max(0, leavesIn(row) - 1)).fill("branch that the search left"),
  ];
  const leftOut = [...(first?.leftOut ?? []), ...aside];
  const turns: ChatTurn[] = first ? [leftOut.length > 0 ? { ...first, leftOut } : first, ...rest] : [];
  const usual = usualEnd(row);
  return { turns, tools: toolsOf(defined, `${place}.function`), ...usual, success: usual.success ?? row.win };
}

/** A message without the search's own mark: whether it led anywhere. */
function withoutMark(message: unknown): unknown {
  const { valid, ...rest } = (message ?? {}) as Row;
  return typeof valid === "boolean" ? writtenLike(rest, message as Row) : message;
}

/** The messages of earlier calls that the run does not have, each once. */
function onceRead(earlier: readonly (readonly unknown[])[], run: readonly unknown[]): string[] {
  const known = new Set(run.map((message) => JSON.stringify(message)));
  const others = earlier.flat().map((message) => JSON.stringify(message));
  return [...new Set(others)].filter((message) => !known.has(message));
}

/** How many ways through the search there are. */
function leavesIn({ tree }: Row): number {
  if (isNothing(tree)) return 0;
  let leaves = 0;
  const open: unknown[] = [objectOf(tree, "tree").tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { children } = objectOf(node, "children in a node of tree");
    const more = listOf(children ?? [], "children of a node of tree");
    if (more.length === 0) leaves += 1;
    open.push(...more);
  }
  return leaves;
}

function listOf(value: unknown, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new CliError(`${place}: expected a list, found ${shown(value)}`);
}
