import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isNumberFormat, narrow, widen } from "./number-formats.ts";

const ALL_HALVES = Uint16Array.from({ length: 65_536 }, (_, i) => i);
const halvesOf = (bytes: Uint8Array) => new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);

for (const format of ["F16", "BF16"] as const) {
  const all = widen(ALL_HALVES.buffer.slice(0), format);

  test(`every ${format} number comes back from float32 unchanged`, () => {
    const back = halvesOf(narrow(all, format));
    all.forEach((value, bits) => {
      if (Number.isNaN(value)) assert(Number.isNaN(widen(Uint16Array.of(back[bits]!).buffer, format)[0]), `${bits}`);
      else assert.equal(back[bits], bits);
    });
  });

  test(`a float32 becomes the nearest ${format} number, and of two the even one`, () => {
    // Positive numbers of these formats grow with their bits.
    const finite = [...all].slice(0, 0x8000).filter(Number.isFinite);
    const nearest = (value: number): number => {
      let [low, high] = [0, finite.length - 1];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (finite[middle]! <= value) low = middle;
        else high = middle;
      }
      const [below, above] = [value - finite[low]!, finite[high]! - value];
      if (below === above) return low % 2 === 0 ? low : high;
      return below < above ? low : high;
    };
    const largest = finite.at(-1)!;
    const value = fc.oneof(
      fc.float({ min: 0, max: Math.fround(largest), noNaN: true }),
      fc.float({ min: 0, max: Math.fround(1e-4), noNaN: true }),
      // Halfway between two.
      fc.nat(finite.length - 2).map((i) => Math.fround((finite[i]! + finite[i + 1]!) / 2)),
    );
    fc.assert(
      fc.property(value, (given) => {
        assert.equal(halvesOf(narrow(Float32Array.of(given), format))[0], nearest(given));
        assert.equal(halvesOf(narrow(Float32Array.of(-given), format))[0], nearest(given) | 0x8000);
      }),
      { numRuns: 2000 },
    );
  });
}

test("what half precision cannot hold is infinite", () => {
  const [fits, tie, large] = [...halvesOf(narrow(Float32Array.of(65_519, 65_520, 1e9), "F16"))];
  assert.deepEqual([fits, tie, large], [0x7bff, 0x7c00, 0x7c00]);
});

test("float32 is handed on as it is; other formats are not known", () => {
  const values = Float32Array.of(1.1, -2.2);
  assert.deepEqual([...widen(narrow(values, "F32").slice().buffer, "F32")], [...values]);
  assert(isNumberFormat("BF16") && !isNumberFormat("F64"));
});
