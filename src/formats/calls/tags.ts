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
import type { ToolCall } from "../../core/message.ts";
import {
  behindSpace,
  type Context,
  deepseekCalls,
  functionsIn,
  invokesIn,
  kimiCalls,
  toolCallInner,
} from "./spellings.ts";
import { brokenCall, callFrom, callsInText, parsed } from "./text.ts";

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
    return callFrom(value, place) && { calls: callsInText(withoutLast(text), place), end: text.length };
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
