/** Training sets of conversations with calls, thoughts and answers, drawn by fast-check, for properties of exports. */
import fc from "fast-check";
import { trajectoryId } from "../src/core/ids.ts";
import type { ToolCall } from "../src/core/message.ts";
import type { TrainingSet, WeightedMessage } from "../src/core/training.ts";

const text = fc.constantFrom("look", 'say "hi"\n', "é 日本", "{}", "- a: b", "🚪");
/** As models write them: blanks, numbers of every spelling, now and then no JSON. */
const given = fc.constantFrom(
  "{}",
  '{"order": 1003, "amount": 8.50}',
  '{"a":{"b":[1,2.0,1e-7,null,true]},"c":"é\\n\\"x\\""}',
  '{"n": -0.0, "big": 9007199254740993, "list": []}',
  '{"when": "2026-01-02T03:04:05", "number": {"number": "1"}}',
  '{"broken": ',
);
const name = fc.constantFrom("act", "find_order");

interface Turn {
  readonly content: string;
  readonly reasoning: string | undefined;
  readonly calls: readonly (readonly [string, string])[];
  readonly isLearned: boolean;
}

const turn: fc.Arbitrary<Turn> = fc.record({
  content: fc.oneof({ weight: 2, arbitrary: fc.constant("") }, text),
  reasoning: fc.option(text, { nil: undefined, freq: 1 }).map((thought) => (thought === "look" ? thought : undefined)),
  calls: fc.oneof(
    { weight: 3, arbitrary: fc.tuple(fc.tuple(name, given)) },
    fc.array(fc.tuple(name, given), { maxLength: 2 }),
  ),
  isLearned: fc.boolean(),
});

function messagesOf(turns: readonly Turn[]): WeightedMessage[] {
  let made = 0;
  const said = turns.flatMap((each, step): WeightedMessage[] => {
    const calls = each.calls.map(([called, args]): ToolCall => ({ id: `c${made++}`, name: called, arguments: args }));
    const message = {
      role: "assistant" as const,
      content: calls.length === 0 && each.content === "" ? "done" : each.content,
      ...(each.reasoning !== undefined && { reasoning: each.reasoning }),
      ...(calls.length > 0 && { toolCalls: calls }),
    };
    const provenance = { trajectory: trajectoryId("t"), step, actor: "a", reason: "r" };
    const isLearned = each.isLearned || step === turns.length - 1;
    const own: WeightedMessage = isLearned ? { ...message, weight: 1, provenance } : { ...message, weight: 0 };
    if (calls.length === 0) return [own, { role: "user", content: "go on", weight: 0 }];
    return [
      own,
      ...calls.map(({ id }) => ({ role: "tool" as const, content: `r${id}`, toolCallId: id, weight: 0 as const })),
    ];
  });
  return [{ role: "user", content: "begin", weight: 0 }, ...said];
}

const tools = [
  { name: "act", description: "Do it.", parameters: { type: "object", properties: { n: { minimum: 0.5 } } } },
];

/** Demonstrations of one to four turns, with what can be called or without. */
export const callSets: fc.Arbitrary<TrainingSet> = fc
  .array(fc.tuple(fc.array(turn, { minLength: 1, maxLength: 4 }), fc.boolean()), { minLength: 1, maxLength: 2 })
  .map((drawn) => ({
    kind: "sft" as const,
    examples: drawn.map(([turns, hasTools]) => ({
      source: trajectoryId("t"),
      messages: messagesOf(turns),
      ...(hasTools && { tools }),
    })),
  }));
