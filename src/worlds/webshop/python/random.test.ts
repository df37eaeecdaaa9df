import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { pythonRandom } from "./random.ts";

/*
 * CPython 3.11.7. For each seed one generator `g = random.Random(seed)` drew, in this order:
 * [g.random() for _ in range(3)], [g.uniform(10, 20.5), g.uniform(5, -5)],
 * [g.getrandbits(k) for k in (1, 5, 31, 32, 33, 48, 53)],
 * [g._randbelow(n) for n in (1, 2, 10, 4294967295, 4294967296, 4294967297, 2**52)], x = list(range(12)); g.shuffle(x),
 * [g.sample(range(4), 2), g.sample(range(21), 3), g.sample(range(1000), 5), g.sample(range(90), 6), g.sample(range(80), 6)],
 * "".join(g.choices("abcdefghijklmnopqrstuvwxyz", k=10)), and after 1,000 more g.random() one last.
 */
interface Draws {
  readonly seed: number | bigint;
  readonly random: readonly number[];
  readonly uniform: readonly number[];
  readonly getrandbits: readonly number[];
  readonly randbelow: readonly number[];
  readonly shuffle: readonly number[];
  readonly sample: readonly (readonly number[])[];
  readonly choices: string;
  readonly later: number;
}

const CPYTHON: readonly Draws[] = [
  {
    seed: 0,
    random: [0.8444218515250481, 0.7579544029403025, 0.420571580830845],
    uniform: [12.718625878076114, -0.11274721368608542],
    getrandbits: [0, 29, 1683194652, 3564191072, 5597685513, 100783454568964, 8031363715860095],
    randbelow: [0, 0, 4, 600203567, 3246154361, 3874773259, 889579253388505],
    shuffle: [0, 9, 4, 8, 6, 3, 2, 10, 7, 5, 1, 11],
    sample: [
      [3, 2],
      [8, 1, 17],
      [937, 14, 95, 736, 860],
      [51, 85, 80, 0, 78, 63],
      [42, 31, 41, 8, 24, 72],
    ],
    choices: "fudoczwzmh",
    later: 0.7138158488992904,
  },
  {
    seed: 42,
    random: [0.6394267984578837, 0.025010755222666936, 0.27502931836911926],
    uniform: [12.343712750562638, -2.3647121416401244],
    getrandbits: [1, 23, 1915941032, 2342331444, 4668366722, 8943934050713, 843931136871022],
    randbelow: [0, 0, 8, 2585650756, 2340505846, 946785248, 2505720811101612],
    shuffle: [7, 8, 3, 11, 10, 9, 1, 4, 5, 6, 2, 0],
    sample: [
      [0, 1],
      [11, 19, 8],
      [826, 44, 747, 470, 549],
      [15, 48, 10, 70, 37, 80],
      [79, 46, 73, 24, 8, 5],
    ],
    choices: "ruzwwjlvej",
    later: 0.6589030736792922,
  },
  {
    seed: 233,
    random: [0.6824769139473528, 0.6283202109809801, 0.5251745077282681],
    uniform: [18.400859012655587, 0.15886384615440718],
    getrandbits: [0, 2, 1788940973, 439437003, 1153917862, 273420596035269, 129534993569090],
    randbelow: [0, 0, 9, 3025330081, 3043208473, 3219078759, 4337170147439241],
    shuffle: [10, 0, 6, 2, 9, 11, 8, 7, 4, 1, 3, 5],
    sample: [
      [3, 2],
      [8, 13, 1],
      [410, 752, 185, 56, 768],
      [8, 14, 27, 20, 45, 40],
      [66, 79, 57, 16, 3, 59],
    ],
    choices: "djuccjkxzb",
    later: 0.8735241420269186,
  },
  {
    seed: 4294967301,
    random: [0.15727238718789782, 0.2824866316461999, 0.6044540318498407],
    uniform: [10.15249621665623, -1.2777554371445765],
    getrandbits: [1, 30, 1994899109, 3546316791, 7141985057, 205563559087559, 8433375966423040],
    randbelow: [0, 1, 3, 4156184790, 2158882616, 1730969195, 1203328832949162],
    shuffle: [9, 11, 3, 2, 4, 7, 10, 5, 1, 0, 8, 6],
    sample: [
      [3, 2],
      [7, 17, 13],
      [22, 606, 236, 883, 172],
      [76, 31, 69, 3, 58, 46],
      [26, 24, 20, 57, 1, 19],
    ],
    choices: "otbzddsbyj",
    later: 0.641440029666757,
  },
  {
    seed: 9007199254740991,
    random: [0.09425040007102303, 0.22287455761867403, 0.19135148760372034],
    uniform: [11.548215856562006, 4.031060857956897],
    getrandbits: [0, 14, 74973502, 1154045387, 1796148165, 260761726697558, 3698910811748574],
    randbelow: [0, 1, 9, 3410402035, 2263384379, 1515364970, 3082123567890214],
    shuffle: [4, 5, 7, 3, 10, 2, 9, 8, 1, 0, 11, 6],
    sample: [
      [0, 3],
      [5, 9, 20],
      [369, 742, 27, 696, 572],
      [21, 49, 45, 63, 82, 31],
      [26, 38, 10, 57, 19, 43],
    ],
    choices: "lxoijyogfk",
    later: 0.2439503182792092,
  },
  {
    seed: 1606938044258990275541962092341162602522202993782792835301383n,
    random: [0.3304422997850489, 0.538397771533169, 0.6651241051470115],
    uniform: [12.950769717687583, 2.6048599003601236],
    getrandbits: [1, 22, 392716879, 2186981419, 8510326949, 226971288687677, 6408733794790888],
    randbelow: [0, 0, 1, 3866764741, 2049026338, 2136344045, 4101321224396904],
    shuffle: [6, 8, 10, 9, 0, 5, 3, 2, 1, 7, 11, 4],
    sample: [
      [1, 3],
      [18, 19, 13],
      [278, 308, 231, 540, 902],
      [17, 23, 54, 22, 40, 76],
      [55, 32, 76, 74, 26, 27],
    ],
    choices: "itbcfghwfh",
    later: 0.7416760259261909,
  },
];

const range = (size: number) => Array.from({ length: size }, (_, i) => i);

for (const expected of CPYTHON) {
  test(`draws what CPython draws from seed ${expected.seed}`, () => {
    const g = pythonRandom(expected.seed);
    const inOrder = range(12);
    assert.deepEqual(
      range(3).map(() => g.random()),
      expected.random,
    );
    assert.deepEqual([g.uniform(10, 20.5), g.uniform(5, -5)], expected.uniform);
    assert.deepEqual(
      [1, 5, 31, 32, 33, 48, 53].map((bits) => g.getrandbits(bits)),
      expected.getrandbits,
    );
    const bounds = [1, 2, 10, 4294967295, 4294967296, 4294967297, 2 ** 52];
    assert.deepEqual(
      bounds.map((below) => g.randbelow(below)),
      expected.randbelow,
    );
    g.shuffle(inOrder);
    assert.deepEqual(inOrder, expected.shuffle);
    const samples = [
      [4, 2],
      [21, 3],
      [1000, 5],
      [90, 6],
      [80, 6],
    ] as const;
    assert.deepEqual(
      samples.map(([size, count]) => g.sample(range(size), count)),
      expected.sample,
    );
    assert.equal(g.choices([..."abcdefghijklmnopqrstuvwxyz"], 10).join(""), expected.choices);
    for (let i = 0; i < 1000; i++) g.random();
    assert.equal(g.random(), expected.later);
  });
}

test("getrandbits(0) draws nothing", () => {
  const g = pythonRandom(1);
  assert.equal(g.getrandbits(0), 0);
  assert.equal(g.random(), pythonRandom(1).random());
});

test("typed arrays shuffle like arrays", () => {
  const list = range(1000);
  const typed = Uint32Array.from(list);
  pythonRandom(233).shuffle(list);
  pythonRandom(233).shuffle(typed);
  assert.deepEqual([...typed], list);
});

test("a state that went through JSON continues the stream, from any position", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(1500), (seed, drawn) => {
      const g = pythonRandom(seed);
      for (let i = 0; i < drawn; i++) g.getrandbits(32);
      const state = JSON.parse(JSON.stringify(g.state()));
      const expected = range(5).map(() => g.random());
      const other = pythonRandom(0);
      other.restore(state);
      assert.deepEqual(
        range(5).map(() => other.random()),
        expected,
      );
    }),
    { numRuns: 30 },
  );
});

test("refuses what CPython or doubles cannot do", () => {
  const g = pythonRandom(0);
  for (const seed of [-1, 0.5, Number.NaN, 2 ** 53, -1n]) assert.throws(() => pythonRandom(seed), RangeError);
  for (const below of [0, -1, 1.5, 2 ** 53]) assert.throws(() => g.randbelow(below), RangeError);
  for (const bits of [-1, 54, 0.5]) assert.throws(() => g.getrandbits(bits), RangeError);
  assert.throws(() => g.sample([1, 2], 3), RangeError);
  assert.throws(() => g.choices([], 1), RangeError);
  assert.throws(() => g.restore({ words: [1, 2, 3], position: 0 }), RangeError);
  assert.throws(() => g.restore({ ...g.state(), position: 625 }), RangeError);
});
