// Trajectories side by side, and rounds side by side, on the stored test vectors.
import assert from "node:assert/strict";
import { test } from "node:test";
import { viewOn } from "../../../test/viewed.ts";
import { EVERY_METHOD, VECTOR_RUN, vectorStore } from "../../../test/viewer-store.ts";
import { CliError } from "../../core/errors.ts";
import type { TrajectoryId } from "../../core/ids.ts";
import { diffOf } from "./diff.ts";
import { flipsOf } from "./flips.ts";

const repository = await vectorStore({ methods: EVERY_METHOD });
const view = viewOn(repository);
const diff = (...ids: string[]) => diffOf(view, ids.map(encodeURIComponent).join(","))!;

test("a probe leaves the expert's run at its state: the steps before are the same, there they part", () => {
  const { task, shared, divergesAt, rows, columns } = diff("0101-expert", "0101-BC-probe-4-0");
  assert.deepEqual({ task, shared, divergesAt }, { task: "vectors/train/0101", shared: 4, divergesAt: 4 });
  assert.deepEqual(
    columns.map(({ id, won }) => [id, won]),
    [
      ["0101-expert", false],
      ["0101-BC-probe-4-0", false],
    ],
  );
  assert.equal(rows.length, 8);
  assert.deepEqual(
    rows.map(({ same }) => same),
    [...Array(4).fill(true), ...Array(4).fill(false)],
  );
  assert.deepEqual(
    rows.map(({ cells }) => cells.map((cell) => cell && `${cell.actor.kind} ${cell.action.text}`)).slice(3, 7),
    [
      ["expert e3", "expert e3"],
      ["expert e4", "student p0"],
      ["expert e5", "student p1"],
      ["expert e6", null],
    ],
  );
});

test("three columns; equal ones part nowhere; a shorter one that is the beginning of another parts at its end", () => {
  assert.equal(diff("0101-expert", "0101-BC-own-0", "0101-BC-probe-2-0").divergesAt, 0);
  const twin = { ...repository.trajectory("0101-expert" as TrajectoryId)!, id: "twin, the 100%" as TrajectoryId };
  const begun = { ...twin, id: "begun" as TrajectoryId, steps: twin.steps.slice(0, 3), finalObservation: "elsewhere" };
  const stood = { ...begun, id: "stood" as TrajectoryId, finalObservation: twin.steps[3]!.observation };
  for (const each of [twin, begun, stood]) repository.addTrajectory(VECTOR_RUN, each);
  const same = diff("0101-expert", "twin, the 100%");
  assert.deepEqual([same.shared, same.divergesAt], [8, null]);
  const cut = diff("0101-expert", "begun");
  assert.deepEqual([cut.shared, cut.divergesAt], [3, 3]);
  assert.deepEqual([diff("0101-expert", "stood").shared, diff("0101-expert", "stood").divergesAt], [3, null]);
});

test("what cannot be laid side by side is refused by name", () => {
  assert.throws(() => diff("0101-expert"), new CliError("diff: expected 2 to 8 different trajectories, got 1"));
  assert.throws(() => diff("0101-expert", "1111-expert"), /of one task, got "vectors\/train\/0101" \(0101-expert\)/);
  assert.throws(() => diffOf(view, "%,b"), /encoded/);
  assert.equal(diff("0101-expert", "nobody"), null);
});

test("flips: won and lost first, then lost and won, then the rest; each a held-out task of both", () => {
  const [bc, nat] = ["0.1.0", "7.1.1"];
  const flips = flipsOf(view, VECTOR_RUN, bc, VECTOR_RUN, nat)!;
  const won = (round: string) =>
    new Map(
      repository
        .rounds(VECTOR_RUN)
        .find(({ row }) => row === Number(round[0]))!
        .evaluated.map((id) => [repository.summary(id)!.taskId, repository.summary(id)!.success]),
    );
  const [wonA, wonB] = [won(bc), won(nat)];
  assert.deepEqual(
    Object.fromEntries(flips.lines.map(({ task, a, b }) => [task, [a, b]])),
    Object.fromEntries([...wonA].map(([task, a]) => [task, [a, wonB.get(task)]])),
  );
  const kinds = flips.lines.map(({ a, b }) => (a === b ? "same" : a ? "lost" : "won"));
  assert.deepEqual(
    kinds,
    kinds.toSorted((x, y) => ["lost", "won", "same"].indexOf(x) - ["lost", "won", "same"].indexOf(y)),
  );
  const { wonToLost, lostToWon, same } = flips.counts;
  assert.equal(wonToLost + lostToWon + same, flips.lines.length);
  assert(wonToLost + lostToWon > 0, "the two rounds must differ, or this test says nothing");
  assert.deepEqual([flips.onlyA, flips.onlyB, flips.a.round.method, flips.b.round.method], [0, 0, "BC", "NAT + own"]);
  assert(flips.lines.every(({ addedRows, droppedRows }) => addedRows + droppedRows === 0));
  assert.equal(flipsOf(view, VECTOR_RUN, bc, VECTOR_RUN, "9.9.9"), null);
});

test("flips: examples about a task that came and went", () => {
  // As if the training tasks were held out, too.
  const [bc, eef] = [0, 1].map((row) => repository.rounds(VECTOR_RUN).find((round) => round.row === row)!);
  const evaluated = bc!.expert;
  const seen = viewOn({
    ...repository,
    rounds: () => [
      { ...bc!, evaluated },
      { ...eef!, evaluated },
    ],
  });
  const { lines } = flipsOf(seen, VECTOR_RUN, "0.1.0", VECTOR_RUN, "1.1.1")!;
  const rows = Object.fromEntries(
    lines.map(({ task, addedRows, droppedRows }) => [task.slice(-4), [addedRows, droppedRows]]),
  );
  assert.deepEqual(rows, {
    "0101": [2, 0],
    "1111": [1, 0],
    "0000": [0, 0],
    "1000": [1, 0],
    "1001": [2, 0],
    "0011": [1, 0],
    // The expert's win was learned whole; now its tail is, and the student's own win.
    "1100": [2, 1],
  });
});
