/**
 * Chats as fine-tuning services, servers and agents have them. A record is a list of messages, or an object with
 *
 *     messages                [{"role": "system" | "user" | "assistant" | "tool", "content", "tool_calls"?}, …]; ShareGPT's
 *                             `conversations` of `from` and `value`, and TRL's `prompt` and `completion`, likewise;
 *                             `history` and `traj` of agents (mini-swe-agent, tau-bench)
 *                             `contents` of Gemini, `input` and `output` of OpenAI's Responses API. Of several in one record
 *                             all must say the same
 *     system (system_prompt, system_instruction)
 *                             the system message, where it stands beside the messages
 *     reward (score, return)  in the benchmark's units; may be absent
 *     success (won)           true or false; may be absent. Texts of numbers and booleans are read; NaN is as if absent
 *     task_id, task, item_id, game_file, id, also in metadata or info: the task, where one of them names one (`alfworld/train/…`,
 *                             a path of a game, `sciworld_12`); otherwise the goal's text tells it
 *
 * Where a row has them elsewhere, paths say so (`--messages traj`, `--reward info.reward`).
 *
 * The first message of the user has the goal and the first observation, as gleaner writes it (a blank line between them) or
 * as the world's own logs do. In a world of the user's own the goal may stand alone, or have blank lines itself: there the
 * task's goal tells how far it goes. What a turn means is told by one of gleaner's formats, recognised or given (`--spelling`).
 * Weights and masks are not read: what is to be learned is for an algorithm to say.
 *
 * Sources: OpenAI's OpenAPI document 2.3.0 (ChatCompletionRequestMessage, FineTuneChatRequestInput); gleaner's exporters to
 * openai, agentgym, eto, trl and others of that shape. Preference pairs are not read.
 */
import type { Benchmark } from "../../core/environment.ts";
import { CliError } from "../../core/errors.ts";
import { readChat, type SpellingName } from "../chat.ts";
import { readMessages } from "../chats/apis.ts";
import { keptEpisode, keyByGoal } from "../chats/logged.ts";
import { systemBeside } from "../chats/system.ts";
import { toolsOf } from "../chats/tools.ts";
import type { LoggedChat } from "../chats/turn.ts";
import { type LoggedEpisode, type LogReader, objectOf } from "../reader.ts";
import { endingAt, endingOf, holderOf, nothingAt, type Paths, type Row, taskKeyOf, toldAt, usualEnd } from "../row.ts";
import type { StepFields } from "../step-fields.ts";
import { worldOf } from "../worlds/worlds.ts";
import { readerParts } from "./conversations.ts";
import { withoutTexts } from "./verl-rows.ts";

/** How a reader of chats is to read. */
export interface ChatReaderOptions {
  readonly benchmark: Benchmark;
  /** How the agent spelled its turns. Absent: it is recognised, record by record. */
  readonly spelling?: SpellingName;
  /** Where a row's parts stand, e.g. `metadata.game`. Absent: the usual places. */
  readonly paths?: Paths;
  /** The names of the world's tools. Absent: by evidence, record by record. */
  readonly actsWith?: readonly string[];
  /** Of lists of steps: the names of their members, where they are not gleaner's. */
  readonly stepFields?: StepFields;
  /** How episodes without a world ended whose logs do not tell. Absent: they are not known to have ended. */
  readonly ended?: "won" | "lost";
}

/** What a chat is called, whole or in two parts. */
const LISTS = [["messages"], ["conversations"], ["conversation"], ["prompt", "completion"]] as const;
/** Names that are also given to other things: it is a chat if each element has a speaker. */
const MAYBE_LISTS = ["history", "traj", "trajectory", "contents"] as const;

/** Reads chats of any benchmark. A record may be the chat itself. */
export function messages(options: ChatReaderOptions): LogReader {
  const reader = chatReader("messages", options, (given) => {
    const row = withoutTexts(given);
    if ((row.chosen ?? row.rejected ?? row.preferred_output) !== undefined) {
      throw new CliError("a preference pair: expected one conversation, messages");
    }
    const told = options.paths?.messages;
    const tools = toolsOf(row.tools ?? row.functions, "tools");
    const holder = told === undefined ? row : holderOf(row, told);
    const read = (list: unknown, place: string): LoggedChat => ({
      turns: readMessages(list, place, { tools, system: systemBeside(holder) }).turns,
      tools,
      ...usualEnd(row),
    });
    if (told !== undefined) return read(toldAt(row, told), told);
    const [first, ...others] = listsIn(row);
    if (!first) throw nothingAt("messages", "a list of messages", row, "--messages says where it is");
    const chat = read(first.list, first.name);
    for (const { list, name } of others) refuseOther(chat, read(list, name), [first.name, name]);
    return chat;
  });
  return { ...reader, read: (row) => reader.read(Array.isArray(row) ? { messages: row } : row) };
}

/** A list of messages in a record. */
interface NamedList {
  readonly name: string;
  readonly list: unknown;
}

/** The chats of a record, each in one piece: calls of one part may be answered in the other. */
function listsIn(row: Row): NamedList[] {
  const whole = LISTS.filter((names) => names.every((name) => row[name] !== undefined)).map((names): NamedList => {
    const lists = names.map((name) => row[name]);
    return { name: names.join(" + "), list: lists.length > 1 && lists.every(Array.isArray) ? lists.flat() : lists[0] };
  });
  const others = MAYBE_LISTS.filter((name) => isChat(row[name])).map((name) => ({ name, list: row[name] }));
  return [...whole, ...others, ...responsesIn(row)];
}

/** A request to OpenAI's Responses API and its answer: `input` and `output`. */
function responsesIn({ input, output }: Row): NamedList[] {
  const items = Array.isArray(output) ? output : [];
  const asked = typeof input === "string" && isItems(items) ? [{ role: "user", content: input }] : input;
  return isItems(asked) ? [{ name: items.length > 0 ? "input + output" : "input", list: [...asked, ...items] }] : [];
}

const isItems = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((one) => one !== null && typeof one === "object" && ("role" in one || "type" in one));

/** Throws CliError where a record has two conversations: which one is to be learned nobody can say. */
function refuseOther(chat: LoggedChat, other: LoggedChat, names: readonly [string, string]): void {
  const [one, two] = [chat, other].map(({ turns }) => JSON.stringify(turns.map(({ place: _, ...turn }) => turn)));
  if (one !== two)
    throw new CliError(
      `${names[1]}: expected the same conversation as in ${names[0]}; --messages says which one is meant`,
    );
}

/** Whether each element has a speaker. SWE-agent's demonstrations are no part of the run: such a list is none. */
const isChat = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((message: unknown) => {
    if (message === null || typeof message !== "object") return false;
    const isSpoken = ["role", "from", "parts"].some((name) => Object.hasOwn(message, name));
    return isSpoken && !Object.hasOwn(message, "is_demo");
  });

/** A reader of rows that hold a chat each; `parts` takes a row apart. */
export function chatReader(
  name: string,
  { benchmark, spelling, actsWith, ended, paths = {} }: ChatReaderOptions,
  parts: (row: Row) => LoggedChat,
): LogReader {
  const world = worldOf(benchmark);
  const options = {
    ...(spelling && { spelling }),
    ...(actsWith && { actsWith: actsWith.join(", ") }),
    ...pathSettings(paths),
  };
  return {
    name,
    ...readerParts(world),
    ...(Object.keys(options).length > 0 && { options }),
    read(value): LoggedEpisode {
      const row = objectOf(value, "messages");
      const { turns, tools, ...told } = parts(row);
      const taskKey = taskKeyOf(row, world, paths.task);
      if (world.keepsChats) {
        const episode = keptEpisode({ turns, tools });
        const ending = endingAt(row, paths, told, world, "");
        const isTold = ending.end !== undefined || ended === undefined;
        // The user says how it ended. That the log does not stays told.
        const end = isTold ? ending.end : endingOf({ reward: undefined, success: ended === "won" }, world, "").end;
        return { ...episode, taskKey: taskKey ?? keyByGoal(episode), claimed: ending.claimed, ...(end && { end }) };
      }
      const episode = readChat(turns, {
        benchmark,
        world,
        hasKey: taskKey !== null,
        ...(spelling && { spelling }),
        ...(actsWith && { actsWith }),
      });
      return { taskKey, ...episode, ...endingAt(row, paths, told, world, episode.steps.at(-1)!.action) };
    },
  };
}

/** The paths as a run's settings have them; that of the task has the name under which stores know it. */
export const pathSettings = ({ task, ...others }: Paths): Readonly<Record<string, string>> => ({
  ...(task !== undefined && { taskField: task }),
  ...others,
});
