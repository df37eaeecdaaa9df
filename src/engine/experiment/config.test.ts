import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { CliError } from "../../core/errors.ts";
import { kindOf, STUDENTS } from "../../students/kinds.ts";
import { methodLabel } from "../algorithms/methods.ts";
import { preferenceTraining } from "../algorithms/preference-options.ts";
import { expertSources, parseConfig } from "./config.ts";

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

test("ETO's rates are shares of the training's, and its cut is the world's unless the config says otherwise", () => {
  const optionsOf = (world: string, method: string) => {
    const config = parseConfig(
      "c.yaml",
      `{ run: r, environment: { name: ${world} }, expert: { run: e }, methods: [${method}] }`,
    );
    const [eto] = config.methods;
    assert(eto?.method === "eto");
    return preferenceTraining(eto, { world, learningRate: config.training.learningRate });
  };
  const published = { betas: [0.1, 0.5], learningRates: [1e-4, 5e-5], epochs: 3, batch: 16 };
  assert.deepEqual(optionsOf("webshop", "{ method: eto }"), { ...published, cut: 10 });
  assert.deepEqual(optionsOf("alfworld", "{ method: eto }"), { ...published, cut: null });
  assert.equal(optionsOf("alfworld", "{ method: eto, cut: 4 }").cut, 4);
  assert.equal(optionsOf("webshop", "{ method: eto, cut: null }").cut, null);
  assert.match(messageOf(SMALLEST.replace("method: eef", "method: eto, iterations: 4")), /iterations/);
});

test("every method has a name that says how it differs from its defaults, or the one it is given", () => {
  const label = (method: string) =>
    methodLabel(parseConfig("c.yaml", SMALLEST.replace("{ method: eef }", method)).methods[0]!);
  const names: Readonly<Record<string, string>> = {
    "{ method: sft-all }": "SFT-ALL",
    "{ method: rft, matchProbes: 5 }": "RFT as EEF M=5",
    "{ method: eef, probes: 2, samplesPerState: 3, labels: all-rounds, trainFrom: previous }":
      "EEF M=2 k=3, labels of all rounds, continued",
    "{ method: eef, confidence: 0.9 }": "EEF, confidence 0.9",
    "{ method: eto }": "ETO",
    "{ method: eto, samples: 6 }": "ETO×6",
    "{ method: rft-eto }": "RFT×6 + ETO",
    "{ method: rft-eto, start: bc }": "RFT×6 + ETO, from BC",
    "{ method: nat }": "NAT",
    "{ method: nat, samples: 2 }": "NAT + own×2",
    "{ method: agent-evol, samples: 6 }": "AgentEvol×6",
    "{ method: best-of }": "best-of-6",
    "{ method: eto, beta: [1], name: strict }": "strict",
  };
  for (const [method, name] of Object.entries(names)) assert.equal(label(method), name);
});

test("one expert or several", () => {
  const sources = (expert: string) =>
    expertSources(parseConfig("c.yaml", SMALLEST.replace("{ scripted: true }", expert)));
  const scripted = { scripted: true, errorRate: 0.25, slip: "same-verb", split: "train" };
  assert.deepEqual(sources("{ scripted: true }"), [scripted]);
  assert.deepEqual(sources("[{ scripted: true, errorRate: 0.5, episodes: 30 }, { run: gpt-4, tasks: 100 }]"), [
    { ...scripted, errorRate: 0.5, episodes: 30 },
    { run: "gpt-4", tasks: 100 },
  ]);
  assert.match(messageOf(SMALLEST.replace("{ scripted: true }", "[]")), /^c\.yaml:3: expert/);
});

test("a served student has its own defaults, and what belongs to the other kind is refused", () => {
  const served = `${SMALLEST}student: { kind: served, checkpoint: base, serve: [serve, "{checkpoint}"] }\n`;
  const config = parseConfig("c.yaml", served);
  assert.equal(kindOf(config), STUDENTS.served);
  assert.partialDeepStrictEqual(config, { format: "react", restrict: false, maxTokens: 256 });
  assert.partialDeepStrictEqual(config, { training: { loraRank: 16, schedule: "cosine" } });
  assert.equal(kindOf(parseConfig("c.yaml", SMALLEST)), STUDENTS.embedded);
  assert.match(messageOf(`${served}training: { optimizer: muon }`), /^c\.yaml:8: training: .*optimizer/);
  assert.match(messageOf(`${served}restrict: true`), /^c\.yaml:8: restrict: /);
  assert.match(messageOf(`${SMALLEST}student: { kind: served }`), /^c\.yaml:7: student\.checkpoint: /);
  assert.match(messageOf(`${SMALLEST}training: { loraRank: 4 }`), /^c\.yaml:7: training: .*loraRank/);
});

test("a student on a Tinker server has its own parts; a key in the place of a variable's name is not shown", () => {
  const student = "kind: tinker, url: 'http://localhost:8000', model: qwen, tokenizer: folder";
  const config = parseConfig("c.yaml", `${SMALLEST}student: { ${student}, apiKeyEnv: TINKER_API_KEY }`);
  assert.equal(kindOf(config), STUDENTS.tinker);
  assert.partialDeepStrictEqual(config, { format: "react", maxTokens: 256, training: { batch: 32 } });
  assert.partialDeepStrictEqual(config, { student: { recognisesRepeats: false } });
  const refused = messageOf(`${SMALLEST}student: { ${student}, apiKeyEnv: tml-secret }`);
  assert.match(refused, /^c\.yaml:7: student\.apiKeyEnv: expected the name of an environment variable/);
  assert(!refused.includes("tml-secret"));
  assert.match(messageOf(`${SMALLEST}student: { kind: tinker, url: a }`), /7: student\.url: expected http\(s\)/);
});

test("a pretrained student writes freely, learns with adapters and keeps few conversations in memory", () => {
  const student = "kind: pretrained, checkpoint: models/smollm2-135m";
  const config = parseConfig("c.yaml", `${SMALLEST}student: { ${student} }`);
  assert.equal(kindOf(config), STUDENTS.pretrained);
  assert.partialDeepStrictEqual(config, { format: "react", restrict: false, maxTokens: 64, concurrency: 8 });
  assert.partialDeepStrictEqual(config, { student: { context: 2048, threads: 0 }, training: { loraRank: 16 } });
  assert.equal(parseConfig("c.yaml", `${SMALLEST}student: { ${student} }`, [["concurrency", 3]]).concurrency, 3);
  assert.match(messageOf(`${SMALLEST}student: { kind: pretrained }`), /^c\.yaml:7: student\.checkpoint: /);
  assert.match(messageOf(`${SMALLEST}student: { ${student} }\ntraining: { loraRank: 0 }`), /8: training\.loraRank: /);
});

test("a kind of student that there is not is told which there are", () => {
  const kinds = /^c\.yaml:8: student\.kind: expected one of embedded, .*served, .*tinker.*, got "sreved"$/;
  assert.match(messageOf(`${SMALLEST}student:\n  kind: sreved`), kinds);
  assert.match(messageOf(`${SMALLEST}student: { kind: 3 }`), /^c\.yaml:7: student\.kind: .* got 3$/);
  assert.match(messageOf(`${SMALLEST}student: served`), /^c\.yaml:7: student: /);
  assert.equal(messageOf(`${SMALLEST}student: { kind: embedded }`), "");
});

test("example episodes and tool calls are for students that can read and make them", () => {
  const kinds: Readonly<Record<string, string>> = {
    embedded: "{ kind: embedded }",
    served: "{ kind: served, checkpoint: base, serve: [serve] }",
    pretrained: "{ kind: pretrained, checkpoint: base }",
    tinker: "{ kind: tinker, url: 'http://a', model: m, tokenizer: t }",
  };
  for (const [kind, student] of Object.entries(kinds)) {
    const text = `${SMALLEST}student: ${student}\n`;
    const shown = ["examples: 2", "examples: { run: won }"].map((examples) => messageOf(text + examples));
    if (kind === "embedded") assert(shown.every((message) => /examples/.test(message)));
    else assert.deepEqual(shown, ["", ""], kind);
    const tools = messageOf(`${text}format: tools`);
    if (kind === "served") assert.equal(tools, "");
    else assert.match(tools, /^c\.yaml:8: format: /, kind);
  }
  assert.match(messageOf(`${SMALLEST}student: ${kinds.served}\nexamples: 0`), /^c\.yaml:8: examples: /);
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
  const folder = join(import.meta.dirname, "../../../examples");
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

test("prices are free where nothing is said, and none at all without the block", () => {
  const free = { promptTokens: 0, completionTokens: 0, episode: 0 };
  const priced = parseConfig("c.yaml", `${SMALLEST}prices: { experts: { expert/gpt-4: { episode: 0.12 } } }`);
  assert.deepEqual(priced.prices, {
    currency: "$",
    student: free,
    experts: { "expert/gpt-4": { ...free, episode: 0.12 } },
  });
  assert.equal(parseConfig("c.yaml", SMALLEST).prices, undefined);
  assert.match(messageOf(`${SMALLEST}prices: { student: { tokens: 1 } }`), /^c\.yaml:7: prices\.student: /);
});

test("aliases that name nothing, or that stand for too much, are refused", () => {
  assert.match(messageOf(`${SMALLEST}seeds: *x\n`), /^c\.yaml: Unresolved alias .*: x$/);
  const nine = (alias: string) => `[${Array(9).fill(alias).join(", ")}]`;
  const bomb = `a: &a ${nine("x")}\nb: &b ${nine("*a")}\nc: &c ${nine("*b")}\nd: ${nine("*c")}\n`;
  assert.match(messageOf(bomb), /^c\.yaml: Excessive alias count/);
});
