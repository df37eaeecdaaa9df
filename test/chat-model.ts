/** Conversations with anything that agents' logs may hold, for property tests: texts, thoughts, calls, results and errors. */
import fc from "fast-check";
import { anyCharacter } from "./any-character.ts";

export interface SpokenCall {
  readonly name: string;
  /** JSON of an object as the model wrote it, compact. */
  readonly given: string;
  readonly result: { readonly text: string; readonly isError: boolean };
}

export interface Spoken {
  /** What the user says before it. undefined: nothing, after results. */
  readonly asked: string | undefined;
  readonly text: string;
  readonly thought: string | undefined;
  readonly calls: readonly SpokenCall[];
}

export interface Talk {
  readonly system: string | undefined;
  readonly turns: readonly Spoken[];
  /** The log broke off before the results of the last turn. */
  readonly isCut: boolean;
}

/** Tags in passing, which say nothing. */
const mentions = fc.constantFrom(
  "I write <think> and </think> so.",
  "no <tool_call> here",
  "a <b>word</b> of it",
  "[TOOL]",
);

export const anyWords = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: anyCharacter, maxLength: 30 }) },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 30 }) },
  { weight: 1, arbitrary: mentions },
);

/** Numbers that are other texts once they have been numbers of JavaScript. */
const anyNumber = fc.constantFrom(
  ...["20.0", "1e-7", "1E5", "12345678901234567890", "-0", "0.10", "3", "-17", "1.0e+2", "0.1234567890123456789"],
);
const anyKey = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 6 }),
  fc.constantFrom("action", "__proto__", "7", "a b"),
);
const quoted = (text: string) => JSON.stringify(text);

const { value: anyJson } = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    anyNumber,
    anyWords.map(quoted),
    fc.constantFrom("true", "false", "null"),
    tie("list"),
    tie("object"),
  ),
  list: fc.array(tie("value"), { maxLength: 3 }).map((values) => `[${values.join(",")}]`),
  object: membersOf(tie("value")),
}));

function membersOf(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .uniqueArray(fc.tuple(anyKey, value), { maxLength: 4, selector: ([key]) => key })
    .map((members) => `{${members.map(([key, text]) => `${quoted(key)}:${text}`).join(",")}}`);
}

export const anyName = fc.string({
  unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz_-0189"),
  minLength: 1,
  maxLength: 12,
});

const anyCall: fc.Arbitrary<SpokenCall> = fc.record({
  name: anyName,
  given: membersOf(anyJson),
  result: fc.record({ text: anyWords, isError: fc.boolean() }),
});

const anySpoken: fc.Arbitrary<Spoken> = fc.record({
  asked: fc.option(anyWords, { nil: undefined }),
  text: anyWords,
  thought: fc.option(
    anyWords.filter((text) => text !== ""),
    { nil: undefined },
  ),
  calls: fc.array(anyCall, { maxLength: 3 }),
});

/** A conversation in which user and agent take turns, with the results of calls between them. */
export const anyTalk: fc.Arbitrary<Talk> = fc
  .record({
    system: fc.option(anyWords, { nil: undefined }),
    turns: fc.array(anySpoken, { minLength: 1, maxLength: 5 }),
    isCut: fc.boolean(),
  })
  .map(({ turns, ...talk }) => ({
    ...talk,
    turns: turns.map((turn, index) => {
      const isBehindResults = index > 0 && turns[index - 1]!.calls.length > 0;
      return {
        ...turn, // Nothing beside results is nothing at all.
        asked: isBehindResults ? turn.asked || undefined : (turn.asked ?? "go on"),
      };
    }),
  }));

/** The conversation as the reader should give it, calls without their ids. */
export interface Expected {
  readonly role: string;
  readonly content: string;
  readonly reasoning?: string;
  readonly calls?: readonly { readonly name: string; readonly tokens: readonly string[] }[];
  /** The place of the call that a result answers, among all calls. */
  readonly answers?: number;
  readonly isError?: true;
}

export function expectedOf({ system, turns, isCut }: Talk, tellsErrors: boolean): Expected[] {
  const expected: Expected[] = system === undefined ? [] : [{ role: "system", content: system }];
  let calls = 0;
  turns.forEach((turn, index) => {
    if (turn.asked !== undefined) expected.push({ role: "user", content: turn.asked });
    expected.push({
      role: "assistant",
      content: turn.text,
      ...(turn.thought !== undefined && { reasoning: turn.thought }),
      ...(turn.calls.length > 0 && { calls: turn.calls.map(({ name, given }) => ({ name, tokens: tokensOf(given) })) }),
    });
    const isAnswered = !(isCut && index === turns.length - 1);
    turn.calls.forEach(({ result }, at) => {
      if (!isAnswered) return;
      const isError = tellsErrors && result.isError;
      expected.push({ role: "tool", content: result.text, answers: calls + at, ...(isError && { isError: true }) });
    });
    calls += turn.calls.length;
  });
  return expected;
}

/**
 * What a JSON text is made of, sorted: numbers as they are written, texts as they are read. Keys like "7" change their places
 * in every JavaScript object, which changes nothing that they say.
 */
export function tokensOf(json: string): string[] {
  const tokens = json.match(/"(?:[^"\\]|\\[\s\S])*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]|[^\s]/g) ?? [];
  return tokens.map((token) => (token.startsWith('"') ? JSON.stringify(JSON.parse(token)) : token)).sort();
}
