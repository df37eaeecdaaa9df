// The example world examples/worlds/terminal: it keeps what every world promises, commands stay in their box, and its experiment runs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { auditEnvironment } from "../../src/worlds/audit/environment.ts";
import { openBenchmark } from "../../src/worlds/open.ts";
import { gleaner, ROOT } from "../command.ts";
import { environmentContract } from "../contract/environment.ts";
import { temporaryFolder } from "../temporary.ts";

const FOLDER = join(ROOT, "examples", "worlds", "terminal");
const MENU = `${join(ROOT, "test", "terminal-menu.py")}:Menu`;
const skip = skipWithoutBox();

/** In CI it must not be skipped. */
function skipWithoutBox(): string | false {
  if (process.env.CI) return false;
  try {
    execFileSync("python3", ["-c", "from box import Box; Box()"], { cwd: FOLDER, stdio: "ignore" });
    return false;
  } catch {
    return "needs python3, bubblewrap and libfaketime";
  }
}

environmentContract("the terminal", () => openBenchmark({ name: MENU }), { skip, tasks: 6, runs: 6, depth: 5 });
environmentContract("the terminal, by copies", () => openBenchmark({ name: MENU, restore: "copy" }), {
  ...{ skip, tasks: 6, runs: 4, depth: 5 },
});

test("the audit finds nothing, in each of the three ways back", { skip }, async () => {
  const { repeats, ways, restore } = await auditEnvironment({ name: MENU }, { walks: 3, steps: 8 });
  assert.deepEqual(repeats, []);
  assert.deepEqual(
    ways.map(({ way, fault }) => ({ way, fault })),
    ["state", "copy", "replay"].map((way) => ({ way, fault: undefined })),
  );
  assert.equal(restore, "state");
});

test("each job is right if it is done as it should be, and wrong in each way in which it goes wrong", { skip }, () => {
  const done = execFileSync("python3", [join(ROOT, "test", "terminal-jobs.py"), "2"], { encoding: "utf8" });
  assert.equal(Number(done), 2 * 66);
});

/** The world at the first task, and what it answers. */
async function terminal(t: TestContext, more: object = {}) {
  const benchmark = await openBenchmark({ name: `${join(FOLDER, "terminal.py")}:Terminal`, ...more });
  const world = await benchmark.open();
  t.after(() => world.close());
  const [task] = await benchmark.tasks("train");
  await world.reset(task!, 0);
  return async (command: string) => (await world.step(command)).observation;
}

test("what lies outside is neither seen nor changed, and there is no network", { skip }, async (t) => {
  const outside = join(temporaryFolder(), "marker");
  writeFileSync(outside, "a word from outside");
  const server = createServer((socket) => socket.end("a word from outside\n")).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const said = await terminal(t);
  assert.match(await said(`cat ${outside}`), /No such file or directory/);
  assert.match(await said(`ls ${ROOT}`), /No such file or directory/);
  assert.match(await said(`echo changed > ${outside}`), /No such file or directory/);
  assert.match(await said(`cat < /dev/tcp/127.0.0.1/${port}`), /Connection refused/);
  for (const place of ["/usr/lib/x", "/etc/x", "/x", "/home/x", "/dev/shm/x"]) {
    assert.match(await said(`echo x > ${place}`), /Read-only file system|Permission denied/, place);
  }
  assert.equal(await said(`ln -s ${outside} link; cat link`), `cat: link: No such file or directory\n[exit status 1]`);
  assert.equal(await said("ps -o comm= | sort -u | head -n 1; hostname 2>&1; id -un"), "bash\nbox\nagent");
  assert.equal(readFileSync(outside, "utf8"), "a word from outside");
});

test("where the shell stands is kept, variables are not, and the clock stands still", { skip }, async (t) => {
  const said = await terminal(t);
  assert.equal(await said("mkdir -p a/b && cd a/b && x=1"), "[now in /home/agent/a/b]");
  assert.equal(await said('pwd; echo "x is $x"'), "/home/agent/a/b\nx is ");
  assert.equal(await said("cd ../..; rmdir a/b a"), "[now in /home/agent]");
  assert.equal(await said("mkdir a; cd a; rmdir ../a"), "[done]");
  assert.equal(await said("exit 3"), "[exit status 3]");
  assert.equal(
    await said("date; touch new; ls -l new | cut -d ' ' -f 5-"),
    "Mon Jan  5 09:00:00 UTC 2026\n0 Jan  5 09:00 new",
  );
  assert.equal(await said("stat -c %y new"), "2026-01-05 09:00:00.000000000 +0000");
});

test("a command that takes too long, prints or leaves too much is undone", { skip }, async (t) => {
  const said = await terminal(t, { options: { seconds: 1 } });
  const before = await said("find . | sort");
  const late = "[stopped and undone: it or a background job of it was not over after 1 seconds]";
  assert.equal(await said("touch gone; sleep 60"), late);
  assert.equal(await said("touch gone; sleep 60 & echo started"), late);
  assert.equal(await said("touch gone; setsid -f sleep 60 > /dev/null 2>&1"), late);
  assert.equal(await said("touch gone; yes"), "[stopped and undone: it printed more than 1,000,000 bytes]");
  assert.match(
    await said("head -c 1500000 /dev/zero > p; cp p q"),
    /undone: it left more than 2,000,000 bytes or 500 files/,
  );
  assert.match(await said("touch {1..600}"), /undone: it left more than 2,000,000 bytes or 500 files/);
  assert.equal(await said("find . | sort"), before);
  assert.equal(await said("sleep 0.2 && echo late > kept &"), "[done]");
  assert.equal(await said("cat kept"), "late");
  assert.equal(await said("setsid -f sh -c 'sleep 0.2; echo later > kept' > /dev/null 2>&1"), "[done]");
  assert.equal(await said("cat kept"), "later");
  const cut = (await said("seq 10000")).split("\n");
  assert.deepEqual(
    [cut[0], cut.find((line) => line.startsWith("[")), cut.at(-1)],
    [...["1", "[46,893 characters left out]", "10000"]],
  );
  for (const odd of ["", "  ", "a\0b", "\ud800", "x".repeat(4001)]) assert.match(await said(odd), /^\[refused: /);
  assert.equal(await said("("), "bash: eval: line 2: syntax error: unexpected end of file\n[exit status 2]");
});

test("without bubblewrap its package is named", { skip }, async (t) => {
  const python = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
  const path = process.env.PATH;
  t.after(() => {
    process.env.PATH = path;
  });
  process.env.PATH = temporaryFolder();
  await assert.rejects(
    openBenchmark({ name: `${join(FOLDER, "terminal.py")}:Terminal`, python }),
    /the terminal needs bwrap: apt install bubblewrap/,
  );
});

test("from the expert's log to a report, as README.md says", { skip }, async () => {
  const here = mkdtempSync(join(temporaryFolder(), "terminal-"));
  cpSync(FOLDER, here, { recursive: true });
  const log = join(here, "log.jsonl");
  execFileSync("python3", ["expert.py", "log.jsonl", "--tasks", "40"], { cwd: here });
  const world = `${join(here, "terminal.py")}:Terminal`;
  const sizes = '{"train":40,"test":8}';
  const named = ["--env", world, "--option", `options=${sizes}`];
  const read = await gleaner(here, ["import", log, "--format", "gleaner", ...named, "--out", "terminal-expert"]);
  assert.match(read!, /40 verified trajectories/);
  const small = [`environment.name=${world}`, `environment.options=${sizes}`, "training.steps=20", "student.width=32"];
  const sets = [...small, 'methods=[{"method":"eef","probes":2}]'].flatMap((set) => ["--set", set]);
  const report = await gleaner(here, ["run", join(here, "terminal.yaml"), ...sets]);
  assert.match(report!, /│ EEF/);
});
