/**
 * Results of the verifiers library (github.com/PrimeIntellect-ai/verifiers): `results.jsonl` of an evaluation, one rollout on
 * each line:
 *
 *     prompt, completion  lists of messages (`messages.ts`), or texts; some environments repeat the prompt in the completion
 *     reward              in the environment's units: taken for the benchmark's
 *     task, info          an environment's name or more; read only where they name a task
 *     example_id          the row of the environment's data set, which names no task elsewhere
 *
 * Since 0.3 it writes traces instead (verifiers-traces.ts); prime-rl wrote one and then the other. Both are read.
 *
 * Tool calls may be JSON texts. Sources: verifiers/utils/save_utils.py (`state_to_output`) at 00d8320, and published results
 * of environments/math_python at f31bd08; no result of a text world was at hand. Rollouts that ended in an `error` are read
 * as far as they got.
 */
import { turnsOf } from "../chats/apis.ts";
import type { ChatTurn } from "../chats/turn.ts";
import type { LogReader } from "../reader.ts";
import type { Row } from "../row.ts";
import { type ChatReaderOptions, chatReader } from "./messages.ts";
import { branchChat, branchesOf, isTraced } from "./verifiers-traces.ts";

/** Reads rollouts of the verifiers library, of any benchmark. */
export function verifiers(options: ChatReaderOptions): LogReader {
  const reader = chatReader("verifiers", options, (row) => {
    if (row.leaf !== undefined) return branchChat(row);
    const { prompt, completion, reward } = row;
    const asked = messagesOf(prompt, "prompt", "user");
    const answered = messagesOf(completion, "completion", "assistant");
    const isRepeated = startsWith(
      answered,
      asked.filter(({ role }) => role !== "system"),
    );
    return { turns: isRepeated ? answered : [...asked, ...answered], reward, success: undefined };
  });
  return {
    ...reader,
    split: (record) => (isTraced(record) ? branchesOf(record as Row) : [record]),
    evidence: (record) => (isTraced(record) ? "traces of nodes" : undefined),
  };
}

const startsWith = (messages: readonly ChatTurn[], others: readonly ChatTurn[]) =>
  others.length > 0 &&
  others.every(({ role, content }, index) => messages[index]?.role === role && messages[index].content === content);

const messagesOf = (value: unknown, place: string, role: string) =>
  turnsOf(typeof value === "string" ? [{ role, content: value }] : value, place);
