/** An exported folder, read back as the page reads it. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { temporaryFolder } from "../../test/temporary.ts";
import { smallStore, viewOn } from "../../test/viewed.ts";
import { openTemporary } from "../store/sqlite.ts";
import type { SentMap, Trunk } from "./api/expert.ts";
import { scriptOf } from "./api/exported.ts";
import type { Project } from "./api/project.ts";
import type { TaskPage, Tasks } from "./api/tasks.ts";
import type { Row, Transcript } from "./api/transcript.ts";
import { type Exported, type ExportOptions, exportView, MOST_TRAJECTORIES } from "./export.ts";
import { requestOf, resourceOf } from "./resources.ts";
import type { View } from "./view.ts";

const AT = new Date("2026-01-02T03:04:05Z");
const HTML =
  '<!doctype html>\n<html lang="en">\n  <head>\n    <script defer src="./page.js"></script>\n  </head>\n</html>\n';
const page = join(temporaryFolder(), "page");
const folder = temporaryFolder();
const held = new Map<string, unknown>();
let view: View;
let exported: Exported;

before(async () => {
  mkdirSync(page);
  writeFileSync(join(page, "index.html"), HTML);
  writeFileSync(join(page, "page.js"), "void 0;");
  view = viewOn(await smallStore());
  exported = await exportView({ view, page, folder, at: AT, onProgress() {} });
  for (const script of scripts()) for (const [path, found] of heldIn(script)) held.set(path, found);
});

/** Below `data/`. */
const scripts = (of = folder) =>
  readdirSync(join(of, "data"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));

/** What a further export holds. */
async function exportOf(options: Partial<ExportOptions>): Promise<ReadonlyMap<string, unknown>> {
  const another = temporaryFolder();
  await exportView({ view, page, folder: another, at: AT, onProgress() {}, ...options });
  return new Map(scripts(another).flatMap((script) => heldIn(script, another)));
}

/** What the page makes of a script; the script itself must be one call with two plain texts. */
function heldIn(script: string, of = folder): [string, unknown][] {
  const text = readFileSync(join(of, "data", script), "utf8");
  const [, name, base64] = /^gleanerData\("([a-z0-9._/-]+)", "([A-Za-z0-9+/=]+)"\);\n$/.exec(text) ?? [];
  assert.equal(name, script);
  return JSON.parse(gunzipSync(Buffer.from(base64!, "base64")).toString("utf8"));
}

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test("every resource is in the script that the page looks for, and is what the server would answer", async () => {
  assert(held.size > 100);
  for (const script of scripts()) {
    for (const [path, found] of heldIn(script)) {
      assert.equal(scriptOf(path), script);
      if (path !== "project") assert.deepEqual(found, json(await resourceOf(view, requestOf(path))), path);
    }
  }
});

test("the project says when it was exported, and that nothing is under way", () => {
  const project = held.get("project") as Project;
  assert.equal(project.exported, AT.toISOString());
  assert(project.runs.every(({ progress }) => progress === null));
});

test("whatever a view leads to is there", () => {
  const has = (...segments: (string | number)[]) => {
    const path = segments.map(encodeURIComponent).join("/");
    assert(held.has(path), path);
    return held.get(path);
  };
  const [run] = (held.get("project") as Project).runs;
  has("runs", "small", "overview");
  for (const { task } of (has("runs", "small", "tasks") as Tasks).lines) {
    const { trajectories } = has("runs", "small", "tasks", task) as TaskPage;
    for (const { id, round } of trajectories) {
      const key = round?.key ?? run!.first;
      const { steps, examples } = has("runs", "small", "rounds", key, "trajectories", id) as Transcript;
      for (const { index } of steps) has("runs", "small", "rounds", key, "decisions", id, index);
      for (const { position } of examples) {
        const row = ["runs", "small", "rounds", key, "rows", position];
        for (const target of (has(...row) as Row).targets) has(...row, "targets", target);
      }
    }
  }
  for (const { key } of run!.rounds) {
    for (const { trajectory } of (has("runs", "small", "rounds", key, "expert") as SentMap).lines) {
      has("runs", "small", "rounds", key, "trajectories", trajectory);
      const { states } = has("runs", "small", "rounds", key, "trunk", trajectory) as Trunk;
      for (const branch of states.flatMap(({ branches }) => branches))
        has("runs", "small", "rounds", key, "trajectories", branch.trajectory);
    }
  }
  const row = Math.max(...run!.rounds.map((round) => round.row));
  const eef = run!.rounds.filter((round) => round.row === row && round.seed === 1).map(({ key }) => key);
  assert.equal(eef.length, 2);
  has("flips", "small", eef[0]!, "small", eef[1]!);
});

test("the page is told where it is, and may load nothing but its own files", () => {
  const html = readFileSync(join(folder, "index.html"), "utf8");
  assert.match(html, /<html data-exported lang="en">/);
  const [, policy] = /<head>\s*<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
  assert.match(policy!, /^default-src 'none'; script-src 'self' file:;/);
  assert(!/unsafe|http|\*|connect-src/.test(policy!));
  assert.equal(readFileSync(join(folder, "page.js"), "utf8"), "void 0;");
});

test("its size is what lies in the folder", () => {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name)).length);
  assert.deepEqual(exported, { files: files.length, bytes: bytes.reduce((sum, each) => sum + each, 0) });
});

test("with tasks, only their trajectories are told turn by turn", async () => {
  const { lines } = held.get("runs/small/tasks") as Tasks;
  const { task } = lines[0]!;
  const own = await exportOf({ tasks: [task.split("/").slice(1).join("/")] });
  const pages = [...own.keys()].filter((path) => path.startsWith("runs/small/tasks/"));
  assert.deepEqual(pages, [`runs/small/tasks/${encodeURIComponent(task)}`]);
  const transcripts = [...own].filter(([path]) => path.includes("/trajectories/"));
  assert(transcripts.length > 0);
  for (const [, transcript] of transcripts) assert.equal((transcript as Transcript).head.task, task);
  assert.deepEqual(own.get("runs/small/overview"), held.get("runs/small/overview"));
  await assert.rejects(exportOf({ tasks: ["nothing"] }), {
    name: "CliError",
    message: '--task "nothing": expected a task\'s id, or its ending, of small',
  });
});

test("a run with more trajectories than a folder can hold is refused before anything is written", async () => {
  const repository = openTemporary();
  repository.addRun({ name: "large", kind: "import", config: {} });
  const large = viewOn({ ...repository, countOf: () => MOST_TRAJECTORIES + 1 });
  const empty = temporaryFolder();
  await assert.rejects(exportView({ view: large, page, folder: empty, at: AT, onProgress() {} }), {
    name: "CliError",
    message:
      /^run "large" has 20001 trajectories, and an exported folder holds at most 20000 of a run: name the tasks that matter/,
  });
  assert.deepEqual(readdirSync(empty), []);
  repository.close();
});
