import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareCodePoints, dictRepr, floatRepr, jsonDumps, strip, strRepr, toJson, tupleRepr } from "./text.ts";

// All expected texts: CPython 3.11.7, `repr(x)`, `json.dumps({s: s})`, `s.strip()`, `sorted(list)`.

test("floats as repr writes them", () => {
  const expected: readonly (readonly [number, string])[] = [
    [0, "0.0"],
    [-0, "-0.0"],
    [1, "1.0"],
    [100, "100.0"],
    [17.4, "17.4"],
    [-2.5, "-2.5"],
    [1 / 3, "0.3333333333333333"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [1.5e-5, "1.5e-05"],
    [123456789.125, "123456789.125"],
    [1e15, "1000000000000000.0"],
    [9999999999999998, "9999999999999998.0"],
    [1e16, "1e+16"],
    [1.2345678901234568e17, "1.2345678901234568e+17"],
    [1e22, "1e+22"],
    [1e100, "1e+100"],
    [5e-324, "5e-324"],
    [Number.MAX_VALUE, "1.7976931348623157e+308"],
    [Number.NaN, "nan"],
    [Number.POSITIVE_INFINITY, "inf"],
    [Number.NEGATIVE_INFINITY, "-inf"],
  ];
  for (const [x, text] of expected) assert.equal(floatRepr(x), text);
});

test("a float's text reads back as the same float", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => assert.equal(Number(floatRepr(x)), x)),
  );
});

const STRINGS: readonly (readonly [string, string, string])[] = [
  ["plain", "'plain'", '"plain"'],
  ["it's", `"it's"`, `"it's"`],
  ['say "hi"', `'say "hi"'`, '"say \\"hi\\""'],
  [`both ' and "`, `'both \\' and "'`, `"both ' and \\""`],
  ["back\\slash", "'back\\\\slash'", '"back\\\\slash"'],
  ["tab\tnew\nret\r", "'tab\\tnew\\nret\\r'", '"tab\\tnew\\nret\\r"'],
  ["nul\u0000bell\u0007del\u007f", "'nul\\x00bell\\x07del\\x7f'", '"nul\\u0000bell\\u0007del\\u007f"'],
  ["nbsp\u00a0soft\u00adé", "'nbsp\\xa0soft\\xadé'", '"nbsp\\u00a0soft\\u00ad\\u00e9"'],
  ["thin\u2009bom\ufeffzw\u200b", "'thin\\u2009bom\\ufeffzw\\u200b'", '"thin\\u2009bom\\ufeffzw\\u200b"'],
  ["emoji😀", "'emoji😀'", '"emoji\\ud83d\\ude00"'],
  ["private\ue000", "'private\\ue000'", '"private\\ue000"'],
  ["tag\u{e0041}", "'tag\\U000e0041'", '"tag\\udb40\\udc41"'],
  ["un\u0378assigned", "'un\\u0378assigned'", '"un\\u0378assigned"'],
  ["\ud800 lone", "'\\ud800 lone'", '"\\ud800 lone"'],
  ["中文，", "'中文，'", '"\\u4e2d\\u6587\\uff0c"'],
];

test("strings as repr and json.dumps write them", () => {
  for (const [s, repr, json] of STRINGS) {
    assert.equal(strRepr(s), repr);
    assert.equal(jsonDumps([[s, s]]), `{${json}: ${json}}`);
  }
});

test("tuples and dicts", () => {
  assert.equal(tupleRepr([]), "()");
  assert.equal(tupleRepr(["a"]), "('a',)");
  assert.equal(tupleRepr(["color", "it's"]), `('color', "it's")`);
  assert.equal(dictRepr([]), "{}");
  const options = new Map([
    ["size", "8"],
    ["color", "black\u00a0red"],
  ]);
  assert.equal(dictRepr(options), "{'size': '8', 'color': 'black\\xa0red'}");
  assert.equal(jsonDumps(options), '{"size": "8", "color": "black\\u00a0red"}');
});

test("tojson sorts by code point and escapes for html", () => {
  const entries = [
    ["😀", "<b>"],
    ["\ue000", "R&D"],
    ["a", "it's"],
  ] as const;
  assert.equal(toJson(entries), '{"a": "it\\u0027s", "\\ue000": "R\\u0026D", "\\ud83d\\ude00": "\\u003cb\\u003e"}');
});

test("strings sort as Python's do", () => {
  const sorted = ["", "a", "a\uffff", "a😀", "aa", "z", "\ue000", "😀"].sort(compareCodePoints);
  assert.deepEqual(sorted, ["", "a", "aa", "a\uffff", "a😀", "z", "\ue000", "😀"]);
  const unit = fc.constantFrom("a", "b", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}");
  const text = fc.string({ unit, maxLength: 4 });
  const byCodePoints = (a: string, b: string) => {
    const [left, right] = [[...a], [...b]].map((characters) => characters.map((c) => c.codePointAt(0)!));
    const differing = left!.findIndex((code, i) => code !== right![i]);
    if (differing < 0) return left!.length - right!.length;
    return left![differing]! - (right![differing] ?? -1);
  };
  fc.assert(
    fc.property(text, text, (a, b) => assert.equal(Math.sign(compareCodePoints(a, b)), Math.sign(byCodePoints(a, b)))),
  );
});

test("strip knows Python's blanks", () => {
  assert.equal(strip("\u001c\u0085\u3000 a b\u2028\t\n"), "a b");
  assert.equal(strip("\ufeffa\u200b"), "\ufeffa\u200b");
  assert.equal(strip(" \u00a0 "), "");
  const blanks = Array.from({ length: 0x10000 }, (_, code) => code).filter((code) => !strip(String.fromCharCode(code)));
  assert.deepEqual(
    blanks,
    // [c for c in range(0x110000) if chr(c).isspace()]
    [
      [9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 133, 160, 5760],
      [8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202],
      [8232, 8233, 8239, 8287, 12288],
    ].flat(),
  );
});
