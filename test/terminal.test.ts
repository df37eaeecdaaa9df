// Nothing that a terminal obeys reaches one: one file prints (src/cli/terminal.ts), and hostile texts come out of it escaped.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, sep } from "node:path";
import { PassThrough } from "node:stream";
import { type TestContext, test } from "node:test";
import ts from "typescript";
import { openProgress } from "../src/cli/progress.ts";
import { printable } from "../src/core/printable.ts";
import { ROOT } from "./command.ts";
import { gleanerHeard } from "./command-here.ts";
import { temporaryFolder } from "./temporary.ts";

/** Who else may name a way to print: what, and why. The table is exact: an entry that is not needed fails, too. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  // The door.
  "src/cli/terminal.ts": ["console", "process.stderr", "process.stdout"],
  // Runs on a Node that cannot read the door, and quotes nothing but that Node's version.
  "bin/check-node.js": ["console"],
  // cli-progress draws bars with escapes of its own; every text is escaped before.
  "src/cli/progress.ts": ["process.stderr"],
  // readline shows the person what they type; the policy escapes what it says (src/policies/human.ts).
  "src/cli/players.ts": ["process.stdout"],
  // The protocol's own writer (src/servers/stdio.ts): JSON lines, escaped by the same rule.
  "src/cli/commands/env.ts": ["process.stdout"],
  // A process of its own, whose output is a pipe that src/students/served/launch.ts reads.
  "src/students/served/guardian.ts": ["console", "inherit"],
};

/** Names of modules that lead to a terminal past `process` and `console`. */
const MODULES = /^(node:)?(process|console|tty|repl)$/;

/** Whoever names a way to print, in code or elsewhere, has one of these; few have, and only they are parsed. */
const MAYBE = /console|globalThis|process|inherit|tty|repl|\/dev\/|writev?(Sync)?\(|\\[ux]/;

/** The ways to print that a source names: in code, not in comments or texts. */
function waysIn(path: string): string[] {
  const text = readFileSync(join(ROOT, path), "utf8");
  if (!MAYBE.test(text)) return [];
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = new Set<string>();
  const isProcess = (node: ts.Node | undefined) => node !== undefined && /(^|\.)process$/.test(node.getText());
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && /^(console|globalThis)$/.test(node.text)) found.add(node.text);
    if (ts.isPropertyAccessExpression(node) && isProcess(node.expression)) {
      if (/^(stdout|stderr|_rawDebug)$/.test(node.name.text)) found.add(`process.${node.name.text}`);
    }
    if (ts.isElementAccessExpression(node) && isProcess(node.expression)) found.add("process[…]");
    if (ts.isVariableDeclaration(node) && isProcess(node.initializer)) found.add("process as another name");
    if (ts.isStringLiteral(node) && node.text === "inherit") found.add("inherit");
    if (ts.isStringLiteral(node) && MODULES.test(node.text)) found.add(`module ${node.text}`);
    if (ts.isStringLiteral(node) && /^\/dev\/(tty|std|fd|pts)/.test(node.text)) found.add(node.text);
    if (ts.isCallExpression(node) && /writev?(Sync)?$/.test(node.expression.getText())) {
      if (/^[12]$/.test(node.arguments[0]?.getText() ?? "")) found.add("a write to 1 or 2");
    }
    node.forEachChild(visit);
  };
  visit(source);
  return [...found].sort();
}

test("only the door prints", () => {
  const files = ["src", "bin"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.[jt]s$/.test(name) && !name.endsWith(".test.ts"))
      .map((name) => `${folder}/${name.split(sep).join("/")}`),
  );
  const found = files.map((file) => [file, waysIn(file)] as const).filter(([, ways]) => ways.length > 0);
  assert.deepEqual(Object.fromEntries(found.sort()), Object.fromEntries(Object.entries(MAY).sort()));
});

/** A title, a cleared screen, a clipboard, a C1 introducer, DEL, another direction, a line that looks like ours. */
const HOSTILE = "\u001b]0;x\u0007\u001b[2J\u001b]52;c;eA==\u0007\u009b31m\u007f\u202e\u2028\r\nrun x: all 9 verified";
const OBEYED = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/u;

const TEMPORARY = temporaryFolder();
const yaml = JSON.stringify;

interface Said {
  readonly code: number | null;
  readonly said: string;
}

/** A new folder, in which the test works. */
function inNewFolder(context: TestContext): string {
  const before = process.cwd();
  const folder = newFolder();
  process.chdir(folder);
  context.after(() => process.chdir(before));
  return folder;
}

/** Nothing may reach the terminal raw, and no line may begin where a text from outside has a line feed. */
function expectEscaped(args: readonly string[], said: string): void {
  assert.doesNotMatch(said, OBEYED, printable(args.join(" ")));
  assert.doesNotMatch(said, /^run x: all/m, printable(args.join(" ")));
}

/** Runs the command line in a process of its own. */
function gleaner(folder: string, ...args: readonly string[]): Said {
  const command = [join(ROOT, "bin", "gleaner.js"), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: "utf8" });
  expectEscaped(args, stdout + stderr);
  return { code: status, said: stdout + stderr };
}

/** In this process and its folder, which is quicker by a start. */
async function gleanerInside(context: TestContext, ...args: readonly string[]): Promise<Said> {
  const { code, output, told } = await gleanerHeard(context, ...args);
  expectEscaped(args, `${output}\n${told}`);
  return { code, said: output + told };
}

const newFolder = () => mkdtempSync(join(TEMPORARY, "hostile-"));

test("hostile arguments, file names and configs are shown escaped", async (context) => {
  const folder = inNewFolder(context);
  const config = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return name;
  };
  const base = "environment: { name: workshop }\nexpert: { scripted: true }\nmethods: [{ method: eef }]\n";
  mkdirSync(join(folder, "logs"));
  const log = join("logs", `${HOSTILE.replaceAll("/", "")}.jsonl`);
  writeFileSync(join(folder, log), `${JSON.stringify({ task: HOSTILE, messages: [] })}\nnot json ${HOSTILE}\n`);
  const chat = ["--format", "messages", "--env", "workshop", "--dry-run"];
  const commands: (readonly string[])[] = [
    [HOSTILE],
    ["help", HOSTILE],
    ["runs", `--${HOSTILE}`],
    ["run", HOSTILE],
    ["run", config("key.yaml", `run: one\n${base}${yaml(HOSTILE)}: 2\n`)],
    ["run", config("run.yaml", `run: ${yaml(HOSTILE)}\n${base}`)],
    ["run", config("world.yaml", `run: one\n${base.replace("workshop", yaml(HOSTILE))}`)],
    ["run", config("set.yaml", `run: one\n${base}`), "--set", `${HOSTILE}=1`],
    ["env", HOSTILE],
    ["env", "install", HOSTILE],
    ["model", "fetch", HOSTILE],
    ["report", HOSTILE],
    ["compare", HOSTILE, "b"],
    ["show", HOSTILE],
    ["verify", HOSTILE],
    ["export", HOSTILE, "--to", HOSTILE, "--out", "out"],
    ["export", "--check", HOSTILE],
    ["import", HOSTILE, ...chat],
    ["import", log, ...chat],
    ["import", log, ...chat, "--json"],
    ["import", log, "--format", HOSTILE, "--env", "workshop", "--dry-run"],
    ["doctor", "--data", `${HOSTILE}=x`],
    ["doctor", "--server", HOSTILE],
    ["demo", "--kind", HOSTILE],
    ["play", "workshop", "--task", HOSTILE, "--name", HOSTILE, "--terminal"],
  ];
  // The first of them in a process of its own, too, as a user runs it.
  const answers = [gleaner(folder, ...commands[0]!)];
  for (const args of commands) answers.push(await gleanerInside(context, ...args));
  for (const [index, { code, said }] of answers.entries()) {
    const args = commands[Math.max(0, index - 1)]!;
    assert.notEqual(code, 0, printable(args.join(" ")));
    assert.match(said, /\\u\{?0*1b/, printable(args.join(" ")));
  }
});

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

test("texts in progress bars are escaped", () => {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 400, rows: 50 });
  let drawn = "";
  stream.setEncoding("utf8").on("data", (text: string) => (drawn += text));
  const progress = openProgress(stream as unknown as NodeJS.WriteStream);
  const phase = progress.phase(HOSTILE, 2, "tasks");
  phase.advance(1, HOSTILE);
  progress.say(HOSTILE);
  phase.end();
  progress.stop();
  drawn += stream.read() ?? "";
  assert(drawn.includes("\\u{1b}]0;x"), drawn);
  for (const raw of ["\u001b]", "\u001b[2J", "\u0007", "\u009b", "\u202e", "\u2028", "\nrun x"])
    assert(!drawn.includes(raw));
});
