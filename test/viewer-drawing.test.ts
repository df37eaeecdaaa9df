/** What the viewer's page computes before it draws: where a trunk's parts stand, where one may jump, what differs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { taskId, trajectoryId } from "../src/core/ids.ts";
import type { DiffRow } from "../src/viewer/api/compare.ts";
import type { Branch, Trunk, TrunkState } from "../src/viewer/api/expert.ts";
import type { RunLine } from "../src/viewer/api/project.ts";
import type { RoundLine, StepLabel, Text, TrajectoryHead } from "../src/viewer/api/shared.ts";
import type { Mask, RowMessage, TargetSays } from "../src/viewer/api/transcript.ts";
import { differencesIn, partingOf, partsOf } from "../src/viewer/client/diff/folds.ts";
import { wordDiff } from "../src/viewer/client/diff/words.ts";
import { firstSides, shortNames } from "../src/viewer/client/flips/sides.ts";
import { sidesOf } from "../src/viewer/client/overview/pairs.ts";
import { type Asked, compared, differenceInWords } from "../src/viewer/client/row/compare.ts";
import { cellsOf, tokensInWords } from "../src/viewer/client/row/tokens.ts";
import { hitsIn } from "../src/viewer/client/search/inFolder.ts";
import {
  decisionsIn,
  firstDivergence,
  jump,
  marksOf,
  maskInWords,
  stretchesOf,
  type Turn,
} from "../src/viewer/client/transcript/turns.ts";
import { branchesOf, fillOf, fitting, placed, radiusOf } from "../src/viewer/client/trunk/geometry.ts";

const text = (said: string): Text => ({ text: said, length: said.length });

const head = (id: string, change: Partial<TrajectoryHead> = {}): TrajectoryHead => ({
  id: trajectoryId(id),
  task: taskId("corridor/train/1"),
  policy: "expert/a",
  who: "expert",
  won: false,
  return: 0,
  outcome: { kind: "terminated" },
  steps: 12,
  fork: null,
  ...change,
});

const branch = (id: string, change: Partial<Branch> = {}): Branch => ({
  trajectory: trajectoryId(id),
  seed: 1,
  iteration: 1,
  won: false,
  steps: 3,
  return: 0,
  outcome: { kind: "terminated" },
  counted: true,
  learned: null,
  ...change,
});

const state = (step: number, won: number, of: number, branches: readonly Branch[] = []): TrunkState => ({
  step,
  won,
  of,
  low: of ? Math.max(0, won / of - 0.2) : null,
  high: of ? Math.min(1, won / of + 0.2) : null,
  branches,
});

const trunk = (length: number, states: readonly TrunkState[]): Trunk => ({
  run: "r",
  round: null,
  expert: head("e"),
  iterations: [1, 2],
  steps: Array.from({ length }, (_, index) => {
    const label: StepLabel = index === 2 ? "harmful" : null;
    return { index, action: text(`go ${index}`), kind: "go", label, needRecover: index === 3 };
  }),
  states,
  remarks: [],
});

test("a state stands at the left end of the action before which it is", () => {
  const { trunk: line, chart } = placed(trunk(12, [state(0, 1, 4), state(3, 2, 5)]), 900, null, null);
  const starts = line.actions.map(({ x }) => x);
  assert.deepEqual(
    line.states.map(({ x }) => x),
    [starts[0], starts[3]],
  );
  assert.deepEqual(
    chart!.points.map(({ x }) => x),
    [starts[0], starts[3]],
  );
  assert.deepEqual(
    line.states.map(({ level, needRecover }) => [level, needRecover]),
    [
      [0.25, false],
      [0.4, true],
    ],
  );
  assert.equal(line.endX, starts[11]! + line.actions[11]!.width);
});

test("a branch is as long as that many actions, and leaves its dot downwards", () => {
  const long = trunk(12, [state(0, 0, 1), state(4, 1, 2, [branch("x", { steps: 5 }), branch("y", { won: true })])]);
  const closed = placed(long, 900, null, null);
  const { branches, pitch, trunk: line, height } = placed(long, 900, 4, null);
  assert.deepEqual(
    branches.map(({ branch, endX }) => [branch.trajectory, (endX - line.states[1]!.x) / pitch]),
    [
      ["y", 3],
      ["x", 5],
    ],
  );
  assert.equal(pitch, closed.pitch, "nothing moves sideways when branches unfold");
  assert(height > closed.height && branches.every(({ y }) => y > line.y));
  assert.deepEqual(placed(long, 900, 4, 2).branches, [], "iteration 2 has none there");
  const all = placed(trunk(4, [state(0, 1, 1, [branch("p")]), state(2, 1, 1, [branch("q")])]), 900, "all", null);
  assert.deepEqual(
    all.branches.map(({ branch }) => branch.trajectory),
    ["q", "p"],
    "the last state's first: no branch crosses another's way down",
  );
  assert.equal(branchesOf(long.states[1]!, 1).length, 2);
});

test("a picture holds everything that it draws, whatever the run is like", () => {
  const states = fc.array(fc.record({ step: fc.nat(200), won: fc.nat(5), more: fc.nat(5), long: fc.nat(60) }));
  fc.assert(
    fc.property(states, fc.nat(220), fc.integer({ min: 200, max: 2000 }), (made, length, room) => {
      const all = made.map(({ step, won, more, long }) => state(step, won, won + more, [branch("b", { steps: long })]));
      const run = trunk(length, all);
      const open = made[0]?.step ?? null;
      const { width, height, trunk: line, branches, chart } = placed(run, room, open, null);
      assert(line.actions.every((action) => action.x >= 0 && action.x + action.width <= width));
      assert(branches.every(({ endX, y, path }) => endX <= width && y <= height && !/NaN|-\d/.test(path)));
      assert(chart ? chart.points.every(({ y }) => y >= chart.top && y <= chart.bottom && y <= height) : true);
      assert(Number.isFinite(width) && Number.isFinite(height));
    }),
  );
});

test("a state that nobody tried has a dot without a level, and no place on the curve", () => {
  const { trunk: line, chart } = placed(trunk(4, [state(0, 0, 0), state(2, 1, 1)]), 600, null, null);
  assert.deepEqual(
    line.states.map(({ level }) => level),
    [null, 1],
  );
  assert.deepEqual([chart!.points.length, chart!.startY, chart!.band], [1, null, ""]);
  assert.equal(placed(trunk(4, [state(0, 0, 0)]), 600, null, null).chart, null, "nothing was tried: no curve");
});

test("names are cut to fit, and dots grow with the number of tries", () => {
  assert.equal(fitting("click[next >]", 200), "click[next >]");
  assert.equal(fitting("click[next >]", 50), "click[…");
  assert.equal(fitting("click", 20), "");
  assert(radiusOf(1) < radiusOf(5) && radiusOf(5) < radiusOf(20) && radiusOf(1000) === 14);
});

test("a dot is filled as high as its rate", () => {
  assert.equal(fillOf(10, 10, 5, 0), "");
  assert.match(fillOf(10, 10, 5, 1), /^M5 10a5 5 0 1 0 10 0a/);
  const half = fillOf(10, 10, 5, 0.5)
    .match(/-?[\d.]+(e-\d+)?/g)!
    .map((number) => Number(Number(number).toFixed(6)));
  assert.deepEqual(half, [5, 10, 5, 5, 0, 0, 0, 15, 10], "half of it: the chord goes through the middle");
});

const turn = (index: number, kind: Mask["kind"], change: Partial<Turn> = {}): Turn => ({
  index,
  mask: { kind, reason: "why" } as Mask,
  label: null,
  taken: null,
  needRecover: false,
  ...change,
});

test("n and p stop where the mask or the label changes, and where students tried", () => {
  const turns = [
    turn(0, "unused"),
    turn(1, "context"),
    turn(2, "context", { label: "harmful" }),
    turn(3, "context", { label: "harmful" }),
    turn(4, "learned", { needRecover: true }),
    turn(5, "learned"),
    turn(6, "learned", { taken: { won: 1, of: 2 } }),
  ];
  assert.deepEqual(decisionsIn(turns), [1, 2, 4, 6]);
  assert.deepEqual(
    [jump([1, 2, 4, 6], 2, 1), jump([1, 2, 4, 6], 2, -1), jump([1, 2, 4, 6], 6, 1), jump([], 3, -1)],
    [4, 1, 6, 3],
  );
  assert.deepEqual(stretchesOf(turns), [
    { from: 0, to: 1, kind: "unused" },
    { from: 1, to: 4, kind: "context" },
    { from: 4, to: 7, kind: "learned" },
  ]);
  assert.equal(maskInWords(turns), "1 unused, 3 context only, 3 learned");
  assert.deepEqual([decisionsIn([]), stretchesOf([]), maskInWords([])], [[], [], ""]);
});

test("a ribbon's signs stand in the middle of each stretch of one label, and at the need-recover state", () => {
  const labels: readonly StepLabel[] = ["harmful", "harmful", null, "beneficial", "harmful"];
  const turns = labels.map((label, index) => turn(index, "context", { label, needRecover: index === 2 }));
  assert.deepEqual(marksOf(turns), [
    { middle: 1, kind: "harmful" },
    { middle: 2, kind: "recover" },
    { middle: 3.5, kind: "beneficial" },
    { middle: 4.5, kind: "harmful" },
  ]);
});

const round = (row: number, iteration: number, evaluated = 5, seed = 1): RoundLine => ({
  ...{ key: `${row}.${seed}.${iteration}`, method: `m${row}`, row, seed, iteration },
  ...{ explored: 0, probed: 0, evaluated },
});
const run = (...rounds: readonly RoundLine[]): RunLine => ({
  ...{ name: "r", kind: "experiment", world: null, trajectories: 0, rounds, first: "-", progress: null },
});

test("two methods are compared where nobody chose, else two iterations of one", () => {
  const keys = (line: RunLine) => firstSides(line)?.map((side) => side.round);
  assert.deepEqual(keys(run(round(0, 0), round(1, 1), round(1, 2), round(2, 1, 0))), ["0.1.0", "1.1.2"]);
  assert.deepEqual(keys(run(round(1, 1), round(1, 2), round(1, 3))), ["1.1.1", "1.1.3"]);
  assert.equal(keys(run(round(1, 1))), undefined);
  assert.equal(firstSides(undefined), null);
});

test("a difference leads to the last iterations of its two methods, with a seed that both have", () => {
  const line = run(round(0, 0), round(1, 1, 5, 2), round(1, 2, 5, 2), round(2, 1, 5, 1), round(2, 1, 5, 2));
  const [a, b] = [2, 1].map((row) => line.rounds.find((each) => each.row === row)!.method);
  assert.deepEqual(sidesOf(line, { a: a!, b: b! }), ["1.2.2", "2.2.1"]);
  assert.equal(sidesOf(line, { a: a!, b: "nobody" }), null);
  assert.equal(sidesOf(undefined, { a: a!, b: b! }), null);
});

test("the sides of a comparison are called by what tells them apart", () => {
  const side = (name: string, line: ReturnType<typeof round>) => ({ run: name, round: line });
  const [first, second] = [round(1, 1), round(1, 2)];
  assert.deepEqual(shortNames(side("x", first), side("x", round(2, 1))), { a: first.method, b: round(2, 1).method });
  assert.deepEqual(shortNames(side("x", first), side("y", first)), { a: "x", b: "y" });
  assert.deepEqual(shortNames(side("x", first), side("x", second)), { a: "iteration 1", b: "iteration 2" });
  assert.deepEqual(shortNames(side("x", first), side("x", first)), { a: "a", b: "b" });
});

test("search in a folder finds the first place in each text, whatever the case", async () => {
  const told = { observation: text("a red LAMP, a lamp"), thought: text(""), action: text("take lamp") };
  const step = { ...turn(4, "unused"), ...told, reward: 0, actor: { kind: "other" as const, who: "x" }, tokens: null };
  const hits = hitsIn({ head: head("e"), steps: [step] }, "lamp");
  assert.deepEqual(
    hits.map(({ step, part, before, match, after }) => [step, part, before, match, after]),
    [
      [4, "observation", "a red ", "LAMP", ", a lamp"],
      [4, "action", "take ", "lamp", ""],
    ],
  );
  assert.deepEqual(hitsIn({ head: head("e"), steps: [step] }, ""), []);
});

test("what other tools train is told apart from what is stored", () => {
  const message = (learned: boolean): RowMessage => ({
    ...{ side: "example", role: "assistant", content: text("x"), learned, reason: null, step: null },
  });
  const messages = [message(false), message(true), message(true)];
  const says: readonly TargetSays[] = [
    { target: "same", learned: [false, true, true], refusal: null },
    { target: "more", learned: [true, true, false], refusal: null },
    { target: "says", learned: [false, true, true], refusal: "drops the reasoning" },
    { target: "none", learned: null, refusal: "no tools" },
  ];
  const names = (all: readonly TargetSays[]) => all.map(({ target }) => target);
  const asked = new Map<string, Asked>(says.map((each) => [each.target, { kind: "told", says: each }]));
  asked.set("full", { kind: "problem", problem: "the disk is full" }).set("again", { kind: "asking" });
  const targets = ["same", "full", "more", "late", "says", "none", "again"];
  const { exact, other, refusing, problems, waiting } = compared({ messages, targets }, asked);
  assert.deepEqual([names(exact), names(other), names(refusing)], [["same"], ["more", "says"], ["none"]]);
  assert.deepEqual(
    problems.map(({ target, problem }) => [target, problem]),
    [["full", "the disk is full"]],
  );
  assert.deepEqual(waiting, ["late", "again"]);
  assert.equal(differenceInWords({ messages }, says[1]!), "of the messages, learns 1 more and 1 less");
  assert.equal(differenceInWords({ messages }, says[2]!), "learns the same messages");
});

test("the first divergence is the replay's, else the fork's", () => {
  const fork = { from: trajectoryId("e"), step: 5 };
  const diverged = { kind: "diverged", step: 2, expected: text("a"), got: text("b") } as const;
  assert.equal(firstDivergence({ verification: diverged, head: head("x", { fork }) }), 2);
  assert.equal(firstDivergence({ verification: { kind: "verified" }, head: head("x", { fork }) }), 5);
  assert.equal(firstDivergence({ verification: { kind: "unknown" }, head: head("x") }), null);
});

test("token cells show blanks and marks", () => {
  const cells = cellsOf([
    { id: 1, text: "<|im_start|>", learned: false },
    { id: 2, text: " go", learned: true },
    { id: 3, text: "\n", learned: true },
    { id: 4, text: "", learned: false },
    { id: 5, text: "<b", learned: false },
  ]);
  assert.deepEqual(
    cells.map(({ text, isMark }) => [text, isMark]),
    [
      ["<|im_start|>", true],
      ["·go", false],
      ["⏎\n", false],
      ["∅", false],
      ["<b", false],
    ],
  );
  assert.equal(cellsOf([{ id: 1, text: "a", learned: true }], 0).length, 0);
  assert.equal(tokensInWords([{ id: 1, text: "a", learned: true }]), "1 token, 1 of them learned (100.0 %)");
});

const cell = (observation: string, action: string) => ({
  observation: text(observation),
  thought: text(""),
  action: text(action),
  reward: 0,
  actor: { kind: "expert" as const, who: "expert" },
});

test("equal rows are folded, a single one behind the shared beginning is not", () => {
  const row = (index: number, same: boolean): DiffRow => ({ index, same, cells: [cell("o", "a"), cell("o", "a")] });
  const rows = [true, true, false, true, false, true, true].map((same, index) => row(index, same));
  assert.deepEqual(
    partsOf({ rows, shared: 2 }).map((part) => (part.kind === "equal" ? [part.from, part.to] : part.row.index)),
    [[0, 2], 2, 3, 4, [5, 7]],
  );
  assert.deepEqual(partsOf({ rows: [], shared: 0 }), []);
});

test("where columns part is said in words", () => {
  const rows = [{ index: 3, same: false, cells: [cell("o", "go north"), cell("o", "go south"), null] }];
  const columns = [head("a"), head("b"), head("c", { steps: 3 })];
  assert.deepEqual(differencesIn(rows[0]!), ["the actions"]);
  assert.equal(partingOf({ divergesAt: 3, rows, columns }), "They part at step 3: the actions differ.");
  assert.match(partingOf({ divergesAt: null, rows: [], columns }), /until the shortest ends/);
  assert.match(partingOf({ divergesAt: null, rows: [], columns: [head("a"), head("b")] }), /first step to the last/);
});

test("the pieces of a word diff make up both texts, and mark what differs", () => {
  const marked = (pieces: readonly { text: string; marked: boolean }[]) =>
    pieces.filter((piece) => piece.marked).map((piece) => piece.text);
  const { a, b } = wordDiff("take the red cup", "take the blue cup");
  assert.deepEqual([marked(a), marked(b)], [["red"], ["blue"]]);
  assert.deepEqual(marked(wordDiff("go north", "take the lamp").b), ["take the lamp"], "one mark, not three");
  const words = fc
    .array(fc.constantFrom("a", "b ", "\n", "\u{1f600}", "\ud800", "<b>", " "))
    .map((all) => all.join(""));
  fc.assert(
    fc.property(words, words, (left, right) => {
      const diff = wordDiff(left, right);
      assert.equal(diff.a.map((piece) => piece.text).join(""), left);
      assert.equal(diff.b.map((piece) => piece.text).join(""), right);
      assert.equal(
        [...diff.a, ...diff.b].some((piece) => piece.marked),
        left !== right,
      );
    }),
  );
  const long = "x ".repeat(20_000);
  assert.deepEqual(marked(wordDiff(long, `${long}y`).b), [`${long}y`], "too long to compare: all of it is marked");
});
