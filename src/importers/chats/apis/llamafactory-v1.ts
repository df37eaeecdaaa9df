/**
 * LLaMA-Factory v1: [{"role", "content": [{"type", "value"}, …], "loss_weight"}, …], roles system, user, assistant and tool.
 * Parts are text, reasoning, tool_call (the JSON of a call), and pictures and sounds.
 *
 * Source: LLaMA-Factory at 121291957307cf494d726cd0a84e61340345aa0f, src/llamafactory/v1/utils/types.py (Content, Message).
 */
import { callsInText } from "../../../formats/calls/text.ts";
import { textOf } from "../../reader.ts";
import { type Draft, withIds } from "../ids.ts";
import { leftOutPart, type PartReader, partsOf, textParts, thoughtParts, turnsOfParts } from "../parts.ts";
import { type Api, type ChatTurn, fieldsOf, hasMember, hasPart, roleOf } from "../turn.ts";

const ROLES: Readonly<Record<string, ChatTurn["role"]>> = {
  system: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
};
const KNOWN: ReadonlySet<string> = new Set(["role", "content", "loss_weight", "weight"]);

export const llamafactoryV1: Api = {
  name: "LLaMA-Factory v1",
  shape: "role and content of parts with type and value",
  evidence: (list) =>
    list.some((one) => hasMember(one, "role") && hasPart(one, (part) => "type" in part && "value" in part))
      ? "a part of type and value"
      : undefined,
  turns: (list, place) => withIds(list.flatMap((message, index) => messageTurns(message, `${place}[${index}]`))),
};

function messageTurns(message: unknown, place: string): Draft[] {
  const { role: name, content } = fieldsOf(message, place, KNOWN);
  const role = roleOf(name, ROLES, place);
  return turnsOfParts(role, partsOf(content, `${place}.content`, PARTS), place);
}

const PART: ReadonlySet<string> = new Set(["type", "value"]);
const valueIn: (...given: Parameters<PartReader>) => string = (part, place) =>
  textOf(fieldsOf(part, place, PART).value, `${place}.value`, "text");

const PARTS: Readonly<Record<string, PartReader>> = {
  text: (part, place) => textParts(valueIn(part, place)),
  reasoning: (part, place) => thoughtParts(valueIn(part, place)),
  tool_call: (part, place) => callsInText(valueIn(part, place), place).map((call) => ({ kind: "call" as const, call })),
  image_url: leftOutPart("image"),
  video_url: leftOutPart("video"),
  audio_url: leftOutPart("audio"),
};
