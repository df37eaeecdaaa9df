/**
 * What a chat template does with any conversation, found out with small ones: what it writes behind a whole conversation that
 * belongs to no turn, with which tag the next speaker begins, and with which mark a thought.
 */
import type { Message } from "../core/message.ts";
import { type SpecialTokens, skipSpace } from "./texts.ts";

/** Renders messages; with `generationPrompt` also what the next assistant message is headed with. */
export type Render = (messages: readonly Message[], generationPrompt: boolean) => string;

export interface TemplateFacts {
  /** What stands behind the last turn and is gone with another message behind it: Phi's `<|endoftext|>`; mostly empty. */
  readonly afterConversation: string;
  /** What stands between an answer that ends with no special token and what that speaker says, tag included (GLM: `<|user|>`). */
  tagOf(speaker: Speaker): string | undefined;
  /** What stands between the end of a turn and what that speaker says; undefined where it depends on more. */
  headerOf(speaker: Speaker): string | undefined;
  /** What ends a turn that is a text alone, in special tokens; undefined where none do, or something heads the text. */
  readonly endOfText: string | undefined;
  /** What ends a turn with a call, in special tokens. */
  readonly endOfCall: string | undefined;
  /** What a prompt is headed with behind a user's message: `<|im_start|>assistant`, without white space around it. */
  readonly answerHeader: string;
  /** Whether a text beside a call is written behind it. Whoever calls speaks first (core/message.ts). */
  readonly isTextBehindCall: boolean;
  /** The mark with which a thought begins: `<think>`; empty where the prompt has it, undefined where no thought is written. */
  readonly thoughtMark: string | undefined;
}

/** Who may speak after the assistant. */
export type Speaker = "user" | "tool";

const ASKED: Message = { role: "user", content: "a" };
const ANSWERED: Message = { role: "assistant", content: "b" };
const CALL = { id: "call00000", name: "act", arguments: '{"a": "b"}' };
const CALLED: Message = { role: "assistant", content: "", toolCalls: [CALL] };

/** What nobody says. */
const REPLY = "said-by-nobody";

/** A thought that nobody has. */
export const PROBE = "thought-of-nobody";

/** A call that nobody makes. */
const CALL_PROBE = '{"a": "called-by-nobody"}';

/** A message of that speaker, in answer to `message`. */
export function reply(speaker: Speaker, { toolCalls }: Message): Message {
  if (speaker === "user") return { role: "user", content: REPLY };
  return { role: "tool", content: REPLY, toolCallId: toolCalls?.at(-1)?.id ?? "call00000" };
}

/** Each fact is found out when it is first asked for. What a template cannot render tells nothing. */
export function templateFacts(render: Render, specials: SpecialTokens): TemplateFacts {
  const afterAll = lazy(() => afterConversation(render, specials));
  const tags = { user: lazy(() => tagOf("user", render, specials)), tool: lazy(() => tagOf("tool", render, specials)) };
  const mark = lazy(() => thoughtMark(render));
  const through = (message: Message) => {
    const text = render([ASKED, message], false).trimEnd();
    return text.endsWith(afterAll() ?? "") ? text.slice(0, text.length - (afterAll() ?? "").length) : text;
  };
  const headerOf = (speaker: Speaker) => {
    const turn = speaker === "tool" ? CALLED : ANSWERED;
    const [before, replied] = [through(turn), render([ASKED, turn, reply(speaker, CALLED)], false)];
    return replied.startsWith(before) ? replied.slice(before.length, replied.indexOf(REPLY, before.length)) : undefined;
  };
  const headers = { user: lazy(() => headerOf("user")), tool: lazy(() => headerOf("tool")) };
  const endOfText = lazy(() => {
    const ending = through(ANSWERED).slice(`${render([ASKED], true)}${ANSWERED.content}`.length);
    return ending !== "" && specials.areAll(ending) ? ending : undefined;
  });
  const answerHeader = lazy(() => {
    const [before, whole] = [render([ASKED], false), render([ASKED], true)];
    return whole.startsWith(before) ? whole.slice(before.length).trim() : "";
  });
  const isTextBehindCall = lazy(() => {
    const written = through({ ...CALLED, content: PROBE, toolCalls: [{ ...CALL, arguments: CALL_PROBE }] });
    const call = written.lastIndexOf("called-by-nobody");
    return call >= 0 && written.indexOf(PROBE) > call;
  });
  const endOfCall = lazy(() => specialsAtEnd(through(CALLED), specials));
  return {
    get afterConversation() {
      return afterAll() ?? "";
    },
    tagOf: (speaker) => tags[speaker](),
    headerOf: (speaker) => headers[speaker](),
    get endOfText() {
      return endOfText();
    },
    get endOfCall() {
      return endOfCall();
    },
    get answerHeader() {
      return answerHeader() ?? "";
    },
    get isTextBehindCall() {
      return isTextBehindCall() ?? false;
    },
    get thoughtMark() {
      return mark();
    },
  };
}

function lazy<T>(find: () => T): () => T | undefined {
  let found: { readonly value: T | undefined } | undefined;
  return () => {
    found ??= { value: unlessRefused(find) };
    return found.value;
  };
}

/** What the template makes of it, or undefined where it refuses. */
export function unlessRefused<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}

/** Only behind another special token: else it is how the last turn ends, whatever earlier turns end with (gpt-oss). */
function afterConversation(render: Render, specials: SpecialTokens): string {
  const whole = render([ASKED, ANSWERED], false).trimEnd();
  const turns = whole.slice(0, whole.length - (specials.endOf(whole) ?? "").length);
  if (turns === whole || specials.endOf(turns.trimEnd()) === undefined) return "";
  const more = render([ASKED, ANSWERED, ASKED], false);
  return !more.startsWith(whole) && more.startsWith(turns) ? whole.slice(turns.trimEnd().length) : "";
}

/** The special tokens, and white space between them, that `text` ends with. */
function specialsAtEnd(text: string, specials: SpecialTokens): string | undefined {
  let start = text.length;
  for (;;) {
    const before = text.slice(0, start).trimEnd();
    const token = specials.endOf(before);
    if (token === undefined) break;
    start = before.length - token.length;
  }
  return start === text.length ? undefined : text.slice(start);
}

function tagOf(speaker: Speaker, render: Render, specials: SpecialTokens): string | undefined {
  const before = [ASKED, speaker === "tool" ? CALLED : ANSWERED];
  const answered = render(before, false).trimEnd();
  const replied = render([...before, reply(speaker, CALLED)], false);
  const start = skipSpace(replied, answered.length);
  const tag = specials.at(replied, start);
  return replied.startsWith(answered) && tag !== undefined
    ? replied.slice(answered.length, start + tag.length)
    : undefined;
}

function thoughtMark(render: Render): string | undefined {
  const [thought, thinking] = [PROBE, { ...ANSWERED, reasoning: PROBE }];
  const prompt = render([ASKED], true);
  const whole = render([ASKED, thinking], false);
  const start = whole.startsWith(prompt) ? prompt.length : 0;
  const at = whole.indexOf(thought, start);
  return at < 0 ? undefined : whole.slice(start, at).trim();
}
