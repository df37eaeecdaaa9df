/**
 * Gemini's contents. A message is {"role": "user" | "model", "parts": […]}, a part is what its members say, in camelCase
 * (REST) or snake_case (Python):
 *
 *     {text}, {text, thought: true}, {functionCall {id?, name, args}}, {functionResponse {id?, name, response}},
 *     {executableCode}, {codeExecutionResult}, {inlineData}, {fileData}; thoughtSignature beside any of them
 *
 * Calls mostly have no id: a response answers the first open call of its name. A response is an object; its `output`,
 * `result` or `error` alone is the text that it holds.
 *
 * Source: google-genai 3.6.1 (Python), google/genai/types.py (Content, Part, FunctionCall, FunctionResponse).
 */
import { CliError } from "../../../core/errors.ts";
import { writtenJson, writtenLike } from "../../../core/written-json.ts";
import { objectOf, shown, textOf } from "../../reader.ts";
import { type Draft, withIds } from "../ids.ts";
import { idOf, optionalId, type Part, type Result, SEALED, textParts, thoughtParts, turnsOfParts } from "../parts.ts";
import { type Api, argumentsOf, type ChatTurn, type Fields, fieldsOf, hasMember, isNothing } from "../turn.ts";

const ROLES: Readonly<Record<string, ChatTurn["role"]>> = {
  system: "system",
  user: "user",
  function: "user",
  tool: "user",
  model: "assistant",
};
const KNOWN: ReadonlySet<string> = new Set(["role", "parts"]);

export const gemini: Api = {
  name: "Gemini contents",
  shape: "role and parts",
  evidence: (list) => (list.some((message) => hasMember(message, "parts")) ? "a member parts" : undefined),
  turns: (list, place) => withIds(list.flatMap((message, index) => messageTurns(message, `${place}[${index}]`))),
};

function messageTurns(message: unknown, place: string): Draft[] {
  const { role: name, parts } = fieldsOf(message, place, KNOWN);
  const role = isNothing(name)
    ? "user"
    : typeof name === "string" && Object.hasOwn(ROLES, name)
      ? ROLES[name]!
      : undefined;
  if (!role)
    throw new CliError(`${place}.role: expected one of ${Object.keys(ROLES).join(", ")}, found ${shown(name)}`);
  const list = isNothing(parts) ? [] : parts;
  if (!Array.isArray(list)) throw new CliError(`${place}.parts: expected a list of parts, found ${shown(parts)}`);
  const told = list.flatMap((part: unknown, index) => partOf(part, `${place}.parts[${index}]`));
  return turnsOfParts(role, told, place);
}

/** Members that stand beside a part and are none. */
const BESIDE: ReadonlySet<string> = new Set([
  ...["thought", "thoughtSignature", "videoMetadata", "mediaResolution", "partMetadata"],
]);

type Reader = (value: unknown, place: string, isThought: boolean) => readonly Part[];

function partOf(part: unknown, place: string): readonly Part[] {
  if (typeof part === "string") return textParts(textOf(part, place, "text"));
  const fields = inCamelCase(objectOf(part, `one member in ${place}`));
  const members = Object.entries(fields).filter(([name, value]) => !BESIDE.has(name) && value !== null);
  const { thought = null } = fields;
  if (thought !== null && typeof thought !== "boolean")
    throw new CliError(`${place}.thought: expected true or false, found ${shown(thought)}`);
  const isThought = thought === true;
  const [member, other] = members;
  // A signature alone: the thought itself stays with the vendor.
  if (!member) return [SEALED];
  const unknown = [member, other].find((one) => one && !Object.hasOwn(PARTS, one[0]));
  if (unknown)
    throw new CliError(`${place}.${unknown[0]}: expected a part that is understood, found ${shown(unknown[1])}`);
  if (other) throw new CliError(`${place}: expected a part with one member, found ${member[0]} and ${other[0]}`);
  return PARTS[member[0]]!(member[1], `${place}.${member[0]}`, isThought);
}

/** The members under the names of the REST API. */
const inCamelCase = (fields: Fields): Fields =>
  writtenLike(
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
        value,
      ]),
    ),
    fields,
  );

const text: Reader = (value, place, isThought) => {
  const told = textOf(value, place, "text");
  return isThought ? thoughtParts(told) : textParts(told);
};

const CALL: ReadonlySet<string> = new Set(["id", "name", "args"]);
const functionCall: Reader = (value, place) => {
  const fields = fieldsOf(inCamelCase(objectOf(value, `name in ${place}`)), place, CALL);
  const { id, name } = fields;
  const call = {
    id: isNothing(id) ? "" : idOf(id, `${place}.id`),
    name: textOf(name, `${place}.name`, "the name of a tool"),
    arguments: (fields.args ?? undefined) === undefined ? "{}" : argumentsOf(fields, "args", place),
  };
  return [{ kind: "call", call }];
};

const RESPONSE: ReadonlySet<string> = new Set(["id", "name", "response", "parts", "scheduling"]);
const functionResponse: Reader = (value, place) => {
  const fields = fieldsOf(inCamelCase(objectOf(value, `name in ${place}`)), place, RESPONSE);
  const { id, name, response, parts } = fields;
  const pictures = Array.isArray(parts) ? parts.map(() => "file") : [];
  return [
    {
      kind: "result",
      ...responseOf(response, `${place}.response`),
      ...optionalId("toolCallId", id, place),
      toolName: textOf(name, `${place}.name`, "the name of a tool"),
      ...(pictures.length > 0 && { leftOut: pictures }),
    },
  ];
};

/** The text of a response: of `output`, `result` or `error`, where it has nothing else. */
function responseOf(response: unknown, place: string): Pick<Result, "content" | "isError"> {
  if (typeof response === "string") return { content: textOf(response, place, "text") };
  if (isNothing(response)) return { content: "" };
  const [member, other] = Object.entries(objectOf(response, `output in ${place}`));
  if (other || !["output", "result", "error"].includes(member![0])) return { content: writtenJson(response) };
  const [name, value] = member!;
  const content = typeof value === "string" ? textOf(value, `${place}.${name}`, "text") : writtenJson(response);
  return { content, ...(name === "error" && { isError: true }) };
}

/** Google's own tool, whose code and output are parts. */
const CODE_TOOL = "code_execution";
const CODE: ReadonlySet<string> = new Set(["id", "language", "code"]);
const executableCode: Reader = (value, place) => {
  const { id, language, code } = fieldsOf(value, place, CODE);
  const args = { ...(isNothing(language) ? {} : { language }), code: textOf(code, `${place}.code`, "code") };
  const called = isNothing(id) ? "" : idOf(id, `${place}.id`);
  return [{ kind: "call", call: { id: called, name: CODE_TOOL, arguments: JSON.stringify(args) } }];
};

const OUTCOME: ReadonlySet<string> = new Set(["id", "outcome", "output"]);
const codeExecutionResult: Reader = (value, place) => {
  const { id, outcome, output } = fieldsOf(value, place, OUTCOME);
  return [
    {
      kind: "result",
      content: isNothing(output) ? "" : textOf(output, `${place}.output`, "text"),
      ...optionalId("toolCallId", id, place),
      toolName: CODE_TOOL,
      ...(outcome !== "OUTCOME_OK" && { isError: true }),
    },
  ];
};

const PARTS: Readonly<Record<string, Reader>> = {
  text,
  functionCall,
  functionResponse,
  executableCode,
  codeExecutionResult,
  inlineData: () => [{ kind: "leftOut", what: "inline data" }],
  fileData: () => [{ kind: "leftOut", what: "file" }],
};
