/**
 * Calls as chat templates let models write them, in text.
 *
 *     Hermes, Qwen       <tool_call>{"name", "arguments"}</tool_call>
 *     Qwen3-Coder        <tool_call><function=NAME><parameter=KEY>VALUE</parameter></function></tool_call>
 *     GLM 4.5            <tool_call>NAME<arg_key>KEY</arg_key><arg_value>VALUE</arg_value></tool_call>
 *     Llama 3            <function=NAME>{…}</function>; <|python_tag|>{"name", "parameters"}; the JSON alone
 *     Mistral            [TOOL_CALLS][{"name", "arguments"}]; [TOOL_CALLS]NAME[ARGS]{…}
 *     DeepSeek           <｜tool▁calls▁begin｜>…; <｜DSML｜function_calls>…
 *     MiniMax, Claude    <minimax:tool_call>, <function_calls> with <invoke name="NAME"><parameter name="KEY">
 *     Kimi K2            <|tool_calls_section_begin|>…
 *     Phi, Granite, …    <|tool_call|>[{…}], functools[{…}], <tool_calls>[{…}]</tool_calls>
 *
 * Source: the parsers of vLLM (vllm/tool_parsers: hermes, qwen3coder, glm4_moe at 081866a63af3f44fc3f71c6c3539129fa2380985,
 * llama, mistral, deepseekv3, deepseekv31, deepseekv32, minimax_m2, phi4mini, granite, hunyuan_a13b) and SGLang
 * (python/sglang/srt/function_call/kimik2_detector.py at 0351c1fafe4c53c91c331dea205af48b018af559).
 */
import type { Tool, ToolCall } from "../../core/message.ts";
import { brokenCall, callFrom, callsInText, parsed } from "./call-text.ts";
import { type Argument, unlined, writtenArguments } from "./tag-arguments.ts";

/** The tools that could be called, by name. */
export type Tools = ReadonlyMap<string, Tool>;

/** What a block of calls says, and where in the text it ends. */
interface Block {
  readonly calls: readonly ToolCall[];
  readonly end: number;
}

/** One way of writing calls. */
interface CallTag {
  /** How it begins. */
  readonly open: string;
  /** The calls of the block that begins at `at`; undefined if there is none. */
  read(text: string, at: number, context: Context): Block | undefined;
}

interface Context {
  readonly tools: Tools;
  readonly place: string;
}

/** A text in which calls were found. */
export interface FoundCalls {
  /** How they begin: `<tool_call>`. */
  readonly tag: string;
  readonly before: string;
  readonly calls: readonly ToolCall[];
  /** What is said behind the calls, which no message of calls could keep in its place. */
  readonly behind: string;
}

/** A block between `open` and `close`, to the end where it is never closed; `inner` reads what is in it. */
function between(open: string, close: string, inner: (text: string, context: Context) => readonly ToolCall[]): CallTag {
  return {
    open,
    read(text, at, context) {
      const start = at + open.length;
      const end = closeOf(text, start, close);
      if (end >= 0) return { calls: inner(text.slice(start, end), context), end: end + close.length };
      // The closing tag is some models' last token, which loggers leave out. A mention is not closed either.
      const rest = text.slice(start);
      return isLineStart(text, at) || parsed(withoutLast(rest)) !== undefined
        ? { calls: inner(withoutLast(rest), context), end: text.length }
        : undefined;
    },
  };
}

const isLineStart = (text: string, at: number) => at === 0 || text[at - 1] === "\n";

/** The closing tag behind JSON, which may itself hold the tag in a text; else the first one; -1: none. */
function closeOf(text: string, start: number, close: string): number {
  const first = text.indexOf(close, start);
  for (let end = first, tries = 0; end >= 0 && tries < 20; end = text.indexOf(close, end + 1), tries++)
    if (parsed(text.slice(start, end)) !== undefined) return end;
  return first;
}

/** Last tokens of a turn, which no model says. */
const LAST = /(?:<\|im_end\|>|<\|eot_id\|>|<\|eom_id\|>|<\|endoftext\|>|<｜end▁of▁sentence｜>|<\|end\|>|<\/s>)\s*$/;
const withoutLast = (text: string) => text.replace(LAST, "");

/** What stands in `<tool_call>`: JSON, Qwen3-Coder's function or GLM's arguments. */
function toolCallInner(inner: string, context: Context): readonly ToolCall[] {
  const text = inner.trim();
  if (text.startsWith("<function=")) return functionsIn(text, context);
  if (text.includes("<arg_key>") || /^[\w.-]+$/.test(text)) return [glmCall(text, context)];
  return callsInText(text, context.place);
}

const FUNCTION = /<function=([^>\n]{1,200})>/y;
const PARAMETER = /<parameter=([^>\n]{1,200})>/y;

/** `<function=NAME>` with parameters or JSON, one after the other; the last one may lack its closing tag. */
function functionsIn(text: string, { tools }: Context): readonly ToolCall[] {
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
function invokesIn(text: string, mark: string, { tools }: Context): readonly ToolCall[] {
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
function deepseekCalls(text: string): readonly ToolCall[] {
  const found = blocksIn(text, DEEPSEEK, "<｜tool▁call▁end｜>");
  if (!found) return [brokenCall(text)];
  return found.map(({ named: [, older, name = ""], inner }) => ({
    id: "",
    name: (older ?? name).trim(),
    arguments: (older === undefined ? inner : inner.replace(/\n```$/, "")).trim(),
  }));
}

/** Kimi's ids say the name: `functions.NAME:0`. */
function kimiCalls(text: string): readonly ToolCall[] {
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
function behindSpace(text: string, at: number): number {
  let place = at;
  while (place < text.length && /\s/.test(text[place]!)) place++;
  return place;
}

const MISTRAL = "[TOOL_CALLS]";
/** To the next tag or the end: a list of calls, or a name and its arguments. */
const mistral: CallTag = {
  open: MISTRAL,
  read(text, at, { place }) {
    const start = at + MISTRAL.length;
    const next = text.indexOf(MISTRAL, start);
    const end = next < 0 ? text.length : next;
    const inner = withoutLast(text.slice(start, end)).trim();
    const named = /^([\w.-]{1,200})\s{0,9}(?:\[CALL_ID\]([\w-]{1,200}))?\s{0,9}(?:\[ARGS\])?\s{0,9}(?=\{)/.exec(inner);
    if (!named) return { calls: callsInText(inner, place), end };
    const [all, name = "", id = ""] = named;
    return { calls: [{ id, name, arguments: inner.slice(all.length) }], end };
  },
};

/** To the end: calls with `; ` between, or code. */
const pythonTag: CallTag = {
  open: "<|python_tag|>",
  read(text, at, { place }) {
    const inner = withoutLast(text.slice(at + this.open.length)).trim();
    const whole = parsed(inner);
    const several = whole === undefined ? inner.split(/;\s*(?=\{)/) : [inner];
    const calls = several.every((one) => callFrom(parsed(one), place) !== undefined)
      ? several.flatMap((one) => callsInText(one, place))
      : [brokenCall(inner)];
    return { calls, end: text.length };
  },
};

/** JSON of a call as the whole turn. */
const bare: CallTag = {
  open: "{",
  read(text, at, { place }) {
    if (text.slice(0, at).trim() !== "") return undefined;
    const value = parsed(withoutLast(text));
    const isCall = typeof value === "object" && value !== null && Object.hasOwn(value, "name");
    if (!isCall || !["arguments", "parameters"].some((key) => Object.hasOwn(value, key))) return undefined;
    const call = callFrom(value, place);
    return call && { calls: [call], end: text.length };
  },
};

/** A list of calls behind a tag. */
const listIn = (text: string, { place }: Context) => callsInText(text.trim(), place);
/** `<function=…>` in a text, with its closing tag or to the end. */
const bareFunction: CallTag = {
  open: "<function=",
  read(text, at, context) {
    const close = text.indexOf("</function>", at);
    if (close < 0 && !isLineStart(text, at)) return undefined;
    const end = close < 0 ? text.length : close + "</function>".length;
    return { calls: functionsIn(withoutLast(text.slice(at, end)), context), end };
  },
};

/** DeepSeek's special token, as it is and as it is typed. */
const MARKS = ["｜DSML｜", "|DSML|"];
const invokes = (mark: string, name: string) =>
  between(`<${mark}${name}>`, `</${mark}${name}>`, (text, context) => invokesIn(text, mark, context));

const TAGS: readonly CallTag[] = [
  between("<tool_call>", "</tool_call>", toolCallInner),
  between("<seed:tool_call>", "</seed:tool_call>", (text, context) => functionsIn(text.trim(), context)),
  bareFunction,
  pythonTag,
  mistral,
  between("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>", deepseekCalls),
  ...MARKS.flatMap((mark) => [invokes(mark, "function_calls"), invokes(mark, "tool_calls")]),
  between("<minimax:tool_call>", "</minimax:tool_call>", (text, context) => invokesIn(text, "", context)),
  invokes("", "function_calls"),
  between("<|tool_calls_section_begin|>", "<|tool_calls_section_end|>", kimiCalls),
  between("<|tool_call|>", "<|/tool_call|>", listIn),
  between("<|action_start|><|plugin|>", "<|action_end|>", listIn),
  between("<tool_calls>", "</tool_calls>", listIn),
  between("functools[", "\n\n", (text, context) => listIn(`[${text}`, context)),
  bare,
];

/** The calls of an agent's text; undefined if it has none. */
export function callsInTags(text: string, context: Context): FoundCalls | undefined {
  let mention: FoundCalls | undefined;
  for (const { at, tag } of opensIn(text)) {
    const found = readFrom(text, at, tag, context);
    if (found && found.behind === "") return found;
    mention ??= found;
  }
  return mention;
}

/** Where blocks may begin, in order. */
function opensIn(text: string): readonly { readonly at: number; readonly tag: CallTag }[] {
  const opens = TAGS.flatMap((tag) => {
    const places: { at: number; tag: CallTag }[] = [];
    const limit = tag === bare ? 1 : 50;
    for (let at = text.indexOf(tag.open); at >= 0 && places.length < limit; at = text.indexOf(tag.open, at + 1))
      places.push({ at, tag });
    return places;
  });
  return opens.sort((a, b) => a.at - b.at || b.tag.open.length - a.tag.open.length);
}

/** The blocks that begin at `at` and follow each other. */
function readFrom(text: string, at: number, first: CallTag, context: Context): FoundCalls | undefined {
  const calls: ToolCall[] = [];
  let tag: CallTag | undefined = first;
  let end = at;
  while (tag) {
    const block = tag.read(text, end, context);
    if (!block) break;
    calls.push(...block.calls);
    end = block.end;
    const next = behindSpace(text, end);
    tag = TAGS.find((one) => one !== bare && text.startsWith(one.open, next));
    if (tag) end = next;
  }
  if (calls.length === 0) return undefined;
  const before = text.slice(0, at);
  return {
    tag: first === bare ? "JSON of a call" : first.open,
    before: before.trim() === "" ? "" : before.replace(/\n$/, ""),
    calls,
    behind: withoutLast(text.slice(end)).trim(),
  };
}
