/**
 * Anthropic's messages. Calls and results are parts of a message's content:
 *
 *     assistant   text, thinking, redacted_thinking, tool_use {id, name, input};
 *                 server_tool_use and mcp_tool_use, answered by parts of the same message
 *     user        text, image, document, tool_result {tool_use_id, content, is_error}
 *
 * Results are turns of their own here. Messages of the agent that follow each other are one turn, as the API takes them:
 * loggers of streams (Claude Code) write each part as a message.
 *
 * What a server's tool found is often encrypted: that is left out, titles and addresses are not. A `compaction` part is
 * refused: what stood before it is no longer what the model read.
 *
 * Source: anthropic 2.14.0 (Python), types/content_block_param.py, types/tool_result_block_param.py,
 * types/beta/beta_content_block_param.py and what they name.
 */
import { CliError } from "../../../core/errors.ts";
import { writtenJson } from "../../../core/written-json.ts";
import { objectOf, shown, textOf } from "../../reader.ts";
import { type Draft, withIds } from "../ids.ts";
import {
  contentOf,
  idOf,
  leftOutPart,
  PART_ASIDE,
  type Part,
  type PartReader,
  partsOf,
  SEALED,
  textPart,
  textParts,
  thoughtParts,
  turnsOfParts,
} from "../parts.ts";
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
import { ASIDE } from "./openai.ts";

const ROLES: Readonly<Record<string, ChatTurn["role"]>> = { system: "system", user: "user", assistant: "assistant" };
const KNOWN: ReadonlySet<string> = new Set(["role", "content", "stop_sequence", "container", ...ASIDE]);

/** Parts that only Anthropic's API has. Thoughts alone are no evidence: LiteLLM has them beside OpenAI's calls. */
const OWN = /^(?:(?:server_|mcp_)?tool_use|(?:\w+_)?tool_result)$/;

export const anthropic: Api = {
  name: "Anthropic messages",
  shape: "role and content of parts (text, tool_use, tool_result)",
  evidence(list) {
    // Inspect's part of this name has a tool_type: it is a call and its result.
    const isOwn = ({ type, tool_type: other }: Fields) =>
      typeof type === "string" && OWN.test(type) && other === undefined;
    let found: unknown;
    const has = list.some(
      (message) => hasMember(message, "role") && hasPart(message, (part) => isOwn(part) && !!(found = part.type)),
    );
    return has ? `a part of type ${found}` : undefined;
  },
  turns(list, place) {
    const drafts: Draft[] = [];
    let open: Told | undefined;
    const close = () => {
      if (open) drafts.push(...turnsOfParts(open.role, open.parts, open.place));
    };
    list.forEach((message, index) => {
      const told = messageParts(message, `${place}[${index}]`);
      if (told.role === "assistant" && open?.role === "assistant") {
        open = { ...open, parts: [...open.parts, ...told.parts] };
        return;
      }
      close();
      open = told;
    });
    close();
    return withIds(drafts);
  },
};

interface Told {
  readonly role: ChatTurn["role"];
  readonly parts: readonly Part[];
  readonly place: string;
}

function messageParts(message: unknown, place: string): Told {
  const { role: name, content } = fieldsOf(message, place, KNOWN);
  const role = roleOf(name, ROLES, place);
  return { role, parts: partsOf(content, `${place}.content`, PARTS), place };
}

const THINKING: ReadonlySet<string> = new Set([...PART_ASIDE, "thinking", "signature"]);
/** Newer models may send the signature alone. */
const thinkingPart: PartReader = (part, place) => {
  const { thinking } = fieldsOf(part, place, THINKING);
  return isNothing(thinking) ? [SEALED] : thoughtParts(textOf(thinking, `${place}.thinking`, "text"));
};

const USE: ReadonlySet<string> = new Set([...PART_ASIDE, "name", "input", "caller", "toolset_name", "server_name"]);
const usePart: PartReader = (part, place) => {
  const fields = fieldsOf(part, place, USE);
  const { id, name } = fields;
  const call = {
    id: isNothing(id) ? "" : idOf(id, `${place}.id`),
    name: textOf(name, `${place}.name`, "the name of a tool"),
    arguments: argumentsOf(fields, "input", place),
  };
  return [{ kind: "call", call }];
};

const RESULT: ReadonlySet<string> = new Set([
  ...PART_ASIDE,
  ...["tool_use_id", "content", "is_error", "caller", "toolset_name", "server_name"],
]);
const resultPart: PartReader = (part, place) => {
  const { tool_use_id: toolUseId, content, is_error: isError } = fieldsOf(part, place, RESULT);
  const parts = content === undefined || content === null ? [] : partsOf(content, `${place}.content`, INNER);
  return [
    {
      kind: "result",
      ...contentOf(parts, `${place}.content`),
      toolCallId: idOf(toolUseId, `${place}.tool_use_id`),
      ...(isError === true && { isError: true }),
    },
  ];
};

/** What a server's tool found: JSON as it came, without what nobody can read. */
const foundPart: PartReader = (part, place) => {
  const { tool_use_id: toolUseId, content } = fieldsOf(part, place, RESULT);
  const { value, sealed } = withoutSealed(content);
  const { type } = isNothing(content) || Array.isArray(content) ? {} : objectOf(content, `type in ${place}.content`);
  return [
    {
      kind: "result",
      content: typeof value === "string" ? textOf(value, `${place}.content`, "text") : writtenJson(value),
      toolCallId: idOf(toolUseId, `${place}.tool_use_id`),
      ...(typeof type === "string" && type.endsWith("_error") && { isError: true }),
      ...(sealed > 0 && { leftOut: Array<string>(sealed).fill("encrypted result") }),
    },
  ];
};

/** `value` without members that are encrypted, and how many there were. */
function withoutSealed(value: unknown): { value: unknown; sealed: number } {
  if (typeof value !== "object" || value === null) return { value, sealed: 0 };
  let sealed = 0;
  const inner = (member: unknown) => {
    const found = withoutSealed(member);
    sealed += found.sealed;
    return found.value;
  };
  if (Array.isArray(value)) {
    const list = value.map(inner);
    return { value: sealed > 0 ? list : value, sealed };
  }
  const members = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    if (!name.startsWith("encrypted_")) return [[name, inner(member)]];
    sealed++;
    return [];
  });
  return { value: sealed > 0 ? Object.fromEntries(members) : value, sealed };
}

const DOCUMENT: ReadonlySet<string> = new Set([...PART_ASIDE, "source", "context", "title"]);
const SOURCE: ReadonlySet<string> = new Set(["type", "data", "media_type", "content"]);
/** Documents that are no text here. */
const FILES: ReadonlySet<unknown> = new Set(["base64", "url", "file"]);
/** A document of text is text; what is a file is left out. */
const documentPart: PartReader = (part, place) => {
  const { source, title, context } = fieldsOf(part, place, DOCUMENT);
  const { type } = objectOf(source, `type in ${place}.source`);
  if (FILES.has(type)) return [{ kind: "leftOut", what: "document" }];
  if (type !== "text" && type !== "content")
    throw new CliError(`${place}.source.type: expected text, content, ${[...FILES].join(", ")}, found ${shown(type)}`);
  const { data, content } = fieldsOf(source, `${place}.source`, SOURCE);
  const heads = [title, context].flatMap((head, index) =>
    isNothing(head) ? [] : textParts(textOf(head, `${place}.${["title", "context"][index]}`, "text")),
  );
  const body = type === "text" ? textParts(textOf(data, `${place}.source.data`, "text")) : innerParts(content, place);
  return [...heads, ...body];
};
const innerParts = (content: unknown, place: string): Part[] => partsOf(content, `${place}.source.content`, INNER);

const SEARCH: ReadonlySet<string> = new Set([...PART_ASIDE, "content", "source", "title"]);
const searchPart: PartReader = (part, place) => {
  const { content, source, title } = fieldsOf(part, place, SEARCH);
  return [
    ...textParts(textOf(title, `${place}.title`, "text")),
    ...textParts(textOf(source, `${place}.source`, "text")),
    ...partsOf(content, `${place}.content`, INNER),
  ];
};

/** What may stand in a result, too. */
const INNER: Readonly<Record<string, PartReader>> = {
  text: textPart(),
  image: leftOutPart("image"),
  document: documentPart,
  search_result: searchPart,
};

const PARTS: Readonly<Record<string, PartReader>> = {
  ...INNER,
  thinking: thinkingPart,
  redacted_thinking: () => [SEALED],
  tool_use: usePart,
  server_tool_use: usePart,
  mcp_tool_use: usePart,
  tool_result: resultPart,
  mcp_tool_result: resultPart,
  web_search_tool_result: foundPart,
  web_fetch_tool_result: foundPart,
  code_execution_tool_result: foundPart,
  bash_code_execution_tool_result: foundPart,
  text_editor_code_execution_tool_result: foundPart,
  tool_search_tool_result: foundPart,
  container_upload: leftOutPart("file"),
};
