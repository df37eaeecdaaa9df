import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { anyCharacter } from "../../../test/any-character.ts";
import { temporaryFolder } from "../../../test/temporary.ts";
import { CliError } from "../../core/errors.ts";
import { kindOf, STUDENTS } from "../../students/kinds.ts";
import { methodLabel } from "../algorithms/methods.ts";
import { preferenceTraining } from "../algorithms/preference-options.ts";
import { expertSources, parseConfig, readConfig } from "./config.ts";

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
  assert.match(messageOf(SMALLEST.replace("{ scripted: true }", "[]")), /^c\.yaml:3:\d+: expert/);
});

test("a served student has its own defaults, and what belongs to the other kind is refused", () => {
  const served = `${SMALLEST}student: { kind: served, checkpoint: base, serve: [serve, "{checkpoint}"] }\n`;
  const config = parseConfig("c.yaml", served);
  assert.equal(kindOf(config), STUDENTS.served);
  assert.partialDeepStrictEqual(config, { format: "react", restrict: false, maxTokens: 256 });
  assert.partialDeepStrictEqual(config, { training: { loraRank: 16, schedule: "cosine" } });
  assert.equal(kindOf(parseConfig("c.yaml", SMALLEST)), STUDENTS.embedded);
  assert.match(
    messageOf(`${served}training: { optimizer: muon }`),
    /^c\.yaml:8:\d+: training\.optimizer: no such key; expected steps, /,
  );
  assert.match(messageOf(`${served}restrict: true`), /^c\.yaml:8:\d+: restrict: /);
  assert.match(messageOf(`${SMALLEST}student: { kind: served }`), /^c\.yaml:7:\d+: student\.checkpoint: /);
  assert.match(messageOf(`${SMALLEST}training: { loraRank: 4 }`), /^c\.yaml:7:\d+: training\.loraRank: no such key/);
});

test("a student on a Tinker server has its own parts; a key in the place of a variable's name is not shown", () => {
  const student = "kind: tinker, url: 'http://localhost:8000', model: qwen, tokenizer: folder";
  const config = parseConfig("c.yaml", `${SMALLEST}student: { ${student}, apiKeyEnv: TINKER_API_KEY }`);
  assert.equal(kindOf(config), STUDENTS.tinker);
  assert.partialDeepStrictEqual(config, { format: "react", maxTokens: 256, training: { batch: 32 } });
  assert.partialDeepStrictEqual(config, { student: { recognisesRepeats: false } });
  const refused = messageOf(`${SMALLEST}student: { ${student}, apiKeyEnv: tml-secret }`);
  assert.match(refused, /^c\.yaml:7:\d+: student\.apiKeyEnv: expected the name of an environment variable/);
  assert(!refused.includes("tml-secret"));
  assert.match(messageOf(`${SMALLEST}student: { kind: tinker, url: a }`), /7:\d+: student\.url: expected http\(s\)/);
});

test("a pretrained student writes freely, learns with adapters and keeps few conversations in memory", () => {
  const student = "kind: pretrained, checkpoint: models/smollm2-135m";
  const config = parseConfig("c.yaml", `${SMALLEST}student: { ${student} }`);
  assert.equal(kindOf(config), STUDENTS.pretrained);
  assert.partialDeepStrictEqual(config, { format: "react", restrict: false, maxTokens: 64, concurrency: 8 });
  assert.partialDeepStrictEqual(config, { student: { context: 2048, threads: 0 }, training: { loraRank: 16 } });
  assert.equal(parseConfig("c.yaml", `${SMALLEST}student: { ${student} }`, [["concurrency", 3]]).concurrency, 3);
  assert.match(messageOf(`${SMALLEST}student: { kind: pretrained }`), /^c\.yaml:7:\d+: student\.checkpoint: /);
  assert.match(
    messageOf(`${SMALLEST}student: { ${student} }\ntraining: { loraRank: 0 }`),
    /8:\d+: training\.loraRank: /,
  );
});

test("a chat template's variables are those of students that have one, and the day is a day", () => {
  const kinds = {
    served: "kind: served, checkpoint: base, serve: [serve]",
    pretrained: "kind: pretrained, checkpoint: base",
    tinker: "kind: tinker, url: 'http://localhost:8000', model: qwen, tokenizer: folder",
  };
  const withTemplate = (student: string, template: string) =>
    `${SMALLEST}student: { ${student}, template: ${template} }`;
  for (const student of Object.values(kinds)) {
    const given = "{ date: 2026-11-30, enable_thinking: false, reasoning_effort: high, tags: [a, { b: null }] }";
    const config = parseConfig("c.yaml", withTemplate(student, given));
    const template = { date: "2026-11-30", enable_thinking: false, reasoning_effort: "high", tags: ["a", { b: null }] };
    assert.partialDeepStrictEqual(config, { student: { template } });
    for (const [wrong, message] of [
      ["{ date: 2026-02-30 }", /template\.date: expected a day as YYYY-MM-DD, got "2026-02-30"$/],
      ["{ date: 20261130 }", /template\.date: expected a day as YYYY-MM-DD, got 20261130$/],
      ["{ messages: [] }", /template\.messages: .* has this name/],
      ["{ 'enable-thinking': true }", /enable-thinking: expected a name of letters, digits and underscores$/],
      ["thinking", /student\.template: /],
    ] as const)
      assert.match(messageOf(withTemplate(student, wrong)), message);
  }
  assert.match(messageOf(withTemplate("kind: embedded", "{}")), /student\.template: no such key/);
});

test("a kind of student that there is not is told which there are", () => {
  const kinds =
    /^c\.yaml:8:\d+: student\.kind: expected one of embedded, .*served, .*tinker.*, got "sreved" \(did you mean "served"\?\)$/;
  assert.match(messageOf(`${SMALLEST}student:\n  kind: sreved`), kinds);
  assert.match(messageOf(`${SMALLEST}student: { kind: 3 }`), /^c\.yaml:7:\d+: student\.kind: .* got 3$/);
  assert.match(messageOf(`${SMALLEST}student: served`), /^c\.yaml:7:\d+: student: /);
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
    if (kind !== "embedded") assert.equal(tools, "", kind);
    else assert.match(tools, /^c\.yaml:8:\d+: format: /, kind);
  }
  assert.match(messageOf(`${SMALLEST}student: ${kinds.served}\nexamples: 0`), /^c\.yaml:8:\d+: examples: /);
});

test("--set changes one value", () => {
  assert.equal(parseConfig("c.yaml", SMALLEST, [["training.steps", 7]]).training.steps, 7);
  assert.equal(methodLabel(parseConfig("c.yaml", SMALLEST, [["methods.0.probes", 3]]).methods[0]!), "EEF M=3");
});

test("errors name file, line and key", () => {
  assert.match(messageOf(SMALLEST.replace("samples: 6", "samples: -6")), /^c\.yaml:6:\d+: methods\.1\.samples: /);
  assert.match(messageOf("run: [unclosed"), /^c\.yaml:\d+:\d+: /);
  assert.match(messageOf("- a list"), /^c\.yaml:1:\d+: expected a mapping/);
  assert.match(
    messageOf(SMALLEST.replace("run: r", "run: r\ntypo: 1")),
    /^c\.yaml:2:1: typo: no such key; expected run, /,
  );
  assert.match(
    messageOf(SMALLEST.replace("run: r", "runn: r")),
    /^c\.yaml:1:1: runn: no such key \(did you mean "run"\?\)$/m,
  );
});

test("every example is valid", () => {
  const folder = join(import.meta.dirname, "../../../examples");
  const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
  assert(files.length >= 2);
  for (const file of files) parseConfig(file, readFileSync(join(folder, file), "utf8"));
});

test("300 mutated configs are read or refused with file and line, never a crash", () => {
  const mutation = fc.tuple(fc.nat(SMALLEST.length), fc.nat(12), fc.string({ maxLength: 8, unit: anyCharacter }));
  fc.assert(
    fc.property(mutation, ([at, removed, inserted]) => {
      const message = messageOf(SMALLEST.slice(0, at) + inserted + SMALLEST.slice(at + removed));
      assert.match(message, /^$|^c\.yaml:\d+:\d+: /);
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
  assert.match(
    messageOf(`${SMALLEST}prices: { student: { tokens: 1 } }`),
    /^c\.yaml:7:\d+: prices\.student\.tokens: no such key/,
  );
});

test("aliases that name nothing, or that stand for too much, are refused", () => {
  assert.match(messageOf(`${SMALLEST}seeds: *x\n`), /^c\.yaml:7:8: alias \*x: expected an anchor &x before it$/);
  const nine = (alias: string) => `[${Array(9).fill(alias).join(", ")}]`;
  const bomb = `a: &a ${nine("x")}\nb: &b ${nine("*a")}\nc: &c ${nine("*b")}\nd: ${nine("*c")}\n`;
  assert.match(messageOf(bomb), /^c\.yaml:2:\d+: the aliases stand for too much; expected at most 100 /);
});

test("of several ways to write a value, the error is about the one that was meant", () => {
  const expert = (text: string) => messageOf(SMALLEST.replace("{ scripted: true }", text));
  const rate = /^c\.yaml:3:\d+: expert\.errorRate: expected a number from 0 to 1, got "abc"$/;
  assert.match(expert("{ scripted: true, errorRate: abc }"), rate);
  assert.match(expert("{ scripted: true, errorRate: 2 }"), /expert\.errorRate: expected a number from 0 to 1, got 2$/);
  assert.match(expert("[{ run: a }, { run: 3 }]"), /^c\.yaml:3:\d+: expert\.1\.run: expected a text, got 3$/);
  assert.match(expert("{ scriptd: true }"), /expert\.scriptd: no such key \(did you mean "scripted"\?\)/);
  assert.match(
    expert("three"),
    /^c\.yaml:3:\d+: expert: expected a mapping \(key: value\) or a list of at least 1 item, got "three"$/,
  );
  assert.match(
    expert("{}"),
    /expert\.scripted: expected true, got nothing; or expert\.run: expected a text, got nothing$/,
  );
  const method = messageOf(SMALLEST.replace("method: eef", "method: eff"));
  assert.match(
    method,
    /^c\.yaml:5:\d+: methods\.0\.method: expected one of sft-all, .*got "eff" \(did you mean "eef"\?\)$/,
  );
  const methods = messageOf(SMALLEST.replace("samples: 6", "samples: many"));
  assert.match(methods, /samples: expected a whole number from 1 to 10,000, got "many"$/);
});

test("errors about what --set changed name the flag", () => {
  const set = (key: string, value: unknown) => messageOf(SMALLEST, [[key, value]]);
  assert.equal(set("temperature", 9), "--set temperature: expected a number above 0 and at most 5, got 9");
  assert.match(set("methods.1.samples", "x"), /^--set methods\.1\.samples: expected a whole number/);
  assert.match(set("student.widht", 4), /^--set student\.widht: no such key \(did you mean "width"\?\)$/);
  assert.match(set("trainin.steps", 3), /^--set trainin: no such key \(did you mean "training"\?\)$/);
  assert.match(set("run.deeper", 1), /^--set run\.deeper: expected a key of the config, but run holds no keys$/);
  assert.match(set("seeds.1000000", 1), /^--set seeds\.1000000: seeds is empty, expected the index 0$/);
  assert.match(set("methods.7.samples", 1), /^--set methods\.7\.samples: methods is a list of 2, .* from 0 to 2$/);
});

test("a key that JavaScript would drop is refused", () => {
  assert.match(messageOf(`${SMALLEST}__proto__: 1\n`), /^c\.yaml:7:1: __proto__: /);
  const inWorld = SMALLEST.replace("name: workshop", "name: workshop, a: { __proto__: 1 }");
  assert.match(messageOf(inWorld), /^c\.yaml:2:\d+: environment\.a\.__proto__: /);
});

test("sizes that no student can have are refused with the config's line", () => {
  const refused = messageOf(`${SMALLEST}student: { width: 64, heads: 3 }\n`);
  assert.equal(refused, "c.yaml:7:19: student.width: expected a multiple of 6, twice the number of heads (3), got 64");
  assert.match(messageOf(SMALLEST, [["student.width", 1]]), /^--set student\.width: expected a multiple of 8/);
});

test("a config that is no file, too long or not there is refused", () => {
  const folder = temporaryFolder();
  const refused = (path: string, message: RegExp) =>
    assert.throws(() => readConfig(path), { name: "CliError", message });
  refused(folder, /: is a folder, expected a config file/);
  refused(join(folder, "none.yaml"), /none\.yaml: no such file, expected a config/);
  const long = join(folder, "long.yaml");
  writeFileSync(long, `run: ${"x".repeat(2 ** 24)}`);
  refused(long, /long\.yaml: longer than 16 MiB/);
});
