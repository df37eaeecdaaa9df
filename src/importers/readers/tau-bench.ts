/**
 * Results of tau-bench (github.com/sierra-research/tau-bench): a JSON list of
 *
 *     task_id, trial  which task (a number), which time
 *     traj            the chat, OpenAI's messages. The agent keeps the first of several calls in a turn and logs no other
 *     reward          1 or 0
 *     info            {"task", "source", "reward_info"}; {"error", "traceback"} and an empty traj where the run broke
 *
 * The tools are not in it. Source: tau_bench/run.py, types.py and agents/tool_calling_agent.py at 59a200c.
 */
import { CliError } from "../../core/errors.ts";
import { turnsOf } from "../chats/apis.ts";
import { hasMember, isNothing, type LoggedChat } from "../chats/turn.ts";
import { type LogReader, objectOf, shown } from "../reader.ts";
import type { Row } from "../row.ts";
import { type ChatReaderOptions, chatReader } from "./messages.ts";

/** Reads results of tau-bench, of any benchmark. */
export function tauBench(options: ChatReaderOptions): LogReader {
  return { ...chatReader("tau-bench", options, chatOf), split: (row) => [named(row)], evidence };
}

const evidence = (row: unknown): string | false =>
  hasMember(row, "traj") && hasMember(row, "trial") && "traj and trial";

/** Its tasks have numbers for names. */
function named(value: unknown): Row {
  const row = objectOf(value, "task_id, traj and reward");
  return typeof row.task_id === "number" ? { ...row, task_id: String(row.task_id) } : row;
}

function chatOf({ traj, info, reward }: Row): LoggedChat {
  const { error } = objectOf(info ?? {}, "members in info");
  // The reward of a run that broke is a 0 which nobody earned.
  if (!isNothing(error) && isNothing(traj))
    throw new CliError(`info.error: the run broke, ${shown(error)}: expected a run`);
  return { turns: turnsOf(traj, "traj"), reward, success: undefined };
}
