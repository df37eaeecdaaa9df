// The transcript of the test vectors: the ribbon is the table of methods.md §2, and texts come as they were.
import assert from "node:assert/strict";
import { test } from "node:test";
import { viewOn } from "../../../test/viewed.ts";
import { VECTOR_RUN, VECTORS, vectorStore } from "../../../test/viewer-store.ts";
import type { Transcript } from "../api/transcript.ts";
import { resourceOf } from "../resources.ts";
import { transcriptOf } from "./transcript.ts";

const ROUND = "1.1.1";
const repository = await vectorStore();
const view = viewOn(repository);
const transcript = (id: string, round = ROUND) => transcriptOf(view, VECTOR_RUN, round, id)!;

/** `0-2 learned: solution from s_0`, turns of one mask together. */
function ribbon({ steps }: Transcript): string[] {
  const cells = steps.map(({ mask: { kind, reason } }) => `${kind}: ${reason}`);
  const starts = cells.flatMap((cell, index) => (index > 0 && cells[index - 1] === cell ? [] : [index]));
  return starts.map((start, at) => `${start}-${starts[at + 1] ?? cells.length} ${cells[start]}`);
}

const NOT_IN_SET = "unused: not in this round's training set";
const LEFT = "unused: no example goes on along this run: those that begin like it left it before";
/** Of the expert's run, by outcomes. */
const RIBBONS: Readonly<Record<string, readonly string[]>> = {
  "0101": [
    "0-2 learned: solution from s_0",
    "2-4 context: harmful stretch, before the important state s_4",
    "4-6 learned: recovery from s_4",
    `6-8 ${LEFT}`,
  ],
  "1111": [`0-8 ${NOT_IN_SET}`],
  "0000": [`0-8 ${NOT_IN_SET}`],
  "1000": [`0-8 ${NOT_IN_SET}`],
  "1001": [
    "0-2 context: harmful stretch, before the important state s_2",
    "2-6 learned: recovery from s_2",
    `6-8 ${LEFT}`,
  ],
  "0011": ["0-4 learned: solution from s_0", `4-8 ${LEFT}`],
  "1100": [
    "0-2 context: before the important state s_4",
    "2-4 context: harmful stretch, before the important state s_4",
    "4-8 learned: recovery from s_4",
  ],
};

for (const { outcomes, harmful, needRecover } of VECTORS) {
  test(`the ribbon of the outcomes ${outcomes} is the row of the table`, () => {
    const shown = transcript(`${outcomes}-expert`);
    assert.deepEqual(ribbon(shown), RIBBONS[outcomes]);
    const labelled = shown.steps.filter(({ label }) => label === "harmful").map(({ index }) => index);
    assert.deepEqual(
      labelled,
      harmful.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i)),
    );
    assert.deepEqual(
      shown.steps.flatMap((step) => (step.needRecover ? [step.index] : [])),
      needRecover === null ? [] : [needRecover],
    );
    assert.deepEqual(
      shown.steps.flatMap(({ index, taken }) => (taken ? [`${index}: ${taken.won}/${taken.of}`] : [])),
      [...outcomes].map((won, place) => `${2 * place}: ${won}/1`),
    );
  });
}

test("a solution's own ribbon: who acted, what is learned, and the expert's labels up to where it left", () => {
  const shown = transcript("0101-BC-probe-6-0");
  assert.deepEqual(ribbon(shown), [
    "0-2 context: before the important state s_4",
    "2-4 context: harmful stretch, before the important state s_4",
    "4-8 learned: recovery from s_4",
  ]);
  assert.deepEqual(
    shown.steps.map(({ actor }) => `${actor.kind} ${actor.who}`),
    [...Array(6).fill("expert expert/e"), ...Array(2).fill("student BC, seed 1, iteration 0")],
  );
  assert.deepEqual(
    shown.steps.map(({ label }) => label),
    ["beneficial", "beneficial", "harmful", "harmful", "beneficial", "beneficial", null, null],
  );
  assert.equal(shown.steps[6]!.taken!.won, 1);
  const [example] = shown.examples;
  const { part, trajectory, shared, reasons, learned } = example!;
  assert.deepEqual(
    { part, trajectory, shared, reasons, learned },
    {
      part: "example",
      trajectory: "0101-BC-probe-6-0",
      shared: 8,
      reasons: ["recovery from s_4"],
      learned: [4, 5, 6, 7],
    },
  );
  assert.equal(shown.steps[5]!.mask.kind === "learned" && shown.steps[5]!.mask.example, example!.position);
  assert(shown.others.some(({ id }) => id === "0101-expert"));
  assert(shown.others.every(({ task, id }) => task === shown.head.task && id !== shown.head.id));
});

test("both sides of a preference: what is learned, and what is rejected", async () => {
  const pairs = await vectorStore({ methods: [{ method: "eto", cut: 0 }] });
  const of = (id: string) => ribbon(transcriptOf(viewOn(pairs), VECTOR_RUN, ROUND, id)!);
  assert.deepEqual(of("1111-BC-own-0"), ["0-2 learned: chosen"]);
  assert.deepEqual(of("1111-expert"), [
    "0-2 rejected: rejected",
    "2-8 unused: behind the end of the side, which is cut to about the length of the better one",
  ]);
});

test("a round that learns the expert's win whole; a rollout that broke", async () => {
  assert.deepEqual(ribbon(transcript("1100-expert", "0.1.0")), ["0-8 learned: expert success"]);
  const broken = await vectorStore({
    dress: (trajectory) =>
      trajectory.id === "1111-BC-own-0"
        ? {
            ...trajectory,
            success: false,
            outcome: { kind: "failed", error: { name: "EnvironmentError", message: "died" } },
          }
        : trajectory,
  });
  assert.deepEqual(ribbon(transcriptOf(viewOn(broken), VECTOR_RUN, ROUND, "1111-BC-own-0")!), [
    "0-2 unused: not in this round's training set: the episode broke on our side",
  ]);
});

const HOSTILE = `<script>alert(1)</script>\u001b[31m\u202e half a pair: \ud800 ${"😀".repeat(3000)}`;

test("texts: cut without cutting a character in two, whole when asked for, halves of pairs and all", async () => {
  const dressed = await vectorStore({
    dress: (trajectory) => ({
      ...trajectory,
      steps: trajectory.steps.map((step) => ({ ...step, observation: HOSTILE, thought: `t ${HOSTILE}` })),
      finalObservation: HOSTILE,
    }),
  });
  const ask = (path: string) =>
    JSON.parse(
      JSON.stringify(resourceOf(viewOn(dressed), { segments: path.split("/"), query: new URLSearchParams() })),
    );
  const { steps, finalObservation } = ask(`runs/${VECTOR_RUN}/rounds/${ROUND}/trajectories/0101-expert`) as Transcript;
  for (const { text, length } of [steps[0]!.observation, finalObservation]) {
    assert.equal(length, HOSTILE.length);
    assert(text.length >= 3999 && text.length <= 4000 && HOSTILE.startsWith(text));
    assert.equal(text.at(-1), "\ude00");
  }
  assert.deepEqual(ask("texts/0101-expert/0/observation"), { text: HOSTILE });
  assert.deepEqual(ask("texts/0101-expert/7/thought"), { text: `t ${HOSTILE}` });
  assert.deepEqual(ask("texts/0101-expert/final/observation"), { text: HOSTILE });
  const query = new URLSearchParams();
  const instruction = { segments: ["texts", "vectors/train/0101", "task", "instruction"], query };
  assert.deepEqual(resourceOf(view, instruction), { text: "Go the way of 0101." });
  for (const path of ["texts/0101-expert/8/action", "texts/0101-expert/-1/action", "texts/nobody/0/action"])
    assert.equal(ask(path), null);
  assert.throws(() => ask("texts/0101-expert/0/reward"), /expected one of observation, thought, action, got "reward"/);
});

test("replay: verified, diverged with both texts, not replayable; and the command that plays on", async () => {
  const expert = transcript("0101-expert");
  assert.deepEqual(expert.verification, { kind: "verified" });
  assert.equal(expert.play, "gleaner play vectors --from '0101-expert:{step}'");
  assert.deepEqual(transcript("0101-BC-own-0").verification, { kind: "unknown" });
  const found = [
    { kind: "diverged", step: 1, expected: "a", got: "b" },
    { kind: "unreplayable", reason: "the log leaves out what was seen" },
  ] as const;
  const shown = found.map((verification) =>
    transcriptOf(
      viewOn({
        ...repository,
        verification: (trajectory) => ({ ...verification, trajectory }),
      }),
      VECTOR_RUN,
      ROUND,
      "0101-expert",
    ),
  );
  assert.deepEqual(shown[0]!.verification, {
    kind: "diverged",
    step: 1,
    expected: { text: "a", length: 1 },
    got: { text: "b", length: 1 },
  });
  assert.deepEqual(shown[1]!.verification, found[1]);
  assert.equal(shown[1]!.play, null);
});
