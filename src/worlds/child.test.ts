// A child that does not keep to one answer for each request.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isThere } from "../../test/processes.ts";
import { EnvironmentError } from "../core/errors.ts";
import { GoneError, startChild } from "./child.ts";

const SAYS =
  "const say = (...lines) => process.stdout.write(lines.map((line) => JSON.stringify(line) + '\\n').join(''));";
const HEARS = "require('node:readline').createInterface(process.stdin).on('line', (line) => hear(JSON.parse(line)));";

/** A child that greets, and then does `hear` with each request. */
function started(t: TestContext, hear: string, timeoutMs = 1000) {
  const child = startChild<{ readonly id: 0 }>({
    ...{ what: "the child", program: process.execPath, arguments: ["-e", `${SAYS} ${HEARS} say({ id: 0 }); ${hear}`] },
    ...{ variables: process.env, timeoutMs, startTimeoutMs: 60_000 },
    refusal: () => ({ error: new Error("refused") }),
    notStarted: ({ message }) => message,
  });
  t.after(() => child.close(0));
  return child;
}

test("an answer to another request is none: what is asked gets its own", async (t) => {
  const child = started(
    t,
    "const hear = ({ id, op }) => say({ id: id + 1, for: 'later' }, { id: id - 1, for: 'before' }, [], null, 3, 'text', { id, for: op });",
  );
  for (const op of ["a", "b", "c"]) {
    const { for: answered } = await child.ask<{ readonly for: string }>({ op });
    assert.equal(answered, op);
  }
  assert(child.isAlive);
});

test("answers in the wrong order alone are no answers", async (t) => {
  const child = started(t, "const hear = ({ id }) => say({ id: id + 1 });");
  await assert.rejects(child.ask({ op: "a" }), /^EnvironmentError: the child gave no answer to 'a' within 1000 ms/);
  await assert.rejects(child.ask({ op: "b" }), GoneError);
});

test("a child that was idle for longer than it may answer is given its whole time, and no more", async (t) => {
  const child = started(t, "const hear = ({ id, op }) => op === 'hang' || setTimeout(() => say({ id }), 600);");
  await child.ask({ op: "a" });
  await sleep(1500);
  await child.ask({ op: "b" });
  await child.ask({ op: "c" });
  await assert.rejects(child.ask({ op: "hang" }), /gave no answer to 'hang'/);
});

test("a long answer comes in pieces, and one without an end is refused", async (t) => {
  const child = started(
    t,
    "const hear = ({ id, op }) => op === 'flood' ? process.stdout.write('x'.repeat(2 ** 26 + 9)) : say({ id, text: 'é'.repeat(3_000_000) });",
    60_000,
  );
  const { text } = await child.ask<{ readonly text: string }>({ op: "a" });
  assert.equal(text, "é".repeat(3_000_000));
  await assert.rejects(
    child.ask({ op: "flood" }),
    (error) =>
      error instanceof EnvironmentError && /wrote a line of more than 64 million characters/.test(error.message),
  );
});

/** A process that sleeps and holds the child's standard error; its id. */
const SLEEPER =
  "const sleeper = (detached) => require('node:child_process').spawn('sleep', ['600'], { detached, stdio: ['ignore', 'ignore', 'inherit'] }).pid;";

const onLinux = { skip: process.platform !== "linux" && "needs /proc" };

test("what a child has started is gone with it, and does not hide that the child died", onLinux, async (t) => {
  const child = started(
    t,
    `${SLEEPER} const hear = ({ id, op }) => op === 'die' ? process.exit(5) : say({ id, pid: sleeper(false) });`,
    60_000,
  );
  const { pid } = await child.ask<{ readonly pid: number }>({ op: "start" });
  await assert.rejects(child.ask({ op: "die" }), /^EnvironmentError: the child's process ended with status 5$/);
  while (isThere(pid)) await sleep(10);
});

test("a process that left the child's group does not hide that the child died", onLinux, async (t) => {
  const child = started(
    t,
    `${SLEEPER} const hear = ({ id, op }) => op === 'die' ? process.exit(5) : say({ id, pid: sleeper(true) });`,
    60_000,
  );
  const { pid } = await child.ask<{ readonly pid: number }>({ op: "start" });
  t.after(() => process.kill(pid, "SIGKILL"));
  await assert.rejects(child.ask({ op: "die" }), /^EnvironmentError: the child's process ended with status 5$/);
});
