/** A hostile world and a hostile server, in commands of their own: nothing that a terminal obeys comes out. Others: test/terminal.test.ts. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { printable } from "../../src/core/printable.ts";
import { ROOT } from "../command.ts";
import { gleaner, gleanerInside, HOSTILE, inNewFolder, newFolder, OBEYED, type Said } from "../escaped.ts";

/** A world whose every text is hostile. */
const WORLD = `
import { newTask } from "gleaner";
const hostile = ${JSON.stringify(HOSTILE)};
const all = [1, 2, 3, 4].map((key) => newTask({
  benchmark: "own", split: key < 3 ? "train" : "test", key: hostile + key, category: hostile, instruction: hostile,
}));
process.emitWarning(hostile);
console.warn(hostile);
export const benchmark = {
  name: "own", splits: ["train", "test"], maxSteps: 3, successReturn: 1, instructions: hostile, notes: [hostile],
  tasks: async (split) => all.filter((task) => task.split === split),
  task: async (id) => all.find((task) => task.id === id),
  expert: { name: "expert/" + hostile, async act() {
    return { thought: hostile, action: hostile, completion: hostile, usage: null };
  }, async close() {} },
  open: async () => ({
    async reset() { return hostile; },
    async actions() { return [hostile]; },
    async step() { return { observation: hostile, reward: 1, terminated: true }; },
    async snapshot() { return { kind: "replay", actions: [] }; },
    async restore() { return hostile; },
    async close() {},
  }),
};
`;

test("a hostile world is run, shown, reported and dumped escaped", async (context) => {
  const folder = inNewFolder(context);
  writeFileSync(join(folder, "world.ts"), WORLD);
  const method = { method: "rft", samples: 2, name: HOSTILE };
  const config = {
    ...{ run: "own", environment: { name: "./world.ts" }, expert: { scripted: true }, format: "text" },
    student: { width: 16, layers: 1, heads: 2, context: 512 },
    training: { steps: 1, batch: 2 },
    ...{ methods: [method], evaluate: { splits: ["test"] }, prices: { currency: "\u001b[2J" } },
  };
  writeFileSync(join(folder, "own.yaml"), JSON.stringify(config));
  // The first ones load the world.
  const outside: (readonly string[])[] = [
    ["run", "own.yaml"],
    ["env", "./world.ts"],
  ];
  const inside: (readonly string[])[] = [
    ["runs"],
    ["runs", "--json"],
    ["report", "own", "--all"],
    ["report", "own", "--json"],
    ["report", "own", "--markdown"],
    ["report", "own", "--html"],
    ["show", "own"],
    ["show", "own", "--json"],
  ];
  const expectWhole = (args: readonly string[], { code, said }: Said) => {
    assert.equal(code, 0, printable(`${args.join(" ")}: ${said}`));
    assert.match(said, /\\u\{?0*1b/, printable(args.join(" ")));
  };
  for (const args of outside) expectWhole(args, gleaner(folder, ...args));
  for (const args of inside) expectWhole(args, await gleanerInside(context, ...args));
  // It writes as it goes. Whoever reads its JSON finds the same values.
  const dump = gleaner(folder, "dump");
  expectWhole(["dump"], dump);
  const lines = dump.said.split("\n").filter((line) => line.startsWith("{"));
  assert(lines.some((line) => JSON.stringify(JSON.parse(line)).includes(JSON.stringify(HOSTILE))));
  const played = spawnSync(process.execPath, [join(ROOT, "bin", "gleaner.js"), "play", "./world.ts", "--terminal"], {
    cwd: folder,
    encoding: "utf8",
    input: "?\n1\n",
  });
  assert.doesNotMatch(played.stdout + played.stderr, OBEYED);
  assert.match(played.stdout, /Won after 1 step/);
});

test("a hostile server's words are shown escaped", async (t) => {
  const said = { error: { message: HOSTILE, code: HOSTILE } };
  const server = createServer((_, response) => {
    response.writeHead(401, { "content-type": "application/json" });
    response.end(JSON.stringify(said));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const doctor = ["doctor", "--server", url, "--model", "m"];
  const child = spawn(process.execPath, [join(ROOT, "bin", "gleaner.js"), ...doctor], { cwd: newFolder() });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (printed += text));
  await once(child, "close");
  const inside = await gleanerInside(t, ...doctor, "--json");
  for (const text of [printed, inside.said]) {
    assert.doesNotMatch(text, OBEYED);
    assert.match(text, /401/);
    assert.match(text, /\\u\{?0*1b/);
  }
});
