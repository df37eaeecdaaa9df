/** JSON texts with numbers, orders and texts that JavaScript's own JSON would change. */
import fc from "fast-check";
import { floatText } from "../src/jinja/numbers.ts";
import { anyCharacter } from "./any-character.ts";

/** `numbers` and texts in lists and objects, whose members may have names that are whole numbers. */
const around = (numbers: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom("null", "true", "false"),
      numbers,
      fc.string({ unit: anyCharacter }).map((text) => JSON.stringify(text)),
      fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
      fc
        .uniqueArray(fc.tuple(fc.oneof(fc.string({ unit: anyCharacter }), fc.nat(20).map(String)), tie("value")), {
          maxLength: 4,
          selector: ([key]) => key,
        })
        .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`),
    ),
  })).value;

/** As Python writes them. */
export const pythonJson = around(
  fc.oneof(
    fc.constantFrom("-0.0", "20.0", "0.0001", "1e+16", "1e-07", "12345678901234567890"),
    fc.bigInt().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(floatText),
  ),
);

/** As anybody may write them: `1.50`, `1E5`, `-0`, more digits than a number keeps. */
export const anyJson = around(
  fc.oneof(
    fc.constantFrom("-0", "-0.0", "20.0", "1.50", "1E5", "1e-7", "-1.5E+003", "1e23", "12345678901234567890"),
    fc.stringMatching(/^-?(0|[1-9]\d{0,24})(\.\d{1,22})?([eE][-+]?\d{1,2})?$/),
    fc.bigInt().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  ),
);
