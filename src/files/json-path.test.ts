// Paths into JSON values, and what is told of a value where a path leads nowhere.
import assert from "node:assert/strict";
import { test } from "node:test";
import { namesIn, parsePath, valueAt } from "./json-path.ts";

test("names with dots between them, and places in lists", () => {
  assert.deepEqual(parsePath("traj"), ["traj"]);
  assert.deepEqual(parsePath("info.reward_info.reward"), ["info", "reward_info", "reward"]);
  assert.deepEqual(parsePath("a[0].b[-1][2]"), ["a", 0, "b", -1, 2]);
  assert.deepEqual(parsePath("[1].a b-c"), [1, "a b-c"]);
  for (const text of ["", ".", ".a", "a.", "a..b", "a[", "a[x]", "a[]", "a]"]) {
    assert.throws(() => parsePath(text), { name: "CliError", message: /expected a path such as/ }, text);
  }
});

test("what stands there, also in JSON texts and under names with dots", () => {
  const value = {
    info: { reward: 0.5, none: null },
    steps: [{ reward: 1 }, { reward: 2 }],
    packed: '{"a": [NaN, 3]}',
    "x.y": 4,
    text: "{no JSON",
  };
  const at = (path: string) => valueAt(value, parsePath(path));
  assert.deepEqual(
    ["info.reward", "steps[1].reward", "steps[-1].reward", "packed.a[1]", "x.y", "packed.a[0]"].map(at),
    [0.5, 2, 2, 3, 4, null],
  );
  assert.deepEqual(["info.none.more", "info.none"].map(at), [null, null]);
  const nowhere = ["info.rewrd", "steps.reward", "steps[2]", "info[0]", "text.a", "toString", "info.constructor.name"];
  for (const path of nowhere) assert.equal(at(path), undefined, path);
});

test("names are told with those inside, cut after twenty", () => {
  assert.equal(
    namesIn({ id: 1, info: { reward: { total: 1 } }, traj: [1, 2], empty: {} }),
    "id, info.reward.total, traj[2], empty",
  );
  assert.equal(namesIn({ a: { b: { c: { d: 1 } } } }), "a.b.c");
  assert.equal(namesIn(3), "nothing");
  const many = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`n${index}`, index]));
  assert.match(namesIn(many), /^n0, .*, n19 and 5 more$/);
  assert.match(namesIn({ ["x".repeat(100)]: 1 }), /^x{60}…$/);
});
