/**
 * Conversations in which a call is a message of its own, with JSON as its text.
 *
 *     ShareGPT   [{"from", "value"}, …]: system; human or user; gpt or assistant; function_call; observation or tool
 *     ms-swift   [{"role", "content"}, …] with the roles tool_call and tool_response beside the usual ones
 *
 * A call's text is {"name", "arguments"} or a list of them, with a thought in tags before it. The next answers are to it, in
 * order.
 *
 * Source: LLaMA-Factory at 02e2fb34bf8a79330b080607872fe4565876d0e6, data/README.md and
 * src/llamafactory/data/converter.py (SharegptDatasetConverter); ms-swift's documents, "Agent support".
 */
import { CliError } from "../../../core/errors.ts";
import { callsInText } from "../../../formats/calls/text.ts";
import { shown, textOf } from "../../reader.ts";
import { type Draft, withIds } from "../ids.ts";
import { type Part, textParts, thoughtParts, turnsOfParts } from "../parts.ts";
import { thoughtBefore } from "../thoughts.ts";
import { type Api, type ChatTurn, type Fields, fieldsOf } from "../turn.ts";

const ASIDE = ["loss", "weight", "train", "loss_scale", "loss_weight", "step_loss_mask", "id"];
type Roles = Readonly<Record<string, ChatTurn["role"] | "call">>;

const SHAREGPT: Roles = {
  system: "system",
  human: "user",
  user: "user",
  gpt: "assistant",
  assistant: "assistant",
  chatgpt: "assistant",
  function_call: "call",
  tool_call: "call",
  observation: "tool",
  tool: "tool",
  tool_response: "tool",
  function_response: "tool",
};

const SWIFT: Roles = {
  system: "system",
  user: "user",
  assistant: "assistant",
  tool_call: "call",
  function_call: "call",
  tool_response: "tool",
  tool: "tool",
  observation: "tool",
};

export const sharegpt: Api = {
  name: "ShareGPT",
  shape: "from and value",
  evidence: (list) => (list.some((message) => has(message, "from", "value")) ? "from and value" : undefined),
  turns: (list, place) => withIds(readWith(list, place, SHAREGPT, ["from", "value"])),
};

export const swift: Api = {
  name: "ms-swift",
  shape: "role (tool_call, tool_response) and content",
  evidence(list) {
    const isOwn = (one: unknown) =>
      has(one, "role", "content") && /^(?:tool_call|tool_response|function_call)$/.test(String(one.role));
    const own = list.find(isOwn) as Fields | undefined;
    return own && `the role ${own.role}`;
  },
  turns: (list, place) => withIds(gathered(readWith(list, place, SWIFT, ["role", "content"]))),
};

/** ms-swift puts calls together with what was said, and called, right before them. */
function gathered(drafts: readonly Draft[]): Draft[] {
  const turns: Draft[] = [];
  for (const draft of drafts) {
    const before = turns.at(-1);
    const isSame = before?.role === "assistant" && draft.toolCalls !== undefined && draft.reasoning === undefined;
    if (isSame) turns[turns.length - 1] = { ...before, toolCalls: [...(before.toolCalls ?? []), ...draft.toolCalls] };
    else turns.push(draft);
  }
  return turns;
}

const has = (message: unknown, ...names: string[]): message is Fields =>
  typeof message === "object" && message !== null && names.every((name) => Object.hasOwn(message, name));

function readWith(list: readonly unknown[], place: string, roles: Roles, names: readonly [string, string]): Draft[] {
  const known = new Set([...names, ...ASIDE]);
  return list.flatMap((message, index): Draft[] => {
    const at = `${place}[${index}]`;
    const fields = fieldsOf(message, at, known);
    const name = fields[names[0]];
    const role = typeof name === "string" && Object.hasOwn(roles, name) ? roles[name]! : undefined;
    if (!role)
      throw new CliError(`${at}.${names[0]}: expected one of ${Object.keys(roles).join(", ")}, found ${shown(name)}`);
    const value = fields[names[1]];
    const text = role === "assistant" && value === null ? "" : textOf(value, `${at}.${names[1]}`, "text");
    return role === "call"
      ? turnsOfParts("assistant", callParts(text, at), at)
      : turnsOfParts(role, textParts(text), at);
  });
}

function callParts(text: string, place: string): Part[] {
  const { thought = "", rest } = thoughtBefore(text);
  const calls = callsInText(rest, place);
  return [...thoughtParts(thought), ...calls.map((call): Part => ({ kind: "call", call }))];
}
