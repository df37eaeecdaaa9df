/** Configs: every key of a good one deleted or given another value, keys that nobody knows, and files that are no config. */
import { isDeepStrictEqual } from "node:util";
import { gzipSync } from "node:zlib";
import type { Json } from "../../src/core/json.ts";
import { parseConfig, readConfig } from "../../src/engine/experiment/config.ts";
import { resolveEnvironment } from "../../src/worlds/open.ts";
import { type Change, changes } from "../mutating.ts";
import type { HostileCase } from "./judging.ts";

const GOOD: readonly Json[] = [
  {
    run: "a",
    environment: { name: "workshop", kind: "front" },
    expert: { scripted: true, errorRate: 0.25, slip: "same-verb", episodes: 2 },
    format: "compact",
    student: { width: 64, layers: 2, heads: 4, context: 192 },
    training: { steps: 400, batch: 32, learningRate: 0.002, optimizer: "muon" },
    methods: [
      { method: "rft", samples: 6, solutions: "one" },
      { method: "eef", probes: 5 },
    ],
    evaluate: { splits: ["test"], tasks: 3 },
    temperature: 1,
    seeds: [1],
    concurrency: 8,
    parallel: 2,
    prices: { currency: "$", student: { promptTokens: 1 }, experts: { "expert/x": { episode: 1 } } },
  },
  {
    run: "b",
    environment: { name: "workshop" },
    expert: [{ run: "earlier", tasks: 3 }],
    format: "react",
    student: { kind: "pretrained", checkpoint: "models/x" },
    training: { steps: 10, batch: 4, learningRate: 0.001 },
    methods: [{ method: "rft" }, { method: "eto" }],
  },
];
const OTHERS: readonly Json[] = [
  null,
  true,
  7,
  -0.5,
  1e300,
  1e9,
  "",
  "\u001b[2J\u202e",
  "__proto__",
  "x".repeat(5000),
  [],
  {},
];

/** Texts that are no config, or hardly one. */
const TEXTS: readonly (readonly [name: string, text: string])[] = [
  ["nothing", ""],
  ["a comment", "# nothing\n"],
  ["a word", "run"],
  ["a list", "- run: a\n"],
  ["a number", "7"],
  ["tabs", "run: a\n\tenvironment: b\n"],
  ["two documents", "run: a\n---\nrun: b\n"],
  ["a key twice", "run: a\nrun: b\n"],
  ["an anchor that is not there", "run: *a\n"],
  ["an anchor in itself", "run: &a [*a]\n"],
  [
    "aliases of aliases",
    `a: &a [${"x,".repeat(9)}]\nb: &b [${"*a,".repeat(9)}]\nc: &c [${"*b,".repeat(9)}]\nd: [${"*c,".repeat(9)}]\n`,
  ],
  ["a tag", "run: !!js/function a\n"],
  ["an open quote", 'run: "a\n'],
  ["an open bracket", "run: [a\n"],
  ["NUL", "run: a\u0000b\n"],
  ["brackets", `run: ${"[".repeat(500)}${"]".repeat(500)}`],
  ["a merge", "base: &x {run: a}\n<<: *x\n"],
  ["not a number", "run: a\nseeds: [.nan]\n"],
  ["without end", "run: a\nseeds: [.inf]\n"],
  ["octal", "run: a\nseeds: [0o17]\n"],
  ["prototype", '{"__proto__": {"run": "a"}}'],
  ["constructor", "constructor: {prototype: {run: a}}\n"],
  ["no UTF-8", "run: \ufffd\n"],
  ["a long key", `${"k".repeat(5000)}: 1\n`],
  ["many keys", Array.from({ length: 3000 }, (_, i) => `k${i}: 1`).join("\n")],
];

const FILES: readonly (readonly [name: string, bytes: Buffer])[] = [
  ["no UTF-8", Buffer.from("run: \xff\n", "latin1")],
  ["UTF-16", Buffer.from("\ufeffrun: a\n", "utf16le")],
  ["a packed file", gzipSync("run: a\n")],
  ["longer than a person writes", Buffer.alloc(2 ** 24 + 1, "#")],
];

export function* hostileConfigs(write: (name: string, bytes: Buffer) => string): Generator<HostileCase> {
  for (const [name, bytes] of FILES)
    yield { name, place: "hostile.yaml", read: () => ({ lost: String(readConfig(write("hostile.yaml", bytes))) }) };

  for (const good of GOOD) {
    yield { ...configCase({ name: "good", path: [], value: good }), expected: "read" };
    for (const change of changes(good, OTHERS)) yield configCase(change);
  }
  for (const [name, text] of TEXTS) {
    yield { name, place: "hostile.yaml", read: () => ({ lost: read(text, {}) }) };
  }
}

function configCase({ name, path, value }: Change): HostileCase {
  const key = String(path.find((step) => typeof step === "string") ?? "");
  // A world and its options are checked where it is opened, which knows no file.
  const isOption = key === "environment" && path.length > 1;
  return {
    name,
    place: isOption ? /environment/ : new RegExp(`hostile\\.yaml:\\d+:\\d+: .*${key}`),
    read: () => ({ lost: read(JSON.stringify(value, null, 2), value) }),
  };
}

/** The first key of what is `written` that the config does not have as it stands. */
function read(text: string, written: Json): string | undefined {
  const config = parseConfig("hostile.yaml", text);
  resolveEnvironment(config.environment);
  return missing(config, written, "config");
}

function missing(found: unknown, written: Json, at: string): string | undefined {
  if (written === null || typeof written !== "object") return isDeepStrictEqual(found, written) ? undefined : at;
  for (const [key, value] of Object.entries(written)) {
    const lost = missing((found as Record<string, unknown> | undefined)?.[key], value as Json, `${at}.${key}`);
    if (lost !== undefined) return lost;
  }
  return undefined;
}
