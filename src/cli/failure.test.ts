/** Whatever is thrown becomes a few lines and an exit code; only a bug of ours shows a stack, and says how to report it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../../test/command.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { CliError, EnvironmentError, PolicyError, StopError, StoreError, TrainerError } from "../core/errors.ts";
import { ModelError } from "../model/errors.ts";
import { cut, failureOf } from "./failure.ts";

const failed = (error: unknown) => failureOf(error, ["run", "a.yaml"]);
const thrownBy = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
};

test("bad input is 2, what broke outside is 1, a spent budget is 3", () => {
  assert.deepEqual(failed(new CliError("--tasks: expected 1")), { message: "--tasks: expected 1", code: 2 });
  for (const Kind of [EnvironmentError, PolicyError, StoreError, TrainerError, ModelError]) {
    assert.deepEqual(failed(new Kind("it broke")), { message: "it broke", code: 1 });
  }
  assert.equal(failed(new StopError("server", "gone")).code, 1);
  assert.equal(failed(new StopError("budget", "spent")).code, 3);
});

test("what the system refuses is a sentence with the path: 2 where another name would help, else 1", async () => {
  const folder = temporaryFolder();
  const missing = join(folder, "missing");
  assert.deepEqual(failed(thrownBy(() => statSync(missing))), {
    message: `${missing}: no such file or folder`,
    code: 2,
  });
  assert.match(failed(thrownBy(() => mkdirSync(folder))).message, /: is there already, /);
  const long = join(folder, "x".repeat(300));
  assert.match(failed(thrownBy(() => writeFileSync(long, ""))).message, /: this name is too long /);
  assert.match(failed(thrownBy(() => readFileSync(folder))).message, /is a folder, expected a file$/);
  const system = (code: string) => failed(Object.assign(new Error(code), { code, syscall: "open", path: "p" }));
  for (const code of ["EACCES", "EPERM", "EROFS", "ENOSPC", "EMFILE", "EIO"]) assert.equal(system(code).code, 1, code);
  for (const code of ["ENOTDIR", "ELOOP", "ENAMETOOLONG", "EISDIR"]) assert.equal(system(code).code, 2, code);
  assert.equal(system("ENOSPC").message, "p: the disk is full (ENOSPC)");
  const [first, second] = [createServer(), createServer()];
  await new Promise<void>((resolve) => first.listen(0, "127.0.0.1", resolve));
  const { port } = first.address() as { port: number };
  const taken = await new Promise((resolve) => second.once("error", resolve).listen(port, "127.0.0.1"));
  first.close();
  assert.deepEqual(failed(taken), {
    message: `127.0.0.1:${port}: this port is in use; give another, or none for any free one`,
    code: 1,
  });
  const wrapped = new TypeError("fetch failed", {
    cause: Object.assign(new Error(), { code: "ENOTFOUND", hostname: "h" }),
  });
  assert.deepEqual(failed(wrapped), { message: "h: this name is not known to the network", code: 1 });
});

test("everything else is a bug, told with version, command and stack", () => {
  const { message, code } = failed(new TypeError("x is undefined"));
  assert.equal(code, 1);
  assert.match(message, /^this is a bug in gleaner: x is undefined\n.*Please report it/);
  assert.match(
    message,
    /^version: gleaner \d+\.\d+\.\d+, Node \d+.*\ncommand: gleaner run a\.yaml\nTypeError: x is undefined\n +at /m,
  );
  assert.match(failed("a text").message, /this is a bug in gleaner: a text/);
  assert.match(failed(undefined).message, /this is a bug in gleaner: undefined/);
  const wordless = { toString: () => assert.fail("asked for its text") };
  for (const thrown of [wordless, Object.create(null)])
    assert.match(failed(thrown).message, /this is a bug in gleaner: a value of type object that has no text\n/);
});

test("a message is at most a screen", () => {
  const lines = Array.from({ length: 1_000_000 }, (_, at) => `line ${at}`).join("\n");
  const shown = cut(lines).split("\n");
  assert.deepEqual([shown.length, shown.at(-1)], [21, "… and 999980 more"]);
  const long = cut(`--env ${"x".repeat(1e6)}: expected a name`);
  assert(long.length < 1100);
  assert.match(long, /^--env x+ … \(\d+ characters\) … x+: expected a name$/);
});

test("an error that nobody awaits in a world of the user's own is said to be the world's", () => {
  const world = join(temporaryFolder(), "late.ts");
  writeFileSync(
    world,
    `setTimeout(() => { throw new Error("too late"); }, 1);
export const benchmark = { name: "w", splits: ["a"], tasks: () => new Promise((r) => setTimeout(r, 60_000)), open() {} };`,
  );
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, "bin", "gleaner.js"), "env", world], {
    encoding: "utf8",
  });
  assert.equal(status, 1, stderr);
  assert.match(
    stderr,
    /^gleaner: file:.*late\.ts:1:\d+, which is no part of gleaner, threw this:\n {2}Error: too late\n/,
  );
});
