/** Trajectories with any content that there can be, for property tests. */
import fc from "fast-check";
import { trajectoryId } from "../../src/core/ids.ts";
import type { Outcome, Step, Trajectory } from "../../src/core/trajectory.ts";
import { anyCharacter } from "../any-character.ts";
import { task } from "./samples.ts";

/** Any string JavaScript can hold: lone surrogates, NUL and quotes included. */
export const anyText = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  fc.constantFrom("'; DROP TABLE trajectories; --", '"', "\u0000", "%_\\", "?1 :name $x @y"),
);
const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0); // JSON has no −0
const anyUsage = fc
  .tuple(fc.nat(), fc.nat())
  .map(([promptTokens, completionTokens]) => ({ promptTokens, completionTokens }));
const anyIds = fc.array(fc.nat(), { maxLength: 4 });
const anyStep: fc.Arbitrary<Step> = fc.record(
  {
    observation: anyText,
    thought: anyText,
    action: anyText,
    completion: anyText,
    reward: anyNumber,
    usage: fc.option(anyUsage),
    tokenIds: fc.record({ prompt: anyIds, completion: anyIds }, { noNullPrototype: true }),
  },
  { noNullPrototype: true, requiredKeys: ["observation", "thought", "action", "completion", "reward", "usage"] },
);
const anyOutcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.constant({ kind: "terminated" as const }),
  fc.constantFrom("steps", "tokens", "time").map((limit) => ({ kind: "truncated" as const, limit })),
  fc.tuple(anyText, anyText).map(([name, message]) => ({ kind: "failed" as const, error: { name, message } })),
);
/** What a trajectory holds beside its id, task and fork. */
const anyContent = fc.record({
  policy: anyText,
  seed: fc.nat(),
  steps: fc.array(anyStep, { maxLength: 4 }),
  finalObservation: anyText,
  return: anyNumber,
  success: fc.boolean(),
  outcome: anyOutcome,
});

/** A family: the first begins at the start, each other one forks from an earlier one at any of its steps. */
export const anyFamily: fc.Arbitrary<readonly Trajectory[]> = fc
  .array(fc.record({ content: anyContent, parent: fc.nat(), at: fc.nat() }), { minLength: 1, maxLength: 6 })
  .map((members) => {
    const family: Trajectory[] = [];
    for (const [index, { content, parent, at }] of members.entries()) {
      const from = index === 0 ? undefined : family[parent % index];
      const forkStep = from ? at % (from.steps.length + 1) : 0;
      family.push({
        ...content,
        id: trajectoryId(`t${index}`),
        taskId: task.id,
        fork: from ? { from: from.id, step: forkStep } : null,
        steps: [...(from?.steps.slice(0, forkStep) ?? []), ...content.steps],
      });
    }
    return family;
  });
