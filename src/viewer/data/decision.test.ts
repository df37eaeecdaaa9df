// Why a turn is learned or not: on the stored test vectors of methods.md §2, for every method, in the words of the docs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { viewOn } from "../../../test/viewed.ts";
import { EVERY_METHOD, VECTOR_RUN, VECTORS, vectorStore } from "../../../test/viewer-store.ts";
import type { Decision } from "../api/transcript.ts";
import { decisionOf } from "./decision.ts";
import { keyOf } from "./rounds.ts";
import { transcriptOf } from "./transcript.ts";

const repository = await vectorStore({ methods: EVERY_METHOD });
const view = viewOn(repository);
const EEF = "1.1.1";
const decision = (id: string, step: number, round = EEF) => decisionOf(view, VECTOR_RUN, round, id, `${step}`)!;
const listed = ({ candidates }: Decision) =>
  candidates.map(
    ({ head, chosen, expertActions, lostBy }) => `${head.id} ${chosen ? "chosen" : lostBy}, ${expertActions}`,
  );

for (const { outcomes, solution, recovery, needRecover } of VECTORS) {
  test(`${outcomes}: the solutions that were chosen are those of the table`, () => {
    const chosenFor = (step: number) => {
      const { important, candidates } = decision(`${outcomes}-expert`, step);
      return {
        important: important?.step,
        chosen: candidates.filter(({ chosen }) => chosen).map(({ head }) => head.id),
      };
    };
    const id = (name: string | null) =>
      name === null ? [] : [name === "expert" ? `${outcomes}-expert` : `${outcomes}-BC-${name}`];
    const before = decision(`${outcomes}-BC-own-0`, 0);
    assert.deepEqual(before.important, { trajectory: `${outcomes}-BC-own-0`, step: 0 });
    assert.deepEqual(
      before.candidates.filter(({ chosen }) => chosen).map(({ head }) => head.id),
      id(solution),
    );
    if (needRecover !== null && recovery !== null)
      assert.deepEqual(chosenFor(needRecover), { important: needRecover, chosen: id(recovery) });
  });
}

test("the runner-up and why it lost; the rule, the label and the states around the action", () => {
  const { isLearned, rule, source, label, states, important, candidates, remarks } = decision("0101-expert", 1);
  assert.deepEqual({ isLearned, label }, { isLearned: true, label: "beneficial" });
  assert.equal(rule, "Every agent action from the state on has weight 1, including the expert's beneficial ones.");
  assert.equal(source, "methods.md §2, Mask");
  assert.deepEqual(
    states.map(({ step, won, of }) => [step, won, of]),
    [
      [0, 0, 1],
      [2, 1, 1],
    ],
  );
  assert.deepEqual(important, { trajectory: "0101-expert", step: 0 });
  assert.deepEqual(
    candidates.map(({ head, expertActions, lostBy }) => [head.id, expertActions, lostBy]),
    [
      ["0101-BC-probe-2-0", 2, null],
      ["0101-BC-probe-6-0", 6, "4 expert actions more"],
    ],
  );
  assert.deepEqual(remarks, [
    "Example 0 of the training set, made from 0101-BC-probe-2-0, which shares this run's first 2 actions: solution from s_0.",
  ]);
});

test("harmful actions are context of the recovery that begins behind them", () => {
  const { isLearned, label, rule, important } = decision("0101-expert", 3);
  assert.deepEqual(
    { isLearned, label, important },
    { isLearned: false, label: "harmful", important: { trajectory: "0101-expert", step: 4 } },
  );
  assert.equal(rule, "Everything before the important state is context with weight 0, the harmful actions too.");
});

test("a win that another one beat, a lost rollout, and a state that nobody solved", () => {
  const beaten = decision("1001-BC-probe-6-0", 7, "1.1.1");
  assert.equal(beaten.isLearned, true);
  assert.deepEqual(listed(decision("1111-BC-probe-4-0", 5)), [
    "1111-BC-own-0 chosen, 0",
    "1111-BC-probe-2-0 2 expert actions more, 2",
    "1111-BC-probe-4-0 4 expert actions more, 4",
    "1111-BC-probe-6-0 6 expert actions more, 6",
  ]);
  assert.match(decision("1111-BC-probe-4-0", 5).rule, /^Each important state gets one solution/);
  assert.match(decision("0000-BC-own-0", 0).rule, /this one is lost\.$/);
  assert.deepEqual(decision("0000-BC-own-0", 0).candidates, []);
});

test("the latest iteration goes first, then the fewest steps, then the lowest id", () => {
  const { candidates } = decision("1111-BC-own-0", 0, "1.1.2");
  assert.deepEqual(listed({ candidates } as Decision).slice(0, 2), [
    "1111-EEF M=3:1-own-0 chosen, 0",
    "1111-BC-own-0 an earlier iteration: 1, not 2, 0",
  ]);
});

test("RFT keeps the first of two wins with the same actions; with one solution it ranks them", async () => {
  const twins = viewOn(
    await vectorStore({
      methods: [
        { method: "rft", iterations: 2 },
        { method: "rft", iterations: 2, solutions: "one" },
      ],
    }),
  );
  const all = decisionOf(twins, VECTOR_RUN, "1.1.2", "1111-RFT:1-own-0", "0")!;
  assert.deepEqual(listed(all), [
    "1111-BC-own-0 chosen, 0",
    "1111-RFT:1-own-0 the same actions as 1111-BC-own-0, which came first, 0",
  ]);
  assert.equal(all.rule, "Of two wins of a task with the same actions it keeps the first.");
  const one = decisionOf(twins, VECTOR_RUN, "2.1.2", "1100-expert", "0")!;
  assert.deepEqual(listed(one), [
    "1100-BC-own-0 chosen, 0",
    "1100-expert 8 expert actions more, 8",
    "1100-RFT, one solution:1-own-0 the same actions as 1100-BC-own-0, which came first, 0",
  ]);
  assert.match(one.rule, /the student's own before the expert's/);
});

/** A page of the docs as one line without its marks. */
const words = (page: string) =>
  readFileSync(join(import.meta.dirname, "../../../docs", page), "utf8")
    .replaceAll(/[`*]|\[ours\]|\[paper\]|\[code\]/g, "")
    .replaceAll(/\s+/g, " ");
const DOCS = words("methods.md");

test("every method says its rule for every turn, in the words of methods.md, and as the ribbon has it", () => {
  const rules = new Set<string>();
  for (const round of repository.rounds(VECTOR_RUN)) {
    const others = [...round.explored, ...round.probed, ...round.evaluated, ...round.expert];
    for (const id of new Set(others)) {
      const { steps } = transcriptOf(view, VECTOR_RUN, keyOf(round), id)!;
      for (const { index, mask } of steps) {
        const { rule, isLearned, source, remarks } = decision(id, index, keyOf(round));
        assert.equal(isLearned, mask.kind === "learned", `${round.method} ${id} ${index}`);
        assert.match(source, /^methods\.md §[1-4]/);
        assert(!remarks.some((remark) => remark.startsWith("Read again")), remarks.join());
        rules.add(rule);
      }
    }
  }
  for (const rule of rules) {
    const quoted = [...rule.matchAll(/"([^"]+)"/g)].map(([, part]) => part!);
    for (const part of quoted.length > 0 ? quoted : [rule])
      assert(DOCS.includes(part), `methods.md does not say: ${part}`);
  }
  assert(rules.size >= 18, [...rules].join("\n"));
});

test("a training set that the rule would not have chosen is not hidden", () => {
  const other = viewOn(repository, {
    rankedWins: (wins, at, rule) =>
      view
        .rankedWins(wins, at, rule)
        .toReversed()
        .map((win, index) => ({ ...win, lostBy: index === 0 ? null : "x" })),
  });
  const { remarks } = decisionOf(other, VECTOR_RUN, EEF, "1111-BC-own-0", "0")!;
  assert.equal(
    remarks.at(-1),
    "Read again, the rule would choose 1111-BC-probe-6-0; the stored training set learns 1111-BC-own-0. Do not rely on this list.",
  );
});

test("a run whose config does not say its methods, a dataset, and what is not there", () => {
  const renamed = { ...repository, run: (name: string) => ({ ...repository.run(name)!, config: {} }) };
  assert.match(decisionOf(viewOn(renamed), VECTOR_RUN, EEF, "1111-BC-own-0", "0")!.rule, /^Every agent action/);
  const unnamed = {
    ...renamed,
    rounds: (name: string) =>
      repository.rounds(name).map((round) => ({ ...round, method: round.row === 1 ? "mine" : round.method })),
  };
  const unknown = decisionOf(viewOn(unnamed), VECTOR_RUN, EEF, "1111-BC-own-0", "0")!;
  assert.equal(unknown.rule, "Not known: the run does not say which method mine is.");
  assert.equal(unknown.isLearned, true);
  const dataset = {
    ...repository,
    run: () => ({
      name: "d",
      kind: "dataset" as const,
      config: { sources: [], method: "one-solution", trainingSet: repository.rounds(VECTOR_RUN)[0]!.trainingSet },
    }),
    rounds: () => [],
  };
  const { rule, source, isLearned } = decisionOf(viewOn(dataset), "d", "-", "1100-expert", "0")!;
  assert.deepEqual(
    { rule, source, isLearned },
    {
      rule: 'The dataset\'s method one-solution learns "the shortest win of each task".',
      source: "commands.md, gleaner dataset",
      isLearned: true,
    },
  );
  assert(words("commands.md").includes("the shortest win of each task"));
  for (const step of ["8", "-1", "x"]) assert.equal(decisionOf(view, VECTOR_RUN, EEF, "1111-expert", step), null);
  assert.equal(decisionOf(view, VECTOR_RUN, EEF, "nobody", "0"), null);
});
