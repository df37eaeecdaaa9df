/**
 * Which calls of a chat are actions: those of the world's own tool. A turn without one reached no world. It is a remark, and
 * what it says is a thought before the next action; the loop's reminder that follows is no observation. So are calls beside
 * the world's (`think`, `submit`) and calls whose arguments cannot be read.
 *
 * Several calls in one turn each need an answer of their own. In a world that declares its tools they are one action of several
 * calls, as a policy's turn is (core/calls.ts); elsewhere actions are texts, and each call is an action for itself.
 */
import { actionOfCall, actionOfCalls } from "../../core/calls.ts";
import { CliError } from "../../core/errors.ts";
import type { ToolCall } from "../../core/message.ts";
import { quoted } from "../../core/wording.ts";
import type { Message } from "../conversation.ts";
import { shown, textOf } from "../reader.ts";
import { argumentsIn, type ChatTurn } from "./turn.ts";

/** Arguments that hold an action as the world reads it. */
const ACTION_ARGUMENTS = ["action", "command"] as const;
/** Tools of agents' loops that reach no world, by the names that stock agents give them. */
const LOOP_TOOLS = /^(?:think|submit|finish|finished|done|final_answer|terminate)$/;

export const hasCalls = (turns: readonly ChatTurn[]): boolean => turns.some(({ toolCalls }) => toolCalls !== undefined);

/** A chat of calls as world and agent taking turns, and what else was said. */
export interface CallEpisode {
  /** The world first. An agent's message has its action apart. */
  readonly messages: readonly Message[];
  /** Thoughts behind the last action. */
  readonly unusedThoughts: number;
  /** Reminders and broken calls, by kind, each as often as it occurred. */
  readonly leftOut: readonly string[];
}

/** A call of the world's tools, and its answer when it has come. */
interface Called {
  readonly id: string;
  /** It alone, as an action. */
  readonly action: string;
  /** Where its turn stands. */
  readonly place: string;
  answer?: ChatTurn;
}

/** An action that was called for, by the calls that it is. */
interface Acted {
  readonly message: Message;
  readonly calls: readonly Called[];
}

/** Which tools are the world's. */
export interface WorldTools {
  /** By the user's word; undefined: by evidence. */
  readonly actsWith?: readonly string[] | undefined;
  /** Those that the world declares: their calls are actions as a whole. undefined: an argument of a call is the action. */
  readonly tools?: readonly string[] | undefined;
}

/** What was told so far. */
interface Told {
  /** Whether the calls of a turn are one action. */
  readonly isWhole: boolean;
  /** How a call of the world's tools is written as an action; undefined if its arguments cannot be read. */
  readonly actionIn: (call: ToolCall) => string | undefined;
  /** The names of the world's tools, and whether the user said so. */
  readonly names: ReadonlySet<string>;
  readonly isNamed: boolean;
  readonly acted: Acted[];
  /** Calls of the world's tools that have no answer yet. */
  readonly open: Set<Called>;
  /** Calls that reached no world, by id: their answers are no observations. */
  readonly aside: Map<string, ToolCall>;
  readonly leftOut: string[];
  /** Since the last action. */
  thoughts: string[];
}

/**
 * The episode that a chat of calls tells, system messages left out. Throws CliError naming the message, what was found and what was expected.
 */
export function callEpisode(turns: readonly ChatTurn[], { actsWith, tools }: WorldTools = {}): CallEpisode {
  const told: Told = {
    isWhole: tools !== undefined,
    names: actingNames(turns, actsWith ?? tools),
    isNamed: actsWith !== undefined,
    actionIn: tools ? wholeCall : actionArgument,
    ...{ acted: [], open: new Set(), aside: new Map(), leftOut: [], thoughts: [] },
  };
  const begin = turns.findIndex(({ role }) => role === "assistant");
  for (let at = begin; at < turns.length; at++) {
    const turn = turns[at]!;
    if (turn.role === "assistant") act(told, turn);
    else if (turn.role === "tool") answer(told, turn);
    else hear(told, turn, turns[at - 1]!);
  }
  const { acted, thoughts, leftOut } = told;
  // Behind the last action a log may have broken off.
  const open = [...told.open].find((call) => !acted.at(-1)?.calls.includes(call));
  if (open)
    throw new CliError(
      `${open.place}: expected an answer of its own to each call, found none to ${shown(open.action)}`,
    );
  const opening = turns.slice(0, begin).map(observed);
  const taken = acted.flatMap(({ message, calls }) => [message, ...answersTo(calls)]);
  return { messages: [...opening, ...taken], unusedThoughts: thoughts.length > 0 ? 1 : 0, leftOut };
}

const observed = ({ content, place }: ChatTurn): Message => ({ speaker: "world", text: content, place });

/** What an action led to, as one message; none if nothing is known of it. */
function answersTo(calls: readonly Called[]): readonly Message[] {
  const first = calls.find(({ answer }) => answer)?.answer;
  if (!first) return [];
  if (calls.length === 1) return [observed(first)];
  return [{ ...observed(first), results: calls.map(({ answer }) => answer?.content ?? null) }];
}

/** The calls of the world's tools become actions, everything else is thought. */
function act(told: Told, { reasoning = "", content, toolCalls = [], place }: ChatTurn): void {
  told.thoughts.push(...[reasoning, content].filter((text) => text.trim() !== ""));
  const actions = toolCalls.map((call) => (told.names.has(call.name) ? told.actionIn(call) : undefined));
  const last = actions.findLastIndex((action) => action !== undefined);
  const gathered: (Called & { readonly call: ToolCall })[] = [];
  for (const [index, call] of toolCalls.entries()) {
    const action = actions[index];
    if (action !== undefined) {
      gathered.push({ id: call.id, action, place, call });
      if (told.isWhole && index < last) continue;
      const whole = told.isWhole ? actionOfCalls(gathered.map((one) => one.call)) : action;
      const message: Message = { speaker: "agent", text: told.thoughts.join("\n"), action: whole, place };
      const calls = gathered.splice(0);
      told.acted.push({ message, calls });
      for (const one of calls) told.open.add(one);
      told.thoughts = [];
      continue;
    }
    told.aside.set(call.id, call);
    if (told.names.has(call.name)) told.leftOut.push("call that cannot be read");
    else told.thoughts.push(...textsIn(call));
  }
}

/**
 * Some agents give every call the same id: the last turn's calls are meant that have no answer yet, in order.
 */
function answer({ open, aside, isNamed }: Told, turn: ChatTurn): void {
  const { toolCallId, content, place } = turn;
  const meant = [...open].filter(({ id }) => id === toolCallId);
  const call = meant.find((one) => one.place === meant.at(-1)!.place);
  if (call) {
    call.answer = turn;
    open.delete(call);
    return;
  }
  const other = toolCallId === undefined ? undefined : aside.get(toolCallId);
  if (!other) throw new CliError(`${place}: answers ${shown(toolCallId)}, expected the id of a call without an answer`);
  const isExpected = isNamed || LOOP_TOOLS.test(other.name) || argumentsIn(other) === undefined;
  if (isExpected || content.trim() === "" || other.arguments.includes(content.trim())) return;
  const name = quoted(other.name);
  throw new CliError(
    `${place}: an answer of ${name}, which holds no action: expected --acts-with to say which tools act`,
  );
}

/** A user's message: the answer to the one open call, where a loop has no messages of tools, or the loop's reminder. */
function hear({ open, thoughts, leftOut }: Told, turn: ChatTurn, before: ChatTurn): void {
  const { place, content } = turn;
  if (open.size > 1 || (open.size === 1 && thoughts.length > 0))
    throw new CliError(`${place}: expected the answers to ${open.size} calls, found ${shown(content)}`);
  const [call] = open;
  if (call) {
    call.answer = turn;
    open.delete(call);
    return;
  }
  // Elsewhere a user's message says something new.
  const isReminder = before.role === "assistant" || (before.role === "tool" && before.isError);
  if (!isReminder)
    throw new CliError(`${place}: expected the agent's turn (assistant), found another ${shown(content)}`);
  leftOut.push("reminder");
}

/** The world's tools: those named, or the one whose arguments hold an action. */
function actingNames(turns: readonly ChatTurn[], actsWith: readonly string[] | undefined): ReadonlySet<string> {
  const calls = turns.flatMap(({ toolCalls = [], place }) => toolCalls.map((call) => ({ call, place })));
  if (actsWith) {
    if (calls.some(({ call }) => actsWith.includes(call.name))) return new Set(actsWith);
    throw new CliError(`messages: expected a call of ${actsWith.map(quoted).join(" or ")}, found ${namesOf(calls)}`);
  }
  const acting = [...new Set(calls.filter(({ call }) => hasAction(call)).map(({ call }) => call.name))];
  const [first, ...others] = acting.filter((name) => !LOOP_TOOLS.test(name));
  if (first === undefined) {
    const { call, place } = calls[0]!;
    const described = `${call.name}(${Object.keys(argumentsIn(call) ?? {})
      .slice(0, 5)
      .join(", ")})`;
    throw new CliError(
      `${place}: expected an argument ${ACTION_ARGUMENTS.join(" or ")}, or --acts-with, found ${shown(described)}`,
    );
  }
  if (others.length > 0) {
    const tools = [first, ...others].map(quoted).join(" and ");
    throw new CliError(
      `messages: calls of ${tools} have actions: expected --acts-with to say which tools are the world's`,
    );
  }
  return new Set([first]);
}

const namesOf = (calls: readonly { readonly call: ToolCall }[]) =>
  [...new Set(calls.map(({ call }) => quoted(call.name)))].slice(0, 10).join(", ");

const hasAction = (call: ToolCall) => {
  const given = argumentsIn(call);
  return ACTION_ARGUMENTS.some((name) => typeof given?.[name] === "string");
};

const wholeCall = (call: ToolCall) => (argumentsIn(call) ? actionOfCall(call) : undefined);

/** The action that a call of the world's tool asks for; undefined if its arguments cannot be read. */
function actionArgument(call: ToolCall): string | undefined {
  const given = argumentsIn(call);
  if (!given) return undefined;
  const named = ACTION_ARGUMENTS.find((name) => typeof given[name] === "string");
  const texts = Object.values(given).filter((value) => typeof value === "string");
  const action = named === undefined ? (texts.length === 1 ? texts[0] : undefined) : given[named];
  return action === undefined ? undefined : textOf(action, call.name, "an action");
}

/** What a call beside the world's says: a thought, an answer. */
const textsIn = (call: ToolCall): string[] =>
  Object.values(argumentsIn(call) ?? {}).filter(
    (value): value is string => typeof value === "string" && value.trim() !== "",
  );
