// Trunks, transcripts and decisions of a real small run: what the run chose is what is read again, for every trajectory.
import assert from "node:assert/strict";
import { test } from "node:test";
import { smallStore, viewOn } from "../../../test/viewed.ts";
import { roundsUpTo } from "../../analysis/told.ts";
import { readingsOf } from "../../engine/algorithms/eef-stored.ts";
import { decisionOf } from "./decision.ts";
import { keyOf } from "./rounds.ts";
import { transcriptOf } from "./transcript.ts";
import { trunkOf } from "./trunk.ts";

const repository = await smallStore();
const view = viewOn(repository);
const rounds = repository.rounds("small");
const probing = rounds.filter(({ probed }) => probed.length > 0);

test("every trunk of a real run has the states and rates that its labels were read from", () => {
  assert(probing.length > 0);
  for (const round of probing) {
    const readings = readingsOf(repository, roundsUpTo(rounds, round));
    for (const id of round.expert) {
      const { states, steps, remarks } = trunkOf(view, "small", keyOf(round), id)!;
      const tried = states.filter(({ of }) => of > 0).map(({ step, won, of }) => ({ step, won, of }));
      assert.deepEqual(
        tried,
        readings.get(id)!.states.map(({ step, won, of }) => ({ step, won, of })),
      );
      const counted = states.map(({ branches }) => branches.filter((branch) => branch.counted).length);
      assert.deepEqual(
        counted,
        states.map(({ of }) => of),
      );
      assert.equal(steps.find(({ needRecover }) => needRecover)?.index ?? null, readings.get(id)!.needRecover);
      assert.deepEqual(remarks, []);
    }
  }
});

test("every turn of a real run has a rule, and the rule chooses again what is stored", () => {
  for (const round of rounds) {
    const learned = repository.trainingSet(round.trainingSet)!.examples.flatMap((example) => {
      assert("messages" in example);
      return example.messages.filter(({ weight }) => weight === 1).length;
    });
    let shown = 0;
    for (const id of new Set([...round.expert, ...round.explored, ...round.probed])) {
      const { steps, examples } = transcriptOf(view, "small", keyOf(round), id)!;
      shown += examples
        .filter(({ trajectory }) => trajectory === id)
        .reduce((sum, each) => sum + each.learned.length, 0);
      for (const { index, mask } of steps) {
        const { isLearned, rule, remarks } = decisionOf(view, "small", keyOf(round), id, `${index}`)!;
        assert.equal(isLearned, mask.kind === "learned");
        assert(!rule.startsWith("Not known"), rule);
        assert(!remarks.some((remark) => remark.startsWith("Read again")), `${round.method} ${id}: ${remarks.join()}`);
      }
    }
    // Later iterations also learn from what earlier ones played.
    const all = learned.reduce((sum, count) => sum + count, 0);
    if (round.iteration <= 1) assert.equal(shown, all, `${round.method} ${round.iteration}`);
    else assert(shown <= all);
  }
});
