// What is loaded when: the library and the command line open light, and what is heavy comes when it is used.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { COMMANDS } from "../src/cli/commands.ts";
import { temporaryFolder } from "./temporary.ts";

const ROOT = join(import.meta.dirname, "..");
const LIBRARY = pathToFileURL(join(ROOT, "src", "index.ts")).href;
const GLEANER = join(ROOT, "bin", "gleaner.js");
const TEMPORARY = temporaryFolder();
const emptyFolder = () => mkdtempSync(join(TEMPORARY, "light-"));

/** Packages that are slow to load or that only some users need. */
const HEAVY = [
  "onnxruntime-node",
  "vega",
  "vega-lite",
  "@huggingface/",
  "openai",
  "hyparquet",
  "yaml",
  "cli-",
  "ws/",
  "hono",
  "@hono/",
  "open/",
];

interface Ran {
  readonly output: string;
  /** Paths below src, in the order in which they were loaded. */
  readonly files: readonly string[];
  /** Paths below node_modules. */
  readonly packages: readonly string[];
}

/** Runs node and tells what it loaded. */
function run(...args: readonly string[]): Ran {
  const list = join(emptyFolder(), "loads");
  const hook = pathToFileURL(join(import.meta.dirname, "record-loads.ts")).href;
  const output = execFileSync(process.execPath, ["--import", hook, ...args], {
    cwd: emptyFolder(),
    encoding: "utf8",
    env: { ...process.env, LOADS: list },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const urls = readFileSync(list, "utf8").split("\n");
  const below = (folder: string) => {
    const start = pathToFileURL(join(ROOT, folder, "/")).href;
    return urls.filter((url) => url.startsWith(start)).map((url) => url.slice(start.length));
  };
  return { output, files: below("src"), packages: below("node_modules") };
}

/** Runs a program that has the library as `gleaner`. */
function program(lines: string): Ran {
  const file = join(emptyFolder(), "program.mjs");
  writeFileSync(file, `const gleaner = await import(${JSON.stringify(LIBRARY)});\n${lines}`);
  return run(file);
}

const heavyIn = ({ packages }: Ran) => packages.filter((path) => HEAVY.some((name) => path.startsWith(name)));

/** In the folder of a world, the built-in one aside. */
const isOfWorld = (path: string) => /^worlds\/(?!workshop\/)[^/]+\//.test(path);

test('`import "gleaner"` loads no engine, no SDK and no world', () => {
  const opened = program("console.log(Object.keys(gleaner).length > 50);");
  assert.equal(opened.output, "true\n");
  assert.deepEqual(heavyIn(opened), []);
  const schemas = opened.packages.filter((path) => path.startsWith("zod/"));
  assert.deepEqual(schemas, [], "schemas are made with the first config or world");
  const worlds = ["alfworld", "scienceworld", "webshop"].map((world) => `worlds/${world}/index.ts`);
  assert.deepEqual(opened.files.filter(isOfWorld), worlds);
  // Settings of a training have defaults, and those are the model's.
  assert.deepEqual(
    opened.files.filter((path) => path.startsWith("model/")),
    ["model/train-settings.ts"],
  );
  const ofExperiments = opened.files.filter((path) => path.startsWith("engine/experiment/"));
  assert.deepEqual(ofExperiments, ["engine/experiment/index.ts"]);
  for (const room of ["cli", "reports", "analysis", "importers", "exporters", "servers", "installs"]) {
    assert.deepEqual(
      opened.files.filter((path) => path.startsWith(`${room}/`)),
      [],
    );
  }
});

test("an episode of the built-in world needs nothing heavy", () => {
  const played = program(`
    const benchmark = gleaner.workshop();
    const [task] = await benchmark.tasks("train");
    const environment = await benchmark.open();
    const how = { policy: benchmark.expert, seed: 0, maxSteps: benchmark.maxSteps, successReturn: benchmark.successReturn };
    const { success } = await gleaner.rollout({ id: gleaner.trajectoryId("one"), task, environment, ...how });
    console.log(success);
  `);
  assert.equal(played.output, "true\n");
  assert.deepEqual(heavyIn(played), []);
});

test("a world is loaded when it is made", () => {
  const shop = program(`
    const benchmark = await gleaner.webshop({ generated: { products: 200 } });
    console.log((await benchmark.tasks("train")).length > 0);
  `);
  assert.equal(shop.output, "true\n");
  assert(shop.files.includes("worlds/webshop/benchmark.ts"));
  assert(!shop.files.some((path) => isOfWorld(path) && !/^worlds\/(webshop\/|[^/]+\/index\.ts$)/.test(path)));
});

test("a student's model is loaded when it is trained or acts", () => {
  const trained = program(`
    const project = ${JSON.stringify(emptyFolder())};
    const said = [{ role: "user", content: "red or green" }, { role: "assistant", content: "green" }];
    const architecture = { width: 16, layers: 1, heads: 2, context: 64, vocabulary: 300 };
    const trainer = gleaner.embeddedTrainer(project, { steps: 1, batch: 1 });
    const from = await gleaner.initialCheckpoint({ project, architecture, material: said, seed: 1 });
    const provenance = { trajectory: "t", step: 0, actor: "expert", reason: "test" };
    const messages = [{ ...said[0], weight: 0 }, { ...said[1], weight: 1, provenance }];
    const request = { set: { kind: "sft", examples: [{ source: "t", messages }] }, from, id: "c1", seed: 1 };
    for await (const { kind } of trainer.train(request)) console.log(kind);
    const model = await gleaner.embeddedModel(project + "/checkpoints/c1", "c1", 1);
    const sampling = { temperature: 0, maxTokens: 4, seed: 1, choices: ["red", "green"] };
    const { text } = await model.complete({ messages: said.slice(0, 1), ...sampling });
    await model.close();
    console.log(["red", "green"].includes(text));
  `);
  assert.equal(trained.output, "metrics\ndone\ntrue\n");
  assert(trained.files.includes("model/train.ts") && trained.files.includes("model/generate.ts"));
});

test("the SDK of servers is loaded with the first request, the reader of configs with the first config", () => {
  const asked = program(`
    const model = gleaner.serverModel({ urls: ["http://127.0.0.1:9/v1"], model: "none", retries: 0 });
    const asked = model.complete({ messages: [{ role: "user", content: "?" }], temperature: 0, maxTokens: 1, seed: 1 });
    console.log(await asked.then(() => "answered", (error) => error.constructor.name));
  `);
  assert.equal(asked.output, "StopError\n");
  assert(asked.packages.some((path) => path.startsWith("openai/")));

  const text = "run: one\nenvironment: { name: workshop }\nexpert: { scripted: true }\nmethods: [{ method: eef }]\n";
  const read = program(`
    const { methods, seeds } = await gleaner.parseConfig("here", ${JSON.stringify(text)});
    console.log(methods[0].probes, seeds[0]);
    await gleaner.parseConfig("here", "run: [").catch(({ message }) => console.log(message.slice(0, 7)));
  `);
  assert.equal(read.output, "5 1\nhere:1:\n");
  assert(read.packages.some((path) => path.startsWith("yaml/")));
  assert(!read.packages.some((path) => /^(onnxruntime-node|openai|@huggingface)\//.test(path)));
});

test("--version and --help load no command", () => {
  for (const args of [["--version"], ["--help"], ["help"]]) {
    const { output, files, packages } = run(GLEANER, ...args);
    assert.match(output, args[0] === "--version" ? /^\d+\.\d+\.\d+\n$/ : /^Usage: gleaner /);
    // Where compiled code is kept, the list, and what must be there when no file can be opened any more: errors and the door.
    assert.deepEqual(files.toSorted(), [
      ...[
        "cli/commands.ts",
        "cli/failure.ts",
        "cli/main.ts",
        "cli/signals.ts",
        "cli/system-failure.ts",
        "cli/terminal.ts",
        "cli/version.ts",
      ],
      ...[
        "core/command-line.ts",
        "core/disk.ts",
        "core/errors.ts",
        "core/printable.ts",
        "installs/cache-folder.ts",
        "model/errors.ts",
      ],
    ]);
    assert.deepEqual([...new Set(packages.map((path) => path.split("/")[0]))], ["commander"]);
  }
});

test("the help of a command loads its file and no other command", () => {
  const { output, files } = run(GLEANER, "help", "runs");
  assert.match(
    output,
    /^Usage: gleaner runs \[options\] \[command\]\n\nlist the runs of this project, or remove one\n/,
  );
  assert.deepEqual(
    files.filter((path) => path.startsWith("cli/commands/")),
    ["cli/commands/runs.ts", "cli/commands/runs-rm.ts"],
  );
});

test("no command loads an engine, an SDK of servers or a world before it does its work", () => {
  const commands = pathToFileURL(join(ROOT, "src", "cli", "commands.ts")).href;
  const { files, packages } = program(`
    const { COMMANDS } = await import(${JSON.stringify(commands)});
    for (const { load } of COMMANDS) await load();
  `);
  for (const { name } of COMMANDS)
    assert(files.includes(`cli/commands/${name}.ts`), `${name} is in a file of its name`);
  const engines = packages.filter((path) => /^(onnxruntime-node|vega|vega-lite|openai|hono|@hono|open)\//.test(path));
  assert.deepEqual(engines, []);
  assert(!files.some((path) => /^worlds\/(alfworld|scienceworld|webshop)\/benchmark\.ts$/.test(path)));
});

test("compiled code is kept in the user's cache, and nothing breaks where it cannot be", () => {
  const version = (cache: string) =>
    execFileSync(process.execPath, [GLEANER, "--version"], {
      encoding: "utf8",
      // This process may have been told to keep compiled code elsewhere.
      env: { ...process.env, NODE_COMPILE_CACHE: undefined, XDG_CACHE_HOME: cache },
    });
  const folder = emptyFolder();
  assert.match(version(folder), /^\d/);
  assert(readdirSync(join(folder, "gleaner", "compiled")).length > 0);
  const file = join(folder, "file");
  writeFileSync(file, "");
  assert.match(version(file), /^\d/);
});
