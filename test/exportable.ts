/** Training sets drawn by fast-check, and small changes of what they teach, for properties of exports. */
import fc from "fast-check";
import { type TrajectoryId, trajectoryId } from "../src/core/ids.ts";
import type { Message } from "../src/core/message.ts";
import type { Demonstration, Preference, TrainingSet, WeightedMessage } from "../src/core/training.ts";
import { anyCharacter } from "./any-character.ts";

/** Any text that is valid Unicode, and not blank. */
const text = fc.oneof(
  fc.constantFrom("look", "open door", 'say "hi"\n', "é\u0000", "{}", "- a: b", "<|im_end|>", "🚪"),
  fc.string({ unit: anyCharacter, minLength: 1, maxLength: 12 }).map((drawn) => `x${drawn}`),
);

function turns(first: number, said: readonly (readonly [string, string, boolean])[]): WeightedMessage[] {
  return said.flatMap(([observation, action, isLearned], index): WeightedMessage[] => {
    const seen = { role: "user", content: observation, weight: 0 } as const;
    if (!isLearned) return [seen, { role: "assistant", content: action, weight: 0 }];
    const provenance = { trajectory: trajectoryId("t"), step: first + index, actor: "a", reason: "r" };
    return [seen, { role: "assistant", content: action, weight: 1, provenance }];
  });
}

const exchange = fc.tuple(text, text, fc.boolean());
const system = fc.option(
  text.map((content) => ({ role: "system", content, weight: 0 }) as const),
  { nil: undefined },
);

/** Alternating conversations with at least one learned message, some with a system message, with masks anywhere. */
export const demonstration: fc.Arbitrary<Demonstration> = fc
  .tuple(system, fc.array(exchange, { maxLength: 3 }), fc.tuple(text, text), fc.array(exchange, { maxLength: 2 }))
  .map(([head, before, [observation, action], after]) => {
    const messages = turns(0, [...before, [observation, action, true], ...after]);
    return { source: trajectoryId("t"), messages: head ? [head, ...messages] : messages };
  });

/** Preferences between trajectories that learn all of their own turns. */
const preference: fc.Arbitrary<Preference> = fc
  .tuple(
    text,
    fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 3 }),
  )
  .map(([task, better, worse]) => {
    const side = (said: readonly (readonly [string, string])[]) =>
      turns(
        0,
        said.map(([observation, action]) => [observation, action, true] as const),
      ).slice(1);
    return {
      sources: ["c", "r"] as string[] as [TrajectoryId, TrajectoryId],
      prompt: [{ role: "user", content: task } satisfies Message],
      chosen: side(better),
      rejected: side(worse),
    };
  });

export const exportable: fc.Arbitrary<TrainingSet> = fc.oneof(
  fc.array(demonstration, { minLength: 1, maxLength: 4 }).map((examples) => ({ kind: "sft" as const, examples })),
  fc
    .array(preference, { minLength: 1, maxLength: 3 })
    .map((examples) => ({ kind: "dpo" as const, examples, beta: 0.1 })),
);
