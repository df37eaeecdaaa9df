// Nothing that a terminal obeys reaches one: one file prints (src/cli/terminal.ts), and hostile texts come out of it escaped.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import ts from "typescript";
import { openProgress } from "../src/cli/progress.ts";
import { printable } from "../src/core/printable.ts";
import { ROOT } from "./command.ts";
import { gleaner, gleanerInside, HOSTILE, inNewFolder } from "./escaped.ts";

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
  "src/cli/commands/serve.ts": ["process.stdout"],
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

const yaml = JSON.stringify;

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

test("texts in progress bars are escaped", () => {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 400, rows: 50 });
  let drawn = "";
  stream.setEncoding("utf8").on("data", (text: string) => (drawn += text));
  const progress = openProgress(undefined, stream as unknown as NodeJS.WriteStream);
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
