/** What the viewer's page computes without a document: addresses, what is in view, sorting, and the names of an export's scripts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { scriptOf } from "../src/viewer/api/exported.ts";
import { addressOf, itemsOf, listed, parseRoute } from "../src/viewer/client/address.ts";
import { sorted } from "../src/viewer/client/table.ts";
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
