/**
 * Messages of Amazon Bedrock's Converse API, and of what is modelled after it (Strands, Nova). A part has no type: it is
 * what its one member is.
 *
 *     text, toolUse {toolUseId, name, input}, toolResult {toolUseId, content: [{text} | {json}], status},
 *     reasoningContent {reasoningText {text, signature} | redactedContent}, image, document, video, audio, cachePoint, …
 *
 * Source: botocore 1.44.8, data/bedrock-runtime/2023-09-30/service-2.json (Message, ContentBlock and what they name).
 */
import { CliError } from "../../../core/errors.ts";
import { writtenJson } from "../../../core/written-json.ts";
import { objectOf, shown, textOf } from "../../reader.ts";
import { type Draft, withIds } from "../ids.ts";
import { contentOf, idOf, type Part, SEALED, textParts, thoughtParts, turnsOfParts } from "../parts.ts";
import {
  type Api,
  argumentsOf,
  type ChatTurn,
  type Fields,
  fieldsOf,
  hasMember,
  hasPart,
  isNothing,
  roleOf,
} from "../turn.ts";

const ROLES: Readonly<Record<string, ChatTurn["role"]>> = { system: "system", user: "user", assistant: "assistant" };
const KNOWN: ReadonlySet<string> = new Set(["role", "content", "metadata", "timestamp", "id"]);

/** Members that are parts of this API alone, where a part has no type. */
const OWN = ["toolUse", "toolResult", "reasoningContent", "text"];

export const bedrock: Api = {
  name: "Bedrock Converse",
  shape: "role and content of parts without a type (text, toolUse, toolResult)",
  evidence(list) {
    let found: string | undefined;
    const isOwn = (part: Fields) => {
      if (part.type !== undefined || part.value !== undefined) return false;
      const name = OWN.find((one) => Object.hasOwn(part, one));
      // A call says more than a text.
      if (name !== undefined && (found === undefined || found === "text")) found = name;
      return false;
    };
    for (const message of list) if (hasMember(message, "role")) hasPart(message, isOwn);
    return found === undefined ? undefined : `a part ${found} without a type`;
  },
  turns: (list, place) => withIds(list.flatMap((message, index) => messageTurns(message, `${place}[${index}]`))),
};

function messageTurns(message: unknown, place: string): Draft[] {
  const { role: name, content } = fieldsOf(message, place, KNOWN);
  const role = roleOf(name, ROLES, place);
  return turnsOfParts(role, partsIn(content, `${place}.content`, PARTS), place);
}

type Reader = (value: unknown, place: string) => readonly Part[];

/** The parts of a list in which each is an object with one member. */
function partsIn(content: unknown, place: string, readers: Readonly<Record<string, Reader>>): Part[] {
  if (typeof content === "string") return textParts(textOf(content, place, "text"));
  if (!Array.isArray(content)) throw new CliError(`${place}: expected a list of parts, found ${shown(content)}`);
  return content.flatMap((part: unknown, index): readonly Part[] => {
    const at = `${place}[${index}]`;
    const members = Object.entries(objectOf(part, `one member in ${at}`)).filter(([, value]) => value !== null);
    const [member, other] = members;
    if (!member) throw new CliError(`${at}: expected a part with one member, found none`);
    const unknown = [member, other].find((one) => one && !Object.hasOwn(readers, one[0]));
    if (unknown)
      throw new CliError(`${at}.${unknown[0]}: expected a part that is understood, found ${shown(unknown[1])}`);
    if (other) throw new CliError(`${at}: expected a part with one member, found ${member[0]} and ${other[0]}`);
    return readers[member[0]]!(member[1], `${at}.${member[0]}`);
  });
}

const text: Reader = (value, place) => textParts(textOf(value, place, "text"));
const leftOut =
  (what: string): Reader =>
  () => [{ kind: "leftOut", what }];

const USE: ReadonlySet<string> = new Set(["toolUseId", "name", "input", "type"]);
const toolUse: Reader = (value, place) => {
  const fields = fieldsOf(value, place, USE);
  const { toolUseId, name } = fields;
  const call = {
    id: isNothing(toolUseId) ? "" : idOf(toolUseId, `${place}.toolUseId`),
    name: textOf(name, `${place}.name`, "the name of a tool"),
    arguments: argumentsOf(fields, "input", place),
  };
  return [{ kind: "call", call }];
};

const RESULT: ReadonlySet<string> = new Set(["toolUseId", "content", "status", "type"]);
const toolResult: Reader = (value, place) => {
  const { toolUseId, content, status } = fieldsOf(value, place, RESULT);
  if (status !== undefined && status !== null && status !== "success" && status !== "error")
    throw new CliError(`${place}.status: expected "success" or "error", found ${shown(status)}`);
  return [
    {
      kind: "result",
      ...contentOf(partsIn(content, `${place}.content`, INNER), `${place}.content`),
      toolCallId: idOf(toolUseId, `${place}.toolUseId`),
      ...(status === "error" && { isError: true }),
    },
  ];
};

const REASONING: ReadonlySet<string> = new Set(["reasoningText", "redactedContent"]);
const REASONING_TEXT: ReadonlySet<string> = new Set(["text", "signature"]);
const reasoningContent: Reader = (value, place) => {
  const { reasoningText } = fieldsOf(value, place, REASONING);
  if (isNothing(reasoningText)) return [SEALED];
  const { text: told } = fieldsOf(reasoningText, `${place}.reasoningText`, REASONING_TEXT);
  return isNothing(told) ? [SEALED] : thoughtParts(textOf(told, `${place}.reasoningText.text`, "text"));
};

const CITED: ReadonlySet<string> = new Set(["content", "citations"]);
const citationsContent: Reader = (value, place) =>
  partsIn(fieldsOf(value, place, CITED).content, `${place}.content`, { text });

const GUARDED: ReadonlySet<string> = new Set(["text", "qualifiers"]);
/** A guard's text is text that a filter looks at, too. */
const guardContent: Reader = (value, place) => {
  const guarded = objectOf(value, `text in ${place}`);
  if (guarded.text === undefined) return [{ kind: "leftOut", what: "image" }];
  return text(fieldsOf(guarded.text, `${place}.text`, GUARDED).text, `${place}.text.text`);
};

const SEARCH: ReadonlySet<string> = new Set(["source", "title", "content", "citations"]);
const searchResult: Reader = (value, place) => {
  const { title, source, content } = fieldsOf(value, place, SEARCH);
  return [
    ...text(title, `${place}.title`),
    ...text(source, `${place}.source`),
    ...partsIn(content, `${place}.content`, { text }),
  ];
};

/** What may stand in a result, too. */
const INNER: Readonly<Record<string, Reader>> = {
  text,
  json: (value) => textParts(writtenJson(value)),
  image: leftOut("image"),
  document: leftOut("document"),
  video: leftOut("video"),
  searchResult,
};

const PARTS: Readonly<Record<string, Reader>> = {
  text,
  image: leftOut("image"),
  document: leftOut("document"),
  video: leftOut("video"),
  audio: leftOut("audio"),
  searchResult,
  citationsContent,
  guardContent,
  toolUse,
  toolResult,
  reasoningContent,
  cachePoint: () => [],
};
