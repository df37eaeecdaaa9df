// bench/growth.ts: the exponent that it fits.
import assert from "node:assert/strict";
import { test } from "node:test";
import { exponentOf } from "../bench/growth.ts";

test("the exponent of a power is found, whatever its factor", () => {
  for (const exponent of [0.5, 1, 2]) {
    const points = [1e3, 1e4, 1e5, 1e6].map((x) => ({ x, y: 0.002 * x ** exponent }));
    assert(Math.abs(exponentOf(points) - exponent) < 1e-9, String(exponent));
  }
  // A fixed cost at the start makes it smaller, never larger.
  assert(exponentOf([1e3, 1e4, 1e5].map((x) => ({ x, y: 5 + x / 1000 }))) < 1);
});
