/** What the viewer's page computes without a document: addresses, what is in view, sorting, and the names of an export's scripts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { taskId, trajectoryId } from "../src/core/ids.ts";
import type { ExpertCell, ExpertLine } from "../src/viewer/api/expert.ts";
import { scriptOf } from "../src/viewer/api/exported.ts";
import type { RoundLine } from "../src/viewer/api/shared.ts";
import type { Tasks, TaskTrajectory } from "../src/viewer/api/tasks.ts";
import { addressOf, itemsOf, listed, parseRoute, type Query } from "../src/viewer/client/address.ts";
import { arranged, arrangementOf, breaksByStep } from "../src/viewer/client/expert/arrange.ts";
import { count, counted, duration, signed } from "../src/viewer/client/numbers.ts";
import { methodsIn, pairsOf } from "../src/viewer/client/overview/pairs.ts";
import { lookOf } from "../src/viewer/client/series.ts";
import { sorted } from "../src/viewer/client/table.ts";
import { playersOf, tasksShown } from "../src/viewer/client/tasks/filter.ts";
import { onceEach } from "../src/viewer/client/tasks/once-each.ts";
import { linesInView } from "../src/viewer/client/window.ts";

const names = fc.string({ unit: "binary", minLength: 1 }).filter((name) => name.isWellFormed());

test("an address gives back the segments and the query that it was made of", () => {
  assert.equal(
    addressOf(["runs", "a b", "expert"], { kind: "go", step: 0, none: null }),
    "#/runs/a%20b/expert?kind=go&step=0",
  );
  fc.assert(
    fc.property(fc.array(names), fc.dictionary(names, names), (segments, query) => {
      const route = parseRoute(addressOf(segments, query));
      assert.deepEqual(route.segments, segments);
      assert.deepEqual({ ...route.query }, { ...query });
    }),
  );
  assert.deepEqual(parseRoute("#/runs/100%"), { segments: ["runs", "100%"], query: {} });
});

test("a list of ids within one segment comes back, whatever the ids hold", () => {
  fc.assert(fc.property(fc.array(names), (ids) => assert.deepEqual(itemsOf(listed(ids)), ids)));
});

test("no two resources share a script that are not looked at together, not even where upper and lower case are one", () => {
  assert.equal(scriptOf("runs/demo-front/tasks"), "runs/demo-front/tasks.js");
  assert.equal(scriptOf("runs/A%2Fb"), "runs/_41_252_46b.js");
  const together = ["rounds/0.1.1/trajectories/t1", "rounds/0.1.2/trajectories/t1", "rounds/0.1.2/decisions/t1/4"];
  for (const path of together) assert.equal(scriptOf(`runs/a/${path}`), "runs/a/trajectories/t1.js");
  assert.equal(scriptOf("runs/a/rounds/0.1.1/rows/99"), "runs/a/rounds/0.1.1/rows/1.js");
  assert.equal(scriptOf("texts/t1/4/observation"), "texts/t1.js");
  const paths = fc.array(fc.oneof(names, fc.string({ unit: fc.constantFrom("a", "A", "_", "."), maxLength: 300 })), {
    minLength: 1,
  });
  fc.assert(
    fc.property(paths, paths, (a, b) => {
      const [pathA, pathB] = [a, b].map((parts) => parts.map(encodeURIComponent).join("/"));
      assert.equal(scriptOf(pathA!).toLowerCase() === scriptOf(pathB!).toLowerCase(), pathA === pathB);
      for (const name of scriptOf(pathA!).split("/")) {
        assert.match(name, /^[a-z0-9_-][a-z0-9._-]*$/);
        assert(name.length <= 130);
      }
    }),
  );
});

test("the lines in view are those that the box shows, and never beyond the ends", () => {
  assert.deepEqual(linesInView(0, 300, 30, 5), { from: 0, to: 5 });
  assert.deepEqual(linesInView(3000, 300, 30, 1000), { from: 96, to: 114 });
  assert.deepEqual(linesInView(90_000, 300, 30, 10), { from: 10, to: 10 });
});

test("lines sort by a column both ways, with what is not known last", () => {
  const columns = [{ key: "n", head: "N", value: (line: { n: number | null }) => line.n }];
  const lines = [{ n: null }, { n: 2 }, { n: 10 }];
  const by = (sort: string) => sorted(lines, columns, sort).map(({ n }) => n);
  assert.deepEqual(by("n"), [2, 10, null]);
  assert.deepEqual(by("-n"), [10, 2, null]);
  assert.deepEqual(by(""), [null, 2, 10]);
});

const cell = (kind: string, label: ExpertCell["label"] = null): ExpertCell => ({
  kind,
  label,
  taken: null,
  needRecover: false,
});
const expertLine = (task: string, won: boolean, cells: readonly ExpertCell[]): ExpertLine => {
  const at = cells.findIndex(({ label }) => label === "harmful");
  const [breaksAt, breaksWith] = at < 0 ? [null, null] : [at, cells[at]!.kind];
  const [id, trajectory] = [taskId(`w/train/${task}`), trajectoryId(task)];
  const rest = { policy: "expert", recoveryLearned: false, unsolved: !won };
  return { ...rest, task: id, trajectory, won, cells, breaksAt, breaksWith };
};
const LINES = [
  expertLine("10", true, [cell("go")]),
  expertLine("9", false, [cell("go"), cell("take", "harmful"), cell("go", "harmful")]),
  expertLine("2", false, [cell("go", "harmful"), cell("take", "beneficial")]),
  expertLine("3", false, [cell("go", "harmful")]),
];

/** `[kind, tasks]` for headings, tasks alone without. */
const shownOf = (query: Query, isProbed = true) =>
  arranged(LINES, arrangementOf(query, isProbed)).map((item) =>
    item.kind === "line" ? item.line.trajectory : `${item.breaksWith} ${item.lines}`,
  );

test("the expert's runs come clustered by what they break with, the largest cluster first, unbroken ones last", () => {
  assert.deepEqual(shownOf({}), ["go 2", "2", "3", "take 1", "9", "null 1", "10"]);
  assert.deepEqual(shownOf({}, false), ["2", "3", "9", "10"]);
});

test("the expert's runs sort by where they break, by task, and lost ones first", () => {
  assert.deepEqual(shownOf({ cluster: "no" }), ["2", "3", "9", "10"]);
  assert.deepEqual(shownOf({ cluster: "no", sort: "task" }), ["2", "3", "9", "10"]);
  assert.deepEqual(shownOf({ cluster: "no", sort: "lost", kind: "go" }), ["2", "3", "9"]);
  assert.deepEqual(shownOf({ cluster: "no", show: "unsolved", task: "/9" }), ["9"]);
  assert.deepEqual(shownOf({ cluster: "no", sort: "no such order", show: "toString" }), ["2", "3", "9", "10"]);
});

test("how many runs break at each step is counted up to the longest run", () => {
  assert.deepEqual(breaksByStep(LINES), [2, 1, 0]);
  assert.deepEqual(breaksByStep([]), []);
});

const share = (won: number, of: number) => ({ won, of });
const TASKS: Tasks = {
  run: "r",
  splits: ["train", "test"],
  categories: ["a", "b"],
  methods: ["EEF", "RFT"],
  lines: [
    {
      task: taskId("w/test/1"),
      split: "test",
      category: "a",
      expert: null,
      evaluated: [share(1, 2), share(0, 2)],
      explored: [null, null],
      solvedBy: ["EEF"],
    },
    {
      task: taskId("w/test/2"),
      split: "test",
      category: "b",
      expert: null,
      evaluated: [share(0, 2), share(0, 2)],
      explored: [null, null],
      solvedBy: [],
    },
    {
      task: taskId("w/train/3"),
      split: "train",
      category: "a",
      expert: share(0, 1),
      evaluated: [null, null],
      explored: [share(2, 6), null],
      solvedBy: ["EEF"],
    },
  ],
};
const tasksFor = (query: Query) => tasksShown(TASKS, query).map(({ task }) => task);

test("which tasks one method won and another lost can be asked for", () => {
  assert.deepEqual(
    playersOf(TASKS).map(({ key, name }) => [key, name]),
    [
      ["expert", "expert"],
      ["method 0", "EEF"],
      ["method 1", "RFT"],
    ],
  );
  assert.deepEqual(tasksFor({ won: "method 0", lost: "method 1" }), ["w/test/1"]);
  // RFT never played the third: that is not a loss.
  assert.deepEqual(tasksFor({ lost: "method 1" }), ["w/test/1", "w/test/2"]);
  assert.deepEqual(tasksFor({ won: "method 0", lost: "expert" }), ["w/train/3"]);
});

test("tasks are filtered by split, category, text and whether anyone solved them", () => {
  assert.deepEqual(tasksFor({ split: "test", category: "a" }), ["w/test/1"]);
  assert.deepEqual(tasksFor({ solved: "no" }), ["w/test/2"]);
  assert.deepEqual(tasksFor({ solved: "yes", task: "train" }), ["w/train/3"]);
  assert.equal(tasksFor({}).length, 3);
});

test("a pair of methods is turned so that the chosen one comes first", () => {
  const pairs = [
    { a: "A", b: "B", estimate: 4, low: 1, high: 7, tasks: 10 },
    { a: "C", b: "B", estimate: null, low: null, high: null, tasks: 0 },
  ];
  assert.deepEqual(methodsIn(pairs), ["A", "B", "C"]);
  assert.deepEqual(pairsOf(pairs, "B"), [
    { a: "B", b: "A", estimate: -4, low: -7, high: -1, tasks: 10 },
    { a: "B", b: "C", estimate: null, low: null, high: null, tasks: 0 },
  ]);
  assert.equal(pairsOf(pairs, ""), pairs);
});

test("a trajectory that several rounds share is listed once, with all of them", () => {
  const round = (row: number): RoundLine => ({
    key: `${row}.1.1`,
    method: `M${row}`,
    row,
    seed: 1,
    iteration: 1,
    explored: 1,
    probed: 0,
    evaluated: 0,
  });
  const played = (id: string, row: number): TaskTrajectory => ({
    id: trajectoryId(id),
    task: taskId("w/train/1"),
    policy: "p",
    who: "p",
    won: true,
    return: 1,
    outcome: { kind: "terminated" },
    steps: 3,
    fork: null,
    role: "explored",
    round: round(row),
  });
  const listed = onceEach([played("x", 1), played("y", 1), played("x", 2)]);
  assert.deepEqual(
    listed.map(({ id, rounds }) => [id, rounds.map(({ method }) => method)]),
    [
      ["x", ["M1", "M2"]],
      ["y", ["M1"]],
    ],
  );
});

test("numbers are written with a true minus and thousands apart", () => {
  assert.deepEqual([signed(-3.64), signed(11), signed(-0.04), signed(0)], ["−3.6", "+11.0", "0.0", "0.0"]);
  assert.deepEqual([count(12_345), counted(1, "task"), counted(2, "task")], ["12,345", "1 task", "2 tasks"]);
  assert.deepEqual(
    [duration(40), duration(700), duration(12_000), duration(7_200)],
    ["40\u00a0s", "12\u00a0min", "3\u00a0h 20\u00a0min", "2\u00a0h"],
  );
});

test("methods beyond the colours differ from all others in dashes or mark", () => {
  const looks = Array.from({ length: 12 }, (_, index) => JSON.stringify(lookOf(index)));
  assert.equal(new Set(looks).size, 12);
});
