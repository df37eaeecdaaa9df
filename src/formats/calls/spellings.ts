/**
 * What stands between a template's tags: the calls, in the spelling of each family of models (tags.ts has the list).
 * Every reader takes time in proportion to the text.
 */
import type { Tool, ToolCall } from "../../core/message.ts";
import { type Argument, unlined, writtenArguments } from "./arguments.ts";
import { brokenCall, callsInText } from "./text.ts";

/** The tools that could be called, by name. */
export type Tools = ReadonlyMap<string, Tool>;

export interface Context {
  readonly tools: Tools;
  /** Where the text stands in its record, for errors. */
  readonly place: string;
}

/** What stands in `<tool_call>`: JSON, Qwen3-Coder's function or GLM's arguments. */
export function toolCallInner(inner: string, context: Context): readonly ToolCall[] {
  const text = inner.trim();
  if (text.startsWith("<function=")) return functionsIn(text, context);
  if (text.includes("<arg_key>") || /^[\w.-]+$/.test(text)) return [glmCall(text, context)];
  return callsInText(text, context.place);
}

const FUNCTION = /<function=([^>\n]{1,200})>/y;
const PARAMETER = /<parameter=([^>\n]{1,200})>/y;

/** `<function=NAME>` with parameters or JSON, one after the other; the last one may lack its closing tag. */
export function functionsIn(text: string, { tools }: Context): readonly ToolCall[] {
  const closed = text.trimEnd().endsWith("</function>") ? text : `${text}</function>`;
  const found = blocksIn(closed, FUNCTION, "</function>");
  return found ? found.map(({ named, inner }) => functionCall(named[1]!.trim(), inner, tools)) : [brokenCall(text)];
}

function functionCall(name: string, inner: string, tools: Tools): ToolCall {
  if (inner.trim() === "") return { id: "", name, arguments: "{}" };
  if (!inner.includes("<parameter=")) return { id: "", name, arguments: inner.trim() };
  const found = blocksIn(inner, PARAMETER, "</parameter>");
  if (!found) return brokenCall(inner, name);
  const given = found.map(({ named, inner: value }): Argument => ({ name: named[1]!.trim(), text: unlined(value) }));
  return { id: "", name, arguments: writtenArguments(given, { tool: tools.get(name), isTextElse: true }) };
}

const KEY = /<arg_key>([^<\n]{0,200})<\/arg_key>\s{0,9}<arg_value>/y;
function glmCall(text: string, { tools }: Context): ToolCall {
  const [head = ""] = text.split(/\n|<arg_key>/, 1);
  const name = head.trim();
  const found = blocksIn(text.slice(head.length), KEY, "</arg_value>");
  if (!found) return brokenCall(text, name);
  const given = found.map(({ named, inner }): Argument => ({ name: named[1]!.trim(), text: inner }));
  return { id: "", name, arguments: writtenArguments(given, { tool: tools.get(name), isTextElse: false }) };
}

/** `<invoke name="NAME">` with `<parameter name="KEY">`; `mark` stands before each name of a tag. */
export function invokesIn(text: string, mark: string, { tools }: Context): readonly ToolCall[] {
  const invoke = new RegExp(`<${escaped(mark)}invoke name="([^"\\n]{0,200})">`, "y");
  const parameter = new RegExp(`<${escaped(mark)}parameter name="([^"\\n]{0,200})"(?: string="(true|false)")?>`, "y");
  const found = blocksIn(text, invoke, `</${mark}invoke>`);
  if (!found || found.length === 0) return [brokenCall(text)];
  return found.map(({ named: [, name = ""], inner }) => {
    const pairs = blocksIn(inner, parameter, `</${mark}parameter>`);
    if (!pairs) return brokenCall(inner, name);
    const given = pairs.map(({ named: [, key = "", told], inner: value }): Argument => {
      if (told === undefined) return { name: key, text: unlined(value) };
      return { name: key, text: value, isText: told === "true" };
    });
    return { id: "", name, arguments: writtenArguments(given, { tool: tools.get(name), isTextElse: true }) };
  });
}
const escaped = (mark: string) => mark.replaceAll("|", "\\|");

const DEEPSEEK =
  /<｜tool▁call▁begin｜>(?:function<｜tool▁sep｜>([^\n]{0,200})\n```json\n|([^<\n]{0,200})<｜tool▁sep｜>)/y;
const KIMI = /<\|tool_call_begin\|>\s{0,9}([^\s<]{1,200})\s{0,9}<\|tool_call_argument_begin\|>/y;

/** The older spelling has the arguments in a fence. */
export function deepseekCalls(text: string): readonly ToolCall[] {
  const found = blocksIn(text, DEEPSEEK, "<｜tool▁call▁end｜>");
  if (!found) return [brokenCall(text)];
  return found.map(({ named: [, older, name = ""], inner }) => ({
    id: "",
    name: (older ?? name).trim(),
    arguments: (older === undefined ? inner : inner.replace(/\n```$/, "")).trim(),
  }));
}

/** Kimi's ids say the name: `functions.NAME:0`. */
export function kimiCalls(text: string): readonly ToolCall[] {
  const found = blocksIn(text, KIMI, "<|tool_call_end|>");
  if (!found) return [brokenCall(text)];
  return found.map(({ named: [, id = ""], inner }) => ({
    id,
    name: id.replace(/^functions\./, "").replace(/:\d+$/, ""),
    arguments: inner.trim(),
  }));
}

/** A block between tags: what the opening one says, and what is in it. */
interface Inner {
  readonly named: RegExpExecArray;
  readonly inner: string;
}

/**
 * The blocks that fill `text`, with spaces between; undefined if anything else is in it. A closing tag closes where another
 * block or the end follows: values may hold the tag. Takes time in proportion to the text.
 */
function blocksIn(text: string, open: RegExp, close: string): readonly Inner[] | undefined {
  const opensAt = (at: number) => {
    open.lastIndex = at;
    return open.exec(text);
  };
  const blocks: Inner[] = [];
  let at = behindSpace(text, 0);
  while (at < text.length) {
    const named = opensAt(at);
    if (!named) return undefined;
    const start = at + named[0].length;
    let end = text.indexOf(close, start);
    let next = behindSpace(text, end + close.length);
    while (end >= 0 && next < text.length && !opensAt(next)) {
      end = text.indexOf(close, end + 1);
      next = behindSpace(text, end + close.length);
    }
    if (end < 0) return undefined;
    blocks.push({ named, inner: text.slice(start, end) });
    at = next;
  }
  return blocks;
}

/** The first place from `at` on that is no space. */
export function behindSpace(text: string, at: number): number {
  let place = at;
  while (place < text.length && /\s/.test(text[place]!)) place++;
  return place;
}
