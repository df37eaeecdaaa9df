/**
 * Trajectories of mini-swe-agent (github.com/SWE-agent/mini-swe-agent), one in each file:
 *
 *     v1  <name>.traj.json or the list alone   [{"role", "content"}, …]: the chat; commands stand in the texts
 *     v2  {"info", "messages", "trajectory_format": "mini-swe-agent-1.1"}
 *
 *     messages  OpenAI's, with `extra` beside them; several commands of one turn have an answer each, in a row. What was said to
 *               OpenAI's Responses API stands as {"object": "response", "output": [ITEM, …]}
 *               role exit: how it ended; no model read it
 *               extra.interrupt_type FormatError: an answer of the model could not be parsed. It is not among the messages
 *     info      exit_status, submission; whether it was right is tested later, so there is no reward
 *
 * Source: src/minisweagent/agents/default.py and models/ at a83fcae (2.4.6), run/utils/save.py at v1.17.0.
 */
import { CliError } from "../../core/errors.ts";
import { type Entry, entryTurns } from "../chats/entries.ts";
import { isNothing, type LoggedChat } from "../chats/turn.ts";
import { type LogReader, objectOf, shown } from "../reader.ts";
import { type Row, usualEnd } from "../row.ts";
import { type ChatReaderOptions, chatReader } from "./messages.ts";

/** Reads trajectories of mini-swe-agent, of any benchmark. */
export function miniSweAgent(options: ChatReaderOptions): LogReader {
  return { ...chatReader("mini-swe-agent", options, chatOf), split: (record) => [rowOf(record)], evidence };
}

/** A list alone may be anybody's. */
const evidence = (record: unknown): string | false | undefined => {
  const told = (record as Row | null)?.trajectory_format;
  if (Array.isArray(record)) return undefined;
  return typeof told === "string" && /^mini-swe-agent/.test(told) && `trajectory_format ${shown(told)}`;
};

/** A list is the chat itself. */
function rowOf(record: unknown): Row {
  const row = Array.isArray(record) ? { messages: record } : objectOf(record, "info and messages");
  return isNothing(row.instance_id) ? row : { ...row, task_id: row.instance_id };
}

function chatOf(row: Row): LoggedChat {
  const { messages } = row;
  if (!Array.isArray(messages)) throw new CliError(`messages: expected a list of messages, found ${shown(messages)}`);
  const entries: Entry[] = [];
  const leftOut: string[] = [];
  for (const [index, value] of messages.entries()) {
    const place = `messages[${index}]`;
    const { extra, ...message } = objectOf(value, `role and content in ${place}`);
    const { interrupt_type: interrupt } = objectOf(extra ?? {}, `members in ${place}.extra`);
    if (interrupt === "FormatError") leftOut.push("turn that the agent's loop took back");
    if (message.role === "exit") leftOut.push("how the loop ended");
    else if (message.object === "response") entries.push(...itemsOf(message, place));
    else entries.push({ message, place });
  }
  const [first, ...rest] = entries;
  return { turns: entryTurns(first ? [{ ...first, leftOut }, ...rest] : [], { keepsTags: true }), ...usualEnd(row) };
}

/** The items of one answer of OpenAI's Responses API. */
function itemsOf({ output }: Row, place: string): Entry[] {
  if (!Array.isArray(output)) throw new CliError(`${place}.output: expected a list of items, found ${shown(output)}`);
  return output.map((item: unknown, index) => ({
    message: objectOf(item, `type in ${place}.output[${index}]`),
    place: `${place}.output[${index}]`,
  }));
}
