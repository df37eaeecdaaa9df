import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { CliError } from "../core/errors.ts";
import { methodLabel, parseConfig } from "./config.ts";

const SMALLEST = `run: r
environment: { name: workshop }
expert: { scripted: true }
methods:
  - { method: eef }
  - { method: rft, samples: 6, solutions: one }
`;

const messageOf = (text: string, sets: [string, unknown][] = []): string => {
  try {
    parseConfig("c.yaml", text, sets);
  } catch (error) {
    assert(error instanceof CliError, String(error));
    return error.message;
  }
  return "";
};

test("defaults are filled in and methods are named as tables name them", () => {
  const config = parseConfig("c.yaml", SMALLEST);
  assert.equal(config.training.steps, 400);
  assert.deepEqual(config.seeds, [1]);
  assert.deepEqual(config.methods.map(methodLabel), ["EEF", "RFT×6, one solution"]);
});

test("--set changes one value", () => {
  assert.equal(parseConfig("c.yaml", SMALLEST, [["training.steps", 7]]).training.steps, 7);
  assert.equal(methodLabel(parseConfig("c.yaml", SMALLEST, [["methods.0.probes", 3]]).methods[0]!), "EEF M=3");
});

test("errors name file, line and key", () => {
  assert.match(messageOf(SMALLEST.replace("samples: 6", "samples: -6")), /^c\.yaml:6: methods\.1\.samples: /);
  assert.match(messageOf("run: [unclosed"), /^c\.yaml:\d+: /);
  assert.match(messageOf("- a list"), /^c\.yaml:1: expected a mapping/);
  assert.match(messageOf(SMALLEST.replace("run: r", "run: r\ntypo: 1")), /typo/);
  assert.match(messageOf(SMALLEST, [["run.deeper", 1]]), /^--set run\.deeper/);
});

test("every example is valid", () => {
  const folder = join(import.meta.dirname, "../../examples");
  const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
  assert(files.length >= 2);
  for (const file of files) parseConfig(file, readFileSync(join(folder, file), "utf8"));
});

test("300 mutated configs are read or refused with file and line, never a crash", () => {
  const mutation = fc.tuple(fc.nat(SMALLEST.length), fc.nat(12), fc.string({ maxLength: 8, unit: "binary" }));
  fc.assert(
    fc.property(mutation, ([at, removed, inserted]) => {
      const message = messageOf(SMALLEST.slice(0, at) + inserted + SMALLEST.slice(at + removed));
      assert.match(message, /^$|^c\.yaml:\d+: /);
    }),
    { numRuns: 300, seed: 1 },
  );
});
