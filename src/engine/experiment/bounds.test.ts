// Every number of a config that says how much is to be done has a bound, and a message that says why.
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { taskId } from "../../core/ids.ts";
import { ENVIRONMENTS } from "../../worlds/open.ts";
import { experiments, parseConfig } from "./config.ts";
import { sampled } from "./rollouts.ts";

/** They cost nothing, however large; of a range (two numbers in `prefixItems`) the width is bounded. */
const FREE = /^(seed|seeds|hashSeed|cut|prefixItems)$/;

interface Found {
  readonly path: string;
  readonly most: number;
}

/** Whole numbers of a JSON schema, with the largest value that each may have. */
function wholeNumbers(node: unknown, path: readonly string[] = []): Found[] {
  if (node === null || typeof node !== "object") return [];
  const { type, maximum } = node as { type?: unknown; maximum?: number };
  const here = type === "integer" ? [{ path: path.join("."), most: maximum ?? Number.POSITIVE_INFINITY }] : [];
  return [...here, ...Object.entries(node).flatMap(([key, inner]) => wholeNumbers(inner, [...path, key]))];
}

const jsonSchema = (schema: z.ZodType) => z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
const nameOf = ({ path }: Found) => path.split(".").findLast((part) => !/^(items|anyOf|oneOf|allOf|\d+)$/.test(part))!;

test("no number of a config asks for work without a bound", () => {
  const schemas = [
    ...Object.values(experiments),
    ...Object.values(ENVIRONMENTS).map(({ schema }) => schema as z.ZodType),
  ];
  const numbers = schemas.flatMap((schema) => wholeNumbers(jsonSchema(schema)));
  assert(numbers.length > 60, `only ${numbers.length} numbers`);
  const unbounded = numbers.filter((each) => each.most > 1e9 && !FREE.test(nameOf(each)));
  assert.deepEqual(unbounded, []);
});

test("a range of seeds or tasks has a bounded width", () => {
  const wide = [1_000_000_000, 2_000_000_000];
  for (const [name, options] of [
    ["openenv", { seeds: { train: wide } }],
    ["agentgym", { world: "textcraft", tasks: { train: wide } }],
  ] as const) {
    const parsed = ENVIRONMENTS[name]!.schema.safeParse({ url: "http://127.0.0.1:1", ...options });
    assert.match(String(parsed.error), /expected at most 1,000,000: /);
  }
});

const config = (changes: string) =>
  `run: r\nenvironment: { name: workshop }\nexpert: { scripted: true }\nmethods:\n  - { method: eef }\n${changes}`;

test("the message says how much is allowed, and why not more", () => {
  const refused = (text: string, message: RegExp, sets: [string, unknown][] = []) =>
    assert.throws(() => parseConfig("c.yaml", text, sets), { name: "CliError", message });
  refused(config(""), /probes.*expected at most 10,000: every failed run is played again/, [
    ["methods", [{ method: "eef", probes: 1e9 }]],
  ]);
  refused(config("concurrency: 1000000"), /concurrency: expected at most 10,000: each episode in flight/);
  refused(
    config("seeds: []").replace("[]", JSON.stringify([...Array(2000).keys()])),
    /seeds.*at most 1,000: each seed/,
  );
  // Neither is absurd, but both together are.
  refused(
    config("student: { width: 8192, layers: 100 }"),
    /student: 80,547,020,800 weights, expected at most 268,435,456: its training holds 16 bytes/,
  );
  parseConfig("c.yaml", config("student: { width: 1024, layers: 12, vocabulary: 32000 }"));
});

test("tasks and samples that only together are too many are refused before one is played", () => {
  const task = { id: taskId("world/train/1"), split: "train", category: "", instruction: "", data: null };
  const states = Array.from({ length: 2000 }, () => ({ task, samples: 1000 }));
  assert.throws(() => sampled("seed 1 · EEF · explore 1", states), {
    name: "CliError",
    message:
      /^seed 1 · EEF · explore 1: 2,000,000 episodes, expected at most 1,000,000 at a time: they are held in memory/,
  });
  assert.deepEqual(
    sampled("few", [{ task, samples: 2 }]).map(({ sample }) => sample),
    [0, 1],
  );
});
