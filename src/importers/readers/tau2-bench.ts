/**
 * Results of tau2-bench (github.com/sierra-research/tau2-bench), in one of two forms:
 *
 *     <name>.json        {"info", "tasks", "simulations": [SIMULATION, …]}
 *     <name>/            results.json, an index, and simulations/<id>.json, each a SIMULATION
 *
 *     SIMULATION  task_id, trial
 *                 messages            [{"role", "content", "tool_calls"?, "requestor"?}]: the user calls tools, too, which the
 *                                     agent never sees. Several results in one message stand in `tool_messages`
 *                 ticks               what both said at once, in its place, where they spoke aloud: not read
 *                 termination_reason  how it ended; some say nothing of the agent
 *                 reward_info.reward  0 to 1
 *                 policy              the agent's rules, where they differ between simulations
 *     info        environment_info.policy: the agent's rules, the greater part of its system message
 *
 * The agent's greeting, before anybody spoke, is the simulator's own. Tools are not in it.
 *
 * Source: src/tau2/data_model/message.py and simulation.py, orchestrator/orchestrator.py, utils/llm_utils.py at a2c0247.
 */
import { CliError } from "../../core/errors.ts";
import { readList } from "../../files/list.ts";
import { readMembers } from "../../files/members.ts";
import type { RawRecord } from "../../files/record.ts";
import { readRecords } from "../../files/records.ts";
import { type Entry, entryTurns } from "../chats/entries.ts";
import { fieldsOf, hasMember, isNothing, type LoggedChat, truthOf } from "../chats/turn.ts";
import { type LogReader, objectOf, shown } from "../reader.ts";
import type { Row } from "../row.ts";
import { type ChatReaderOptions, chatReader } from "./messages.ts";

/** Reads results of tau2-bench, of any benchmark. */
export function tau2Bench(options: ChatReaderOptions): LogReader {
  const evidence = (row: unknown) =>
    hasMember(row, "termination_reason")
      ? "termination_reason"
      : hasMember(row, "simulation_index") && "simulation_index";
  return { ...chatReader("tau2-bench", options, chatOf), records, evidence };
}

/** The simulations of a file, each with the file's `info`; a file without a list of them is one. */
async function* records(file: string): AsyncGenerator<RawRecord> {
  const found = readList(file, ["simulations"]);
  const first = await found.next();
  if (first.done) return;
  const second = await found.next();
  if (first.value.text === null && second.done) {
    yield* readRecords(file, { kind: "whole" });
    return;
  }
  const info = await infoOf(file);
  yield withInfo(first.value, info);
  if (second.done) return;
  yield withInfo(second.value, info);
  for await (const record of found) yield withInfo(record, info);
}

/** Before the simulations there are a few members; what is behind them would take reading the whole file. */
const MOST_MEMBERS = 5;

/** The info among the members of the file's object; undefined if there is none. */
async function infoOf(file: string): Promise<RawRecord | undefined> {
  let tried = 0;
  for await (const member of readMembers(file, "simulations")) {
    if (member.text === null || member.text.includes('"environment_info"')) return member;
    if (++tried === MOST_MEMBERS) break;
  }
  return undefined;
}

/** The rules stand in the file's info: where that cannot be read, no simulation is whole. */
function withInfo(record: RawRecord, info: RawRecord | undefined): RawRecord {
  if (record.text === null || info === undefined) return record;
  if (info.text === null) return { ...record, text: null, problem: `info: ${info.problem}` };
  return { ...record, text: `${record.text.replace(/\}\s*$/, "")},"results_info":${info.text}}` };
}

/** Ends that tell of the simulator and not of the agent. */
const BROKEN = new Set(["infrastructure_error", "unexpected_error", "user_error"]);

function chatOf(row: Row): LoggedChat {
  const { messages, ticks, termination_reason: end, reward_info, info, results_info, policy } = row;
  if (typeof end === "string" && BROKEN.has(end)) {
    const { error } = objectOf(info ?? {}, "error in info");
    const because = isNothing(error) ? "" : `, ${shown(error)}`;
    throw new CliError(`termination_reason: ${end}${because}: expected an end that tells of the agent`);
  }
  if (row.simulation_index !== undefined && messages === undefined)
    throw new CliError(
      "simulation_index: an index of simulations, expected the files in the folder simulations beside it",
    );
  if (isNothing(messages) && !isNothing(ticks))
    throw new CliError("ticks: a conversation spoken aloud, both at once; expected messages");
  if (!Array.isArray(messages)) throw new CliError(`messages: expected a list of messages, found ${shown(messages)}`);
  const own = messages.filter((message) => isUsersOwn(message)).map(() => "what the user did with tools of its own");
  const said = messages.flatMap((message: unknown, index) => entriesOf(message, `messages[${index}]`));
  const [first, ...rest] = [...rulesOf(policy, results_info), ...greeted(said)];
  const { reward } = objectOf(reward_info ?? {}, "reward in reward_info");
  return { turns: entryTurns(first ? [{ ...first, leftOut: own }, ...rest] : []), reward, success: undefined };
}

function rulesOf(own: unknown, info: unknown): Entry[] {
  const { environment_info } = objectOf(info ?? {}, "environment_info in info");
  const { policy } = objectOf(environment_info ?? {}, "policy in info.environment_info");
  const content = isNothing(own) ? policy : own;
  return isNothing(content) ? [] : [{ message: { role: "system", content }, place: "policy" }];
}

/** A message as an entry, and whether a model's answer stands behind it. */
interface Said extends Entry {
  readonly isGenerated: boolean;
}

/** What the agent says before anybody spoke, and without a model, is a greeting of the simulator. */
function greeted(said: readonly Said[]): Entry[] {
  const begin = said.findIndex(({ message }) => message.role === "user");
  return said.map(({ isGenerated, ...entry }, index) => ({ ...entry, isContext: index < begin && !isGenerated }));
}

/** A call of the user's, or its result: the agent sees neither. */
function isUsersOwn(message: unknown): boolean {
  const { role, tool_calls: calls, requestor } = objectOf(message, "role and content");
  return role === "user" ? !isNothing(calls) : role === "tool" && requestor === "user";
}

const SPOKEN: ReadonlySet<string> = new Set([
  ...["role", "content", "tool_calls", "turn_idx", "timestamp", "cost", "usage", "raw_data", "generation_time_seconds"],
  ...["is_audio", "is_final_chunk", "contains_speech", "source", "turn_taking_action", "utterance_ids", "chunk_id"],
]);

function entriesOf(message: unknown, place: string): Said[] {
  const { role } = objectOf(message, `role and content in ${place}`);
  if (role === "tool") return resultsOf(message, place);
  const { content, tool_calls: calls, raw_data: raw, usage, is_audio } = fieldsOf(message, place, SPOKEN);
  if (is_audio === true) throw new CliError(`${place}.is_audio: spoken aloud, expected text`);
  const isGenerated = !isNothing(raw) || !isNothing(usage);
  if (role === "user")
    return isNothing(content) && !isNothing(calls) ? [] : [{ message: { role, content }, place, isGenerated }];
  const thought = thoughtIn(raw);
  const called = isNothing(calls) ? {} : { tool_calls: listOf(calls, `${place}.tool_calls`).map(callOf) };
  const said = { role, content, ...called, ...(thought !== undefined && { reasoning_content: thought }) };
  return [{ message: said, place, isGenerated }];
}

/** Without whose call it is: it stands in the agent's message. */
function callOf(call: unknown): Row {
  const { requestor: _requestor, ...rest } = objectOf(call, "name and arguments");
  return rest;
}

/** What the model's answer had beside what the message has: its thought. */
function thoughtIn(raw: unknown): unknown {
  if (isNothing(raw)) return undefined;
  const { choices } = objectOf(raw, "choices in raw_data");
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const { message } = objectOf(choice ?? {}, "message in raw_data.choices[0]");
  const { reasoning_content, reasoning } = objectOf(message ?? {}, "content in raw_data.choices[0].message");
  const thought = reasoning_content ?? reasoning;
  return isNothing(thought) ? undefined : thought;
}

const RESULT: ReadonlySet<string> = new Set([
  ...["role", "id", "content", "requestor", "error", "turn_idx", "timestamp", "tool_messages"],
]);

function resultsOf(message: unknown, place: string): Said[] {
  const { id, content, requestor, error, tool_messages: several } = fieldsOf(message, place, RESULT);
  if (!isNothing(several))
    return listOf(several, `${place}.tool_messages`).flatMap((one, index) =>
      resultsOf(one, `${place}.tool_messages[${index}]`),
    );
  if (requestor === "user") return [];
  const failed = truthOf(error, `${place}.error`) ? { error: { message: content } } : {};
  return [
    { message: { role: "tool", tool_call_id: id, content: content ?? "", ...failed }, place, isGenerated: false },
  ];
}

function listOf(value: unknown, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new CliError(`${place}: expected a list, found ${shown(value)}`);
}
