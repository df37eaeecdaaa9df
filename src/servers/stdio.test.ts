import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { test } from "node:test";
import fc from "fast-check";
import { anyCharacter } from "../../test/any-character.ts";
import { skipWithoutPython } from "../../test/python.ts";
import type { Benchmark, Environment } from "../core/environment.ts";
import { EnvironmentError } from "../core/errors.ts";
import { taskId } from "../core/ids.ts";
import { workshop } from "../worlds/workshop/index.ts";
import { serveStdio } from "./stdio.ts";

const root = join(import.meta.dirname, "..", "..");
const TASK = taskId("workshop/train/front-0-1");
const RESET = { op: "reset", task: TASK, seed: 0 };

// biome-ignore lint/suspicious/noExplicitAny: replies are looked into field by field
type Reply = any;

/** A served benchmark, asked line by line. */
function served(benchmark: Benchmark = workshop()) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const ended = serveStdio({ benchmark, input, output });
  let text = "";
  const waiting: ((reply: Reply) => void)[] = [];
  output.on("data", (chunk) => {
    text += chunk;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const take = waiting.shift();
      assert(take, `a reply that nobody asked for: ${text}`);
      take(JSON.parse(text.slice(0, end)));
      text = text.slice(end + 1);
    }
  });
  const send = (line: string | Buffer) =>
    new Promise<Reply>((resolve) => {
      waiting.push(resolve);
      input.write(line);
      input.write("\n");
    });
  return { input, output, ended, send, ask: (request: object) => send(JSON.stringify(request)) };
}

/** Everything that a server answers to this input, until it ends. */
async function repliesTo(...input: readonly (string | Buffer)[]): Promise<Reply[]> {
  const chunks: Buffer[] = [];
  const output = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await serveStdio({ benchmark: workshop(), input: Readable.from(input), output });
  const lines = Buffer.concat(chunks).toString("utf8").split("\n");
  assert.equal(lines.pop(), "", "every reply ends with a line break");
  return lines.map((line) => JSON.parse(line));
}

test("an episode from describe to close", async () => {
  const { ask, ended } = served();
  const benchmark = workshop();
  const { name, splits, maxSteps, successReturn, instructions } = benchmark;
  const described = { name, splits, maxSteps, successReturn, instructions, tools: [] };
  assert.deepEqual(await ask({ op: "describe" }), described);
  const { tasks } = await ask({ op: "tasks", split: "train" });
  assert.equal(tasks.length, 400);
  assert.equal(tasks[1], TASK);

  const world = await benchmark.open();
  const task = await benchmark.task(TASK);
  const observation = await world.reset(task, 0);
  const start = { observation, actions: await world.actions(), instruction: task.instruction, maxSteps };
  assert.deepEqual(await ask(RESET), start);
  assert.deepEqual(await ask({ op: "reset", task: TASK }), start, "the seed may be left out");
  const moved = await world.step("go barn");
  const expected = { ...moved, actions: await world.actions(), info: null };
  assert.deepEqual(await ask({ op: "step", action: "go barn" }), expected);

  const { snapshot } = await ask({ op: "snapshot" });
  const over = await ask({ op: "step", action: "deliver piece" });
  assert.equal(over.terminated, true);
  assert.deepEqual(over.actions, []);
  assert.equal((await ask({ op: "step", action: "go barn" })).error.kind, "state");
  assert.equal((await ask({ op: "snapshot" })).error.kind, "state");
  assert.deepEqual(await ask({ op: "restore", snapshot }), {
    observation: moved.observation,
    actions: expected.actions,
    instruction: task.instruction,
    maxSteps,
  });
  await ask({ op: "reset", task: tasks[0] });
  assert.equal((await ask({ op: "restore", snapshot })).instruction, task.instruction, "kept during other episodes");
  assert.deepEqual(await ask({ op: "close" }), { closed: true });
  await ended;
});

test("wrong requests are answered with what was wrong, and nothing changes", async () => {
  const { ask, send, ended, input } = served();
  const refused = async (line: string, kind: string, message: RegExp) => {
    const { error, ...rest } = await send(line);
    assert.deepEqual(rest, {});
    assert.equal(error.kind, kind, line);
    assert.match(error.message, message, line);
  };
  await refused('{"op":"step","action":"go barn"}', "state", /reset first/);
  await refused('{"op":"snapshot"}', "state", /reset first/);
  await refused('{"op":"restore","snapshot":"s1"}', "state", /unknown snapshot "s1"/);
  await ask(RESET);
  await refused("go barn", "request", /not JSON/);
  await refused(" ", "request", /not JSON/);
  for (const line of ["null", "3", "[]", '"step"']) await refused(line, "request", /expected object/i);
  await refused("{}", "request", /op/);
  await refused('{"op":"jump"}', "request", /op/);
  await refused('{"op":"step"}', "request", /action/);
  await refused('{"op":"step","action":3}', "request", /action: .*string/);
  await refused(`{"op":"reset","task":"${TASK}","seed":1.5}`, "request", /seed/);
  await refused('{"op":"tasks","split":"dev"}', "task", /unknown split "dev"/);
  await refused('{"op":"reset","task":"workshop/train/1"}', "task", /unknown task/);
  await refused(`{"op":"reset","task":"${"x".repeat(100_000)}"}`, "task", /^.{1,2000}$/);
  await refused("[".repeat(200_000), "request", /not JSON/);
  assert.match((await ask({ op: "step", action: "go barn" })).observation, /^You are in the barn/);
  input.end();
  await ended;
});

test("a line that is too long is refused, and the next one answered", async () => {
  const long = `{"op":"step","action":"${"x".repeat(8 * 2 ** 20)}"}`;
  const [error, fine, ...rest] = await repliesTo(`${long}\n{"op":"tasks","split":"test"}\n`);
  assert.match(error.error.message, /longer than 8388608 bytes/);
  assert.equal(fine.tasks.length, 600);
  assert.deepEqual(rest, []);
  const [justFits] = await repliesTo(`${JSON.stringify(RESET).padEnd(8 * 2 ** 20)}\n`);
  assert.equal(typeof justFits.observation, "string");
});

test("empty lines, CRLF, split characters and a last line without its end are read right", async () => {
  assert.deepEqual(await repliesTo(""), []);
  assert.deepEqual(await repliesTo("\n\r\n\n"), []);
  const replies = await repliesTo(`${JSON.stringify(RESET)}\r\n\n{"op":"step","action":"go barn"}`);
  assert.equal(replies.length, 2);
  assert.match(replies[1].observation, /barn/);

  const bytes = Array.from(Buffer.from('{"op":"reset","task":"größer 🪚"}\n'), (byte) => Buffer.from([byte]));
  const [reply] = await repliesTo(...bytes);
  assert(reply.error.message.includes("größer 🪚"));
});

test("only the latest 10,000 snapshots are kept", async () => {
  const lines = [JSON.stringify(RESET), ...new Array(10_001).fill('{"op":"snapshot"}')];
  const restores = ["s1", "s2", "s10001"].map((snapshot) => JSON.stringify({ op: "restore", snapshot }));
  const [first, second, last] = (await repliesTo([...lines, ...restores].join("\n"))).slice(-3);
  assert.match(first.error.message, /unknown snapshot "s1"/);
  assert.equal(typeof second.observation, "string");
  assert.equal(typeof last.observation, "string");
});

test("nothing after close is answered", async () => {
  assert.deepEqual(await repliesTo('{"op":"close"}\n{"op":"describe"}\n'), [{ closed: true }]);
});

test("a world that breaks costs its episode, not the server", async () => {
  const benchmark = workshop();
  const breaking: Benchmark = {
    ...benchmark,
    async open(): Promise<Environment> {
      const world = await benchmark.open();
      return {
        ...world,
        async step(action) {
          if (action === "break") throw new EnvironmentError("the world broke");
          if (action === "crash") throw new TypeError("a fault");
          return world.step(action);
        },
      };
    },
  };
  const { ask, ended } = served(breaking);
  for (const [action, kind] of [
    ["break", "environment"],
    ["crash", "internal"],
  ]) {
    await ask(RESET);
    assert.equal((await ask({ op: "step", action })).error.kind, kind);
    assert.equal((await ask({ op: "step", action: "go barn" })).error.kind, "state");
  }
  assert.equal(typeof (await ask(RESET)).observation, "string");
  await ask({ op: "close" });
  await ended;
});

test("the next line is not read before the reply has left", async () => {
  let replies = 0;
  let arrived = Promise.withResolvers<() => void>();
  const output = new Writable({
    write(_chunk, _encoding, done) {
      replies += 1;
      arrived.resolve(done);
    },
  });
  const input = Readable.from(['{"op":"jump"}\n'.repeat(3)]);
  const ended = serveStdio({ benchmark: workshop(), input, output });
  for (let count = 1; count <= 3; count++) {
    const release = await arrived.promise;
    arrived = Promise.withResolvers();
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    assert.equal(replies, count);
    release();
  }
  await ended;
});

test("a client that no longer reads ends the server quietly", async () => {
  const { input, output, ended } = served();
  output.destroy();
  input.write('{"op":"describe"}\n');
  await ended;
});

test("whatever lines come, each non-empty one gets exactly one reply and the server lives", async () => {
  const requests = [
    { op: "describe" },
    { op: "tasks", split: "test" },
    RESET,
    { op: "step", action: "go barn" },
    { op: "step", action: "deliver piece" },
    { op: "snapshot" },
    { op: "restore", snapshot: "s1" },
  ].map((request) => JSON.stringify(request));
  const damage = fc.tuple(fc.nat(60), fc.nat(4), fc.string({ unit: anyCharacter, maxLength: 6 }));
  const line = fc.tuple(fc.constantFrom(...requests), fc.array(damage, { maxLength: 3 })).map(([text, damages]) => {
    const damaged = damages.reduce((old, [at, cut, put]) => old.slice(0, at) + put + old.slice(at + cut), text);
    // Each mutation stays one line, and none of them may close the server by accident.
    return damaged.replace(/[\n\r]/g, " ").replaceAll("close", "clos");
  });
  const property = fc.asyncProperty(fc.array(fc.oneof(line, fc.constant("")), { maxLength: 40 }), async (lines) => {
    const replies = await repliesTo(`${lines.join("\n")}\n{"op":"close"}\n`);
    assert.equal(replies.length, lines.filter(Boolean).length + 1);
    assert.deepEqual(replies.at(-1), { closed: true });
    for (const reply of replies) assert.equal(Object.prototype.toString.call(reply), "[object Object]");
  });
  await fc.assert(property, { numRuns: 60 });
});

test("bytes that are no text are one wrong request", async () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((line) => line.map((byte) => byte | 0x80));
  const property = fc.asyncProperty(bytes, async (line) => {
    const replies = await repliesTo(Buffer.from(line), '\n{"op":"close"}\n');
    assert.deepEqual(
      replies.map((reply) => reply.error?.kind ?? reply),
      ["request", { closed: true }],
    );
  });
  await fc.assert(property);
});

test("the Python client of the documentation plays", { skip: skipWithoutPython() }, () => {
  const document = readFileSync(join(root, "docs", "stdio-protocol.md"), "utf8");
  const client = /```python\n([\s\S]*?)```/.exec(document)![1]!;
  assert(client.trimEnd().split("\n").length < 30);
  const server = `
    import { serveStdio } from ${JSON.stringify(new URL("stdio.ts", import.meta.url).href)};
    import { workshop } from ${JSON.stringify(new URL("../worlds/workshop/index.ts", import.meta.url).href)};
    await serveStdio({ benchmark: workshop(), input: process.stdin, output: process.stdout });`;
  const command = [
    process.execPath,
    "--disable-warning=ExperimentalWarning",
    "--input-type=module-typescript",
    "-e",
    server,
  ];
  const printed = execFileSync("python3", ["-c", client, ...command], { encoding: "utf8", timeout: 60_000 });
  const [order, ...attempts] = printed.trimEnd().split("\n");
  assert.match(order!, /^An order: pack in \w+\.$/);
  assert.equal(attempts.length, 3);
  for (const attempt of attempts) assert.match(attempt, /^attempt \d: return [01] after \d+ steps: \w/);
});
