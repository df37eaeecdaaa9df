/**
 * ShareGPT's conversations, as LLaMA-Factory and others have them: `[{"from", "value"}, …]`.
 *
 *     from    system; human or user; gpt or assistant; function_call, whose value is the JSON of a call; observation or tool,
 *             the answer to the call before
 *
 * Source: LLaMA-Factory's data/README.md (sharegpt format).
 */
import { CliError } from "../../../core/errors.ts";
import { parseWritten, writtenJson } from "../../../files/written-json.ts";
import { objectOf, shown, textOf } from "../../reader.ts";
import { type Api, argumentsOf, type ChatTurn, fieldsOf, isNothing } from "../turn.ts";

const ROLES: Readonly<Record<string, ChatTurn["role"]>> = {
  system: "system",
  human: "user",
  user: "user",
  gpt: "assistant",
  assistant: "assistant",
  function_call: "assistant",
  observation: "tool",
  tool: "tool",
};

const KNOWN: ReadonlySet<string> = new Set(["from", "value", "loss", "weight", "train"]);

export const sharegpt: Api = {
  name: "ShareGPT",
  evidence: (list) => {
    const isOne = (message: unknown) =>
      typeof message === "object" && message !== null && "from" in message && !("role" in message);
    return list.some(isOne) ? "from and value" : undefined;
  },
  turns(list, place) {
    let calls = 0;
    return list.map((message, index) => {
      const turn = turnOf(message, `${place}[${index}]`, `call_${calls}`);
      if (turn.role === "tool") return calls === 0 ? turn : { ...turn, toolCallId: `call_${calls - 1}` };
      if (turn.toolCalls) calls++;
      return turn;
    });
  },
};

function turnOf(message: unknown, place: string, callId: string): ChatTurn {
  const { from, value } = fieldsOf(message, place, KNOWN);
  const role = typeof from === "string" && Object.hasOwn(ROLES, from) ? ROLES[from]! : undefined;
  if (!role)
    throw new CliError(`${place}.from: expected one of ${Object.keys(ROLES).join(", ")}, found ${shown(from)}`);
  if (from === "function_call")
    return { role, content: "", toolCalls: [{ id: callId, ...callOf(value, place) }], place };
  return {
    role,
    content: isNothing(value) && value !== undefined ? "" : textOf(value, `${place}.value`, "text"),
    place,
  };
}

function callOf(value: unknown, place: string): { name: string; arguments: string } {
  const text = textOf(value, `${place}.value`, "the JSON of a call");
  let call: unknown;
  try {
    call = parseWritten(text);
  } catch {
    throw new CliError(`${place}.value: expected the JSON of a call, found ${shown(text)}`);
  }
  const { name, arguments: given } = objectOf(call, `name and arguments in ${place}.value`);
  return {
    name: textOf(name, `${place}.value.name`, "the name of a tool"),
    arguments: argumentsOf(given, `${place}.value.arguments`, writtenJson),
  };
}
