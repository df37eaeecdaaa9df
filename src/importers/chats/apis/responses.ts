/**
 * Items of OpenAI's Responses API. What stands in one message elsewhere is several items here: a thought, a text and each
 * call. Items of the agent that follow each other are one turn.
 *
 *     {type: "message", role, content}, {type: "reasoning", summary, content, encrypted_content},
 *     {type: "function_call", call_id, name, arguments}, {type: "function_call_output", call_id, output},
 *     {type: "custom_tool_call", call_id, name, input}, {type: "custom_tool_call_output", call_id, output},
 *     shells, patches and MCP tools, each with its own names
 *
 * Items whose results are not told (web_search_call, file_search_call, image_generation_call) and those that stand for others
 * (item_reference, compaction) are refused.
 *
 * Source: openai 3.57.0 (Python), types/responses/response_input_item_param.py and what it names.
 */
import { CliError } from "../../../core/errors.ts";
import { writtenJson } from "../../../core/written-json.ts";
import { objectOf, shown, textOf } from "../../reader.ts";
import { type Draft, withIds } from "../ids.ts";
import { contentOf, idOf, type Part, partsOf, SEALED, textPart, thoughtParts, turnsOfParts } from "../parts.ts";
import { type Api, argumentsOf, type ChatTurn, type Fields, fieldsOf, isNothing, roleOf } from "../turn.ts";
import { CONTENT_PARTS } from "./content.ts";

const ROLES: Readonly<Record<string, ChatTurn["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
};

export const responses: Api = {
  name: "OpenAI Responses",
  shape: "items with a type (message, function_call, function_call_output)",
  evidence(list) {
    const item = list.find(
      (one) =>
        typeof one === "object" &&
        one !== null &&
        !("role" in one) &&
        Object.hasOwn(ITEMS, String((one as Fields).type)),
    ) as Fields | undefined;
    return item && `an item of type ${item.type}`;
  },
  turns(list, place) {
    const drafts: Draft[] = [];
    let open: Part[] = [];
    let begun = "";
    const close = () => {
      if (open.length > 0) drafts.push(...turnsOfParts("assistant", open, begun));
      open = [];
    };
    list.forEach((item, index) => {
      const at = `${place}[${index}]`;
      const { role, parts } = itemOf(item, at);
      if (role !== "assistant") {
        close();
        drafts.push(...turnsOfParts(role, parts, at));
        return;
      }
      if (open.length > 0 && beginsTurn(parts, open)) close();
      if (open.length === 0) begun = at;
      open.push(...parts);
    });
    close();
    return withIds(drafts);
  },
};

/** A second text is another turn, and so is a text or a thought behind calls: one turn could not keep the order. */
function beginsTurn(parts: readonly Part[], open: readonly Part[]): boolean {
  const has = (kind: Part["kind"]) => open.some((part) => part.kind === kind);
  return parts.some(({ kind }) => (kind === "text" && has("text")) || (kind !== "call" && has("call")));
}

interface Item {
  readonly role: ChatTurn["role"];
  readonly parts: readonly Part[];
}

function itemOf(item: unknown, place: string): Item {
  const fields = objectOf(item, `type in ${place}`);
  const type = isNothing(fields.type) && fields.role !== undefined ? "message" : fields.type;
  if (typeof type === "string" && Object.hasOwn(ITEMS, type)) return ITEMS[type]!(fields, place);
  throw new CliError(`${place}: expected an item that is understood, found type ${shown(type)}`);
}

type ItemReader = (fields: Fields, place: string) => Item;

/** Members of items that no model reads. */
const ASIDE = ["type", "id", "status", "namespace", "caller", "async", "phase", "created_by", "agent", "metadata"];
const known = (...names: string[]): ReadonlySet<string> => new Set([...ASIDE, ...names]);

const MESSAGE = known("role", "content");
const message: ItemReader = (item, place) => {
  const { role: name, content } = fieldsOf(item, place, MESSAGE);
  const role = roleOf(name, ROLES, place);
  const parts = partsOf(content, `${place}.content`, CONTENT_PARTS);
  // A message without a word is a turn, too.
  return { role, parts: parts.length > 0 ? parts : [{ kind: "text", text: "" }] };
};

const REASONING = known("summary", "content", "encrypted_content");
const REASONING_PARTS = { reasoning_text: textPart(), summary_text: textPart(), text: textPart() };
/** The thought itself, where it is told; else its summary. Of both the summary is left out. */
const reasoning: ItemReader = (item, place) => {
  const { summary, content, encrypted_content: sealed } = fieldsOf(item, place, REASONING);
  // The summary is read for what is wrong in it, also where it is left out.
  const [whole, short] = [content, summary].map((told, index) =>
    isNothing(told) ? [] : partsOf(told, `${place}.${index === 0 ? "content" : "summary"}`, REASONING_PARTS),
  );
  const texts = (isNothing(content) ? short : whole) ?? [];
  const thought = texts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n\n");
  const isSealed = isNothing(content) && (!isNothing(sealed) || thought === "");
  const hasBoth = !isNothing(content) && !isNothing(summary);
  const leftOut = [...(isSealed ? [SEALED] : []), ...(hasBoth ? [SUMMARY] : [])];
  return { role: "assistant", parts: [...thoughtParts(thought), ...leftOut] };
};
const SUMMARY: Part = { kind: "leftOut", what: "summary of a thought" };

const calling = (id: unknown, place: string, name: string, given: string): Item => {
  const call = { id: isNothing(id) ? "" : idOf(id, `${place}.call_id`), name, arguments: given };
  return { role: "assistant", parts: [{ kind: "call", call }] };
};
const nameIn = (value: unknown, place: string) => textOf(value, `${place}.name`, "the name of a tool");

const CALL = known("call_id", "name", "arguments");
const functionCall: ItemReader = (item, place) => {
  const fields = fieldsOf(item, place, CALL);
  return calling(fields.call_id, place, nameIn(fields.name, place), argumentsOf(fields, "arguments", place));
};

const CUSTOM = known("call_id", "name", "input");
/** A tool that takes text instead of JSON: the text is its one argument, `input`. */
const customCall: ItemReader = (item, place) => {
  const { call_id: id, name, input } = fieldsOf(item, place, CUSTOM);
  const given = JSON.stringify({ input: textOf(input, `${place}.input`, "text") });
  return calling(id, place, nameIn(name, place), given);
};

/** A call of OpenAI's own tool, which runs where the agent does: what it does stands in the member `what`. */
function ownCall(tool: string, what: string): ItemReader {
  const members = known("call_id", what, "environment", "pending_safety_checks", "max_output_length");
  return (item, place) => {
    const fields = fieldsOf(item, place, members);
    const given = writtenJson(objectOf(fields[what], `members in ${place}.${what}`));
    return calling(fields.call_id ?? fields.id, place, tool, given);
  };
}

const OUTPUT = known("call_id", "output", "name", "max_output_length", "acknowledged_safety_checks");
const output: ItemReader = (item, place) => {
  const { call_id: id, output: told, name, status } = fieldsOf(item, place, OUTPUT);
  const result = {
    kind: "result" as const,
    ...contentOf(outputParts(told, `${place}.output`), `${place}.output`),
    ...(isNothing(id) ? {} : { toolCallId: idOf(id, `${place}.call_id`) }),
    ...(typeof name === "string" && name !== "" && { toolName: name }),
    ...(status === "failed" && { isError: true as const }),
  };
  return { role: "user", parts: [result] };
};

/** Text, or parts; a shell's `[{stdout, stderr, outcome}]` as JSON; a screenshot is left out. */
function outputParts(told: unknown, place: string): readonly Part[] {
  if (told === undefined || told === null) return [];
  if (typeof told === "string") return partsOf(told, place, CONTENT_PARTS);
  const isTyped = (value: unknown) => typeof value === "object" && value !== null && "type" in value;
  if (!Array.isArray(told)) {
    const { type } = objectOf(told, `text or parts in ${place}`);
    if (type === "computer_screenshot") return [{ kind: "leftOut", what: "image" }];
    throw new CliError(`${place}: expected text or a list of parts, found an object`);
  }
  if (told.some(isTyped)) return partsOf(told, place, CONTENT_PARTS);
  return [{ kind: "text", text: writtenJson(told) }];
}

const MCP = known("name", "arguments", "server_label", "output", "error", "approval_request_id");
/** Call and result in one item. */
const mcpCall: ItemReader = (item, place) => {
  const fields = fieldsOf(item, place, MCP);
  const { id, name, output: told, error } = fields;
  const { parts } = calling(id, place, nameIn(name, place), argumentsOf(fields, "arguments", place));
  const isError = !isNothing(error);
  const heard = isError ? error : told;
  const content = isNothing(heard) ? "" : typeof heard === "string" ? textOf(heard, place, "text") : writtenJson(heard);
  const result: Part = {
    kind: "result",
    content,
    ...(isNothing(id) ? {} : { toolCallId: idOf(id, `${place}.id`) }),
    ...(isError && { isError: true }),
  };
  return { role: "assistant", parts: [...parts, result] };
};

const ITEMS: Readonly<Record<string, ItemReader>> = {
  message,
  reasoning,
  function_call: functionCall,
  function_call_output: output,
  custom_tool_call: customCall,
  custom_tool_call_output: output,
  local_shell_call: ownCall("local_shell", "action"),
  local_shell_call_output: (item, place) => output({ ...item, call_id: item.call_id ?? item.id }, place),
  shell_call: ownCall("shell", "action"),
  shell_call_output: output,
  apply_patch_call: ownCall("apply_patch", "operation"),
  apply_patch_call_output: output,
  computer_call: ownCall("computer", "action"),
  computer_call_output: output,
  mcp_call: mcpCall,
  mcp_list_tools: () => ({ role: "assistant", parts: [{ kind: "leftOut", what: "list of tools" }] }),
};
