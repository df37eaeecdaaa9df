// Conversations in every API's spelling, read back: equal, or refused by name.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cases } from "../../../test/cases.ts";
import { anyTalk, type Expected, expectedOf, type Talk, tokensOf } from "../../../test/chat-model.ts";
import { spokenBy, WRITERS } from "../../../test/chat-writers.ts";
import { CliError } from "../../core/errors.ts";
import { parseWritten } from "../../core/written-json.ts";
import { readMessages } from "./apis.ts";
import type { ChatTurn } from "./turn.ts";

const RUNS = cases(150);

/** Turns as the model tells them: calls by their place instead of their ids. */
function told(turns: readonly ChatTurn[]): Expected[] {
  const ids = turns.flatMap(({ toolCalls = [] }) => toolCalls.map(({ id }) => id));
  assert.equal(new Set(ids).size, ids.length, "each call has an id of its own");
  return turns.map(({ role, content, reasoning, toolCalls, toolCallId, isError }) => ({
    role,
    content,
    ...(reasoning !== undefined && { reasoning }),
    ...(toolCalls && { calls: toolCalls.map((call) => ({ name: call.name, tokens: tokensOf(call.arguments) })) }),
    ...(toolCallId !== undefined && { answers: ids.indexOf(toolCallId) }),
    ...(isError && { isError }),
  }));
}

const read = (messages: readonly string[]) => readMessages(parseWritten(`[${messages.join(",")}]`), "messages");

/** How many characters a talk has, counted on the talk itself. */
function lengthOf({ system = "", turns, isCut }: Talk): number {
  const lengths = turns.map(({ asked = "", text, thought = "", calls }, index) => {
    const results = isCut && index === turns.length - 1 ? [] : calls.map(({ result }) => result.text);
    return [asked, text, thought, ...calls.map(({ name }) => name), ...results].join("").length;
  });
  return system.length + lengths.reduce((sum, length) => sum + length, 0);
}

const lengthRead = (turns: readonly ChatTurn[]) =>
  turns
    .flatMap(({ content, reasoning = "", toolCalls = [] }) => [
      content,
      reasoning,
      ...toolCalls.map(({ name }) => name),
    ])
    .join("").length;

for (const writer of WRITERS)
  test(`${writer.name}: what was written is read, to the character`, () => {
    fc.assert(
      fc.property(anyTalk, (talk) => {
        const spoken = spokenBy(writer, talk);
        const { turns } = read(writer.write(spoken));
        assert.deepEqual(told(turns), expectedOf(spoken, writer.tellsErrors));
        assert.equal(lengthRead(turns), lengthOf(spoken));
      }),
      RUNS,
    );
  });

for (const writer of WRITERS)
  test(`${writer.name}: what is not known refuses the record`, () => {
    fc.assert(
      fc.property(anyTalk, fc.constantFrom(...writer.strange), fc.nat(), (talk, strange, at) => {
        const messages = writer.write(spokenBy(writer, talk));
        const place = at % (messages.length + 1);
        const others = [...messages.slice(0, place), strange, ...messages.slice(place)];
        assert.throws(
          () => read(others),
          (error) => error instanceof CliError && /expected/.test(error.message),
        );
      }),
      RUNS,
    );
  });
