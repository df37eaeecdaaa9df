/** `gleaner view` as it is typed: what it refuses, what it serves, and what it writes. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { before, type TestContext, test } from "node:test";
import { gleanerHere } from "../../../test/command-here.ts";
import { start, until, type Watched } from "../../../test/processes.ts";
import { temporaryFolder } from "../../../test/temporary.ts";
import { smallStoreIn } from "../../../test/viewed.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { builtPage } from "../built-page.ts";

const project = temporaryFolder();

before(async () => {
  const repository = await smallStoreIn(project);
  repository.addRun({ name: "other", kind: "import", config: {} });
  repository.close();
  await builtPage();
});

async function refused(context: TestContext, ...args: readonly string[]): Promise<string> {
  const { code, output } = await gleanerHere(context, "view", ...args, "--project", project);
  assert.notEqual(code, 0);
  return `${code}: ${output}`;
}

/** Starts it, and waits for the address that it prints. */
async function served(...args: readonly string[]): Promise<{ readonly watched: Watched; readonly address: URL }> {
  const watched = start("view", "--port", "0", "--project", project, ...args);
  let printed = "";
  watched.child.stdout!.on("data", (data) => (printed += data));
  const found = () => /^(http:\S+) {2}\(Ctrl-C ends it\)\n$/.exec(printed)?.[1];
  await until(watched, () => found() !== undefined);
  return { watched, address: new URL(found()!) };
}

test("what it cannot show is named, with what there is", async (t) => {
  assert.equal(
    await refused(t, "smal"),
    '2: gleaner: there is no run "smal" in this project (did you mean "small"?); it has small, other',
  );
  assert.match(await refused(t, "small", "small"), /^2: .*"small" is named twice$/);
  assert.match(await refused(t, "--task", "x"), /^2: gleaner: --task: has a meaning only with --export$/);
  assert.match(await refused(t, "--host", ""), /^2: gleaner: --host: expected an address, .*got none$/);
  const none = await gleanerHere(t, "view", "--project", join(project, "none"));
  assert.equal(none.code, 2);
  assert.match(none.output, /there is no project in/);
});

test("a port that is taken is named", async (t) => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  assert.match(
    await refused(t, "--port", String(port)),
    new RegExp(`^1: gleaner: 127\\.0\\.0\\.1:${port}: this port is in use; give another, or none for any free one$`),
  );
  taken.close();
});

test("it serves the page and the named runs only, until Ctrl-C", async () => {
  const { watched, address } = await served("small");
  assert.equal(address.hostname, "127.0.0.1");
  assert.match(await (await fetch(address)).text(), /<div id="page">/);
  const { runs } = (await (await fetch(new URL("api/project", address))).json()) as { runs: { name: string }[] };
  assert.deepEqual(
    runs.map(({ name }) => name),
    ["small"],
  );
  assert.equal((await fetch(new URL("api/runs/small/overview", address))).status, 200);
  assert.notEqual((await fetch(new URL("api/runs/other/overview", address))).status, 200);
  // A page that is open does not keep it from ending.
  const live = await fetch(new URL("api/live", address));
  watched.child.kill("SIGINT");
  assert.equal(await watched.ended, 130);
  await live.body!.cancel().catch(() => {});
  assert.match(watched.said(), /ended by SIGINT/);
});

test("a page that is open hears of a run that another process stores", async () => {
  const { watched, address } = await served();
  const live = await fetch(new URL("api/live", address));
  const reader = live.body!.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  const hears = async (words: string) => {
    while (!heard.includes(words)) heard += (await reader.read()).value ?? assert.fail(`it ended: ${heard}`);
  };
  await hears("event: progress");
  const writer = openSqlite(join(project, "store.sqlite"));
  writer.addRun({ name: "later", kind: "import", config: {} });
  await hears("event: changed");
  const { runs } = (await (await fetch(new URL("api/project", address))).json()) as { runs: { name: string }[] };
  assert(runs.some(({ name }) => name === "later"));
  writer.takeBack("later");
  writer.close();
  await reader.cancel();
  watched.child.kill();
  await watched.ended;
});

test("with --host a token is asked for, which the printed address has", async () => {
  const { watched, address } = await served("--host", "127.0.0.1");
  const plain = new URL(address.origin);
  assert.equal((await fetch(plain)).status, 401);
  assert.match(address.search, /^\?token=[\w-]{22}$/);
  const first = await fetch(address);
  assert.equal(first.status, 200);
  const cookie = first.headers.get("set-cookie")!.split(";")[0]!;
  assert.equal((await fetch(new URL("api/project", plain), { headers: { cookie } })).status, 200);
  watched.child.kill();
  await watched.ended;
});

test("it exports into a new folder or in place of an older export, and nowhere else", async (t) => {
  const folder = temporaryFolder();
  const out = join(folder, "shared");
  const exported = () => gleanerHere(t, "view", "small", "--export", out, "--project", project);
  const first = await exported();
  assert.equal(first.code, 0, first.output);
  assert.match(first.output, /shared: \d+ files, \d+\.\d MB\. Open \S+index\.html in a browser\.$/);
  const page = readFileSync(join(out, "index.html"), "utf8");
  assert.match(page, /<html data-exported/);
  for (const [, name] of page.matchAll(/(?:src|href)="\.\/([^"]+)"/g)) assert(existsSync(join(out, name!)), name);
  assert.equal((await exported()).code, 0);
  assert.deepEqual(readdirSync(folder), ["shared"]);

  writeFileSync(join(out, "mine.txt"), "");
  const kept = await exported();
  assert.equal(kept.code, 2);
  assert.match(
    kept.output,
    /expected a new folder, an empty one, or an older export, found one that holds something else/,
  );
  assert(existsSync(join(out, "mine.txt")));
  const file = await gleanerHere(t, "view", "--export", join(out, "mine.txt"), "--project", project);
  assert.match(file.output, /or an older export, found a file$/);
});

test("an export that is refused leaves nothing, and what a killed one left goes with the next", async (t) => {
  const folder = temporaryFolder();
  const out = join(folder, "shared");
  // No process has this number.
  mkdirSync(join(folder, ".shared.4194304.unfinished"));
  const { code, output } = await gleanerHere(t, "view", "--export", out, "--task", "nothing", "--project", project);
  assert.equal(code, 2);
  assert.match(output, /--task "nothing": expected a task's id, or its ending, of small, other$/);
  assert.deepEqual(readdirSync(folder), []);
});
