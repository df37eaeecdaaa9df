/**
 * Trajectories of SWE-agent (github.com/SWE-agent/SWE-agent), `<instance>.traj`, a JSON object in each file:
 *
 *     history     [{"role", "content", "agent", "is_demo"?, "tool_calls"?, "tool_call_ids"?, "thinking_blocks"?}]: the chat.
 *                 `is_demo` is a demonstration: context. `agent`: whose history it is; the first one's is read
 *     trajectory  [{"action", "observation", "response", "thought", …}]: each answer of the model, also those that could not be
 *                 parsed: they are asked for again and stand in no history
 *     attempts    [{"history", "trajectory", …}]: where a run tried several times, an episode each
 *     replay_config  JSON text with {"problem_statement": {"id"}}: the task
 *
 * How an agent spells its commands in texts is a matter of its configuration: texts stay as they are.
 *
 * It tells no reward: whether a submission was right is tested later. Source: sweagent/types.py and agent/agents.py at 3ea751c;
 * tests/test_data/trajectories and trajectories/demonstrations there.
 */
import { CliError } from "../../core/errors.ts";
import { type Entry, entryTurns } from "../chats/entries.ts";
import { hasMember, isNothing, type LoggedChat, truthOf } from "../chats/turn.ts";
import { recordsByShape } from "../layout.ts";
import { type LogReader, objectOf, shown } from "../reader.ts";
import { type Row, usualEnd } from "../row.ts";
import { type ChatReaderOptions, chatReader } from "./messages.ts";

/** Reads trajectories of SWE-agent, of any benchmark. */
export function sweAgent(options: ChatReaderOptions): LogReader {
  return {
    ...chatReader("swe-agent", options, chatOf),
    records: recordsByShape,
    split: attemptsIn,
    evidence,
  };
}

const evidence = (record: unknown): string | false => {
  const found = ["trajectory", "attempts"].find((name) => hasMember(record, name));
  return found !== undefined && (found === "attempts" || hasMember(record, "history")) && found;
};

function attemptsIn(record: unknown): Row[] {
  const row = objectOf(record, "history and trajectory");
  const { attempts, replay_config } = row;
  const tries = isNothing(attempts) ? [row] : listOf(attempts, "attempts");
  return tries.map((one, index) => {
    const own = objectOf(one, `history in attempts[${index}]`);
    return { ...own, task_id: own.task_id ?? taskIn(own.replay_config ?? replay_config) };
  });
}

function taskIn(config: unknown): unknown {
  if (typeof config !== "string") return undefined;
  try {
    return (JSON.parse(config) as { problem_statement?: { id?: unknown } } | null)?.problem_statement?.id;
  } catch {
    return undefined;
  }
}

function chatOf(row: Row): LoggedChat {
  const items = listOf(row.history, "history").map((item, index) => objectOf(item, `role in history[${index}]`));
  const owner = items[0]?.agent;
  const own = items
    .map((item, index) => ({ item, place: `history[${index}]` }))
    .filter(({ item }) => item.agent === owner);
  const entries = own.map(({ item, place }) => entryOf(item, place));
  const others = Array<string>(items.length - own.length).fill("message of another agent");
  const again = Array<string>(
    takenBack(
      row.trajectory,
      own.map(({ item }) => item),
    ),
  ).fill("turn that the agent's loop took back");
  const [first, ...rest] = entries;
  return {
    turns: entryTurns(first ? [{ ...first, leftOut: [...others, ...again] }, ...rest] : [], { keepsTags: true }),
    ...usualEnd(row),
  };
}

/** What SWE-agent notes beside a message, and says again in its content. */
const ASIDE = new Set(["agent", "message_type", "is_demo", "thought", "action", "tags", "tool_call_ids"]);

function entryOf(item: Row, place: string): Entry {
  const message = Object.fromEntries(Object.entries(item).filter(([name]) => !ASIDE.has(name)));
  const { tool_call_ids: ids } = item;
  const isContext = truthOf(item.is_demo, `${place}.is_demo`);
  if (isNothing(ids)) return { message, place, isContext };
  const [id, ...more] = listOf(ids, `${place}.tool_call_ids`);
  if (more.length > 0)
    throw new CliError(`${place}.tool_call_ids: expected one call that it answers, found ${more.length + 1}`);
  const answers = item.role === "tool" ? { tool_call_id: id } : {};
  return { message: { ...message, ...answers }, place, isContext };
}

/** How many answers of the model the trajectory has that the history lacks. */
function takenBack(trajectory: unknown, history: readonly Row[]): number {
  if (isNothing(trajectory)) return 0;
  const said = history
    .filter(({ role, is_demo }) => role === "assistant" && is_demo !== true)
    .map(({ content }) => content);
  let at = 0;
  let missing = 0;
  for (const [index, step] of listOf(trajectory, "trajectory").entries()) {
    const { response } = objectOf(step, `response in trajectory[${index}]`);
    if (isNothing(response)) continue;
    const found = said.indexOf(response, at);
    if (found < 0) missing += 1;
    else at = found + 1;
  }
  return missing;
}

function listOf(value: unknown, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new CliError(`${place}: expected a list, found ${shown(value)}`);
}
