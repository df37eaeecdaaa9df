/**
 * Trajectories in the Agent Trajectory Interchange Format, v1.0 to v1.8, as Harbor and Terminal-Bench's agents write them, one
 * in each file:
 *
 *     schema_version  "ATIF-v1.8"
 *     agent           {"name", "tool_definitions"}: what could be called
 *     steps           [{"source": "system" | "user" | "agent", "message", "reasoning_content"?, "tool_calls"?, "observation"?}]
 *                     is_copied_context   it stood in a trajectory before this one: context
 *                     llm_call_count: 0   no model spoke: context
 *                     observation         {"results": [{"source_call_id"?, "content"?, "subagent_trajectory_ref"?}]}: what calls
 *                                         led to; where nothing was called, what the agent was shown next
 *     subagent_trajectories  trajectories of other agents: each is an episode
 *     extra           whatever its writer put there: task, reward and success are looked for
 *
 * Sources: harbor 0.26.0, models/trajectories/; meridianlabs-ai/inspect_scout tests/sources/atif_source at 63b481d.
 */
import { CliError } from "../../core/errors.ts";
import { type Entry, entryTurns } from "../chats/entries.ts";
import { toolsOf } from "../chats/tools.ts";
import { fieldsOf, isNothing, type LoggedChat, truthOf } from "../chats/turn.ts";
import { recordsByShape } from "../layout.ts";
import { type LogReader, objectOf, shown } from "../reader.ts";
import { type Row, usualEnd } from "../row.ts";
import { type ChatReaderOptions, chatReader } from "./messages.ts";

/** Reads ATIF trajectories, of any benchmark. */
export function atif(options: ChatReaderOptions): LogReader {
  return { ...chatReader("atif", options, chatOf), records: recordsByShape, split: trajectoriesIn, evidence };
}

const VERSION = /^ATIF-v1\.\d+$/;

const evidence = (record: unknown): string | false => {
  const version = (record as Row | null)?.schema_version;
  return typeof version === "string" && /^ATIF-/.test(version) && `schema_version ${shown(version)}`;
};

/** The trajectory and those of its agents, theirs included. */
function trajectoriesIn(record: unknown): Row[] {
  const { subagent_trajectories: inner, ...own } = objectOf(record, "schema_version and steps");
  const others = isNothing(inner) ? [] : listOf(inner, "subagent_trajectories").flatMap(trajectoriesIn);
  return [{ ...own, metadata: own.extra }, ...others];
}

function chatOf(row: Row): LoggedChat {
  const { schema_version: version, agent, steps, extra, continued_trajectory_ref: goesOn } = row;
  if (typeof version !== "string" || !VERSION.test(version))
    throw new CliError(`schema_version: expected ATIF-v1.0 to ATIF-v1.8, found ${shown(version)}`);
  const entries = listOf(steps, "steps").flatMap((step, index) => entriesOf(step, `steps[${index}]`));
  const [first, ...rest] = entries;
  const all =
    first && !isNothing(goesOn) ? [{ ...first, leftOut: ["what goes on in another file"] }, ...rest] : entries;
  const { tool_definitions: defined } = objectOf(agent ?? {}, "name in agent");
  const tools = toolsOf(defined, "agent.tool_definitions");
  return {
    turns: entryTurns(all, { tools }),
    tools,
    ...usualEnd(objectOf(extra ?? {}, "members in extra")),
  };
}

const STEP: ReadonlySet<string> = new Set([
  ...["step_id", "timestamp", "source", "model_name", "reasoning_effort", "message", "reasoning_content", "tool_calls"],
  ...["observation", "metrics", "is_copied_context", "llm_call_count", "extra"],
]);
const CALL: ReadonlySet<string> = new Set(["tool_call_id", "function_name", "arguments", "extra"]);
const RESULT: ReadonlySet<string> = new Set(["source_call_id", "content", "subagent_trajectory_ref", "extra"]);
const ROLES: Readonly<Record<string, string>> = { system: "system", user: "user", agent: "assistant" };

/** What was said in a step, and what was answered. */
function entriesOf(step: unknown, place: string): Entry[] {
  const fields = fieldsOf(step, place, STEP);
  const { source, message, reasoning_content, observation } = fields;
  const role = typeof source === "string" && Object.hasOwn(ROLES, source) ? ROLES[source]! : undefined;
  if (role === undefined) throw new CliError(`${place}.source: expected system, user or agent, found ${shown(source)}`);
  const calls = isNothing(fields.tool_calls)
    ? []
    : listOf(fields.tool_calls, `${place}.tool_calls`).map((call, index) =>
        callOf(call, `${place}.tool_calls[${index}]`),
      );
  const thought = isNothing(reasoning_content) ? {} : { reasoning_content };
  const said: Entry = {
    message: { role, content: message, ...thought, ...(calls.length > 0 && { tool_calls: calls }) },
    place,
    isContext: truthOf(fields.is_copied_context, `${place}.is_copied_context`) || fields.llm_call_count === 0,
  };
  if (isNothing(observation)) return [said];
  const { results } = fieldsOf(observation, `${place}.observation`, new Set(["results"]));
  const answers = listOf(results ?? [], `${place}.observation.results`).map((result, index) =>
    answerOf(result, calls.length > 0, `${place}.observation.results[${index}]`),
  );
  return [said, ...answers];
}

function callOf(call: unknown, place: string): Row {
  const { tool_call_id: id, function_name: name, arguments: given } = fieldsOf(call, place, CALL);
  return { id, type: "function", function: { name, arguments: given } };
}

/** An answer to a call; where none was made, what the agent was shown. */
function answerOf(result: unknown, isCalled: boolean, place: string): Entry {
  const { source_call_id: id, content, subagent_trajectory_ref: others } = fieldsOf(result, place, RESULT);
  const isAnswer = isCalled || !isNothing(id);
  return {
    message: {
      role: isAnswer ? "tool" : "user",
      content: content ?? "",
      ...(!isNothing(id) && { tool_call_id: id }),
    },
    place,
    ...(!isNothing(others) && { leftOut: ["reference to another agent's trajectory"] }),
  };
}

function listOf(value: unknown, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new CliError(`${place}: expected a list, found ${shown(value)}`);
}
