/**
 * Traces of verifiers 0.3 and 0.4 (github.com/PrimeIntellect-ai/verifiers), and of prime-rl: `traces.jsonl`, one episode of an
 * environment on each line, with a trace for each of its agents:
 *
 *     EPISODE  task, ok, errors, traces   a dispatched task; broken ones may have no trace
 *     TRACE    nodes    [{"parent"?, "message", "sampled"}]: a graph of messages. Each way from a root to a leaf is what the
 *                       model read and wrote: one chat. `sampled`: the model wrote it; other turns of assistants are context
 *              tools    what could be called
 *              rewards  {"<name>": {"score", "weight"} or null}: the return is the sum of scores times weights, and none where
 *                       nothing was scored. null: this one was not
 *              agent    {"trainable"}: false is somebody else's model, a judge or a user
 *              task     {"key", "data"}: which task it is
 *
 * Sources: verifiers/v1/episode.py, trace.py, graph.py and types.py at a60a606; what 0.3.1 and prime-rl 0.9.1.dev28 wrote, in
 * vraj130/rolloutscope tests/fixtures/upstream at c2d7dcc.
 */
import { CliError } from "../../core/errors.ts";
import { type Entry, entryTurns } from "../chats/entries.ts";
import { toolsOf } from "../chats/tools.ts";
import { isNothing, type LoggedChat } from "../chats/turn.ts";
import { objectOf, shown } from "../reader.ts";
import type { Row } from "../row.ts";

/** Whether a record is an episode of traces, or one trace. */
export const isTraced = (record: unknown): boolean =>
  isRow(record) && (Array.isArray(record.traces) || Array.isArray(record.nodes));

const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value);

/** A row for each `leaf` of each trace; null: it has no nodes. Throws CliError where there is no trace. */
export function branchesOf(record: Row): Row[] {
  const traces = Array.isArray(record.traces) ? record.traces : [record];
  if (traces.length === 0)
    throw new CliError(`traces: expected at least one, found none (${failureOf(record.errors) ?? "no error is told"})`);
  return traces.flatMap((value: unknown, index): Row[] => {
    const trace = objectOf(value, `nodes in traces[${index}]`);
    const task = isRow(trace.task) ? trace.task : record.task;
    const { key, data } = isRow(task) ? task : { key: task, data: undefined };
    const row = { ...trace, task: key, metadata: data };
    const leaves = leavesOf(trace.nodes);
    return leaves.length === 0 ? [{ ...row, leaf: null }] : leaves.map((leaf) => ({ ...row, leaf }));
  });
}

/** The chat of a row of `branchesOf`. Throws CliError. */
export function branchChat(row: Row): LoggedChat {
  const { leaf, nodes, agent, tools } = row;
  if (isRow(agent) && agent.trainable === false)
    throw new CliError(`agent: ${shown(agent.name)} is not trainable, expected a trace of the agent that learns`);
  if (leaf === null)
    throw new CliError(`nodes: expected at least one, found none (${failureOf(row.errors) ?? "no error is told"})`);
  const way = wayTo(leaf as number, nodes);
  const entries = way.map((index): Entry => {
    const { message, sampled } = objectOf((nodes as unknown[])[index], `message in nodes[${index}]`);
    const { provider_state: state, ...rest } = objectOf(message, `role in nodes[${index}].message`);
    // What a provider sealed for itself stands beside the message.
    const leftOut = isNothing(state) ? [] : ["encrypted reasoning"];
    return { message: rest, place: `nodes[${index}].message`, isContext: sampled !== true, leftOut };
  });
  const defined = toolsOf(tools, "tools");
  return {
    turns: entryTurns(entries, { tools: defined }),
    tools: defined,
    reward: returnOf(row),
    success: undefined,
  };
}

/** Nodes that no other node follows, in order. Throws CliError for a parent that does not come before its node. */
function leavesOf(nodes: unknown): number[] {
  if (isNothing(nodes)) return [];
  if (!Array.isArray(nodes)) throw new CliError(`nodes: expected a list, found ${shown(nodes)}`);
  const parents = new Set<unknown>();
  for (const [index, node] of nodes.entries()) {
    const { parent = null } = objectOf(node, `message in nodes[${index}]`);
    if (parent !== null && !(Number.isSafeInteger(parent) && 0 <= Number(parent) && Number(parent) < index))
      throw new CliError(`nodes[${index}].parent: expected the place of a node before it, found ${shown(parent)}`);
    parents.add(parent);
  }
  return [...nodes.keys()].filter((index) => !parents.has(index));
}

/** The nodes from the root to `leaf`. */
function wayTo(leaf: number, nodes: unknown): number[] {
  const way: number[] = [];
  for (let at: unknown = leaf; typeof at === "number"; at = (nodes as Row[])[at]!.parent) way.push(at);
  return way.reverse();
}

function returnOf({ rewards, ok }: Row): number | undefined {
  const told = Object.entries(objectOf(rewards ?? {}, "names in rewards"));
  const scored = told.filter(([, reward]) => reward !== null);
  // A rollout that broke is scored in part, if at all.
  if (scored.length === 0 || (ok === false && scored.length < told.length)) return undefined;
  return scored.reduce((sum, [name, reward]) => {
    const { score, weight = 1 } = objectOf(reward, `score and weight in rewards.${name}`);
    if (typeof score !== "number" || typeof weight !== "number")
      throw new CliError(
        `rewards.${name}: expected numbers, score and weight, found ${shown(score)} and ${shown(weight)}`,
      );
    return sum + score * weight;
  }, 0);
}

function failureOf(errors: unknown): string | undefined {
  const last: unknown = Array.isArray(errors) ? errors.at(-1) : undefined;
  if (!isRow(last)) return undefined;
  return [last.type, last.message]
    .filter((one) => typeof one === "string")
    .map((one) => shown(one))
    .join(": ");
}
