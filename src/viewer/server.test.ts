/** The viewer's server: what it answers, and whom. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { get, request } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { temporaryFolder } from "../../test/temporary.ts";
import { smallStore, viewOn } from "../../test/viewed.ts";
import { CliError, StoreError } from "../core/errors.ts";
import { openSqlite } from "../store/sqlite.ts";
import type { Project } from "./api/project.ts";
import { POLICY } from "./guard.ts";
import { openViewer, type Viewer, type ViewerOptions } from "./server.ts";
import type { View } from "./view.ts";

const page = join(temporaryFolder(), "page");
const faults: unknown[] = [];
const open: Viewer[] = [];
let view: View;

before(async () => {
  mkdirSync(page);
  writeFileSync(join(page, "index.html"), "<!doctype html><title>gleaner</title>");
  writeFileSync(join(page, "page.js"), "void 0;");
  writeFileSync(join(page, "secret.pem"), "secret");
  view = viewOn(await smallStore());
});
after(() => Promise.all(open.map((viewer) => viewer.close())));

/** The viewer's address, without a slash at its end. */
async function served(options: Partial<ViewerOptions> = {}): Promise<string> {
  const fault = (error: unknown) => void faults.push(error);
  const viewer = await openViewer({ view, page, host: "127.0.0.1", port: 0, token: null, fault, ...options });
  open.push(viewer);
  return viewer.url.slice(0, -1);
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** With headers and a path as they are given, which `fetch` would not send. */
const ask = (base: string, path: string, headers: Record<string, string> = {}, method = "GET") =>
  new Promise<Answer>((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const sent = request({ host: hostname, port, path, method, headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (data) => (text += data));
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    sent.on("error", reject);
    sent.end();
  });

const errorIn = ({ text }: Answer) => (JSON.parse(text) as { error: string }).error;

test("resources come as JSON, files of the page as what they are, and nothing else is there", async () => {
  const base = await served();
  const project = await ask(base, "/api/project");
  assert.equal(project.status, 200);
  assert.match(String(project.headers["content-type"]), /^application\/json/);
  assert.equal(project.headers["cache-control"], "no-store");
  assert.deepEqual(
    (JSON.parse(project.text) as Project).runs.map(({ name }) => name),
    ["small"],
  );
  const start = await ask(base, "/");
  assert.equal(start.status, 200);
  assert.match(start.text, /gleaner/);
  const script = await ask(base, "/page.js");
  assert.equal(script.headers["content-type"], "text/javascript; charset=utf-8");
  const head = await ask(base, "/page.js", {}, "HEAD");
  assert.deepEqual([head.status, head.text], [200, ""]);
  const absent = ["/secret.pem", "/../package.json", "/%2e%2e/package.json", "/..%2fpackage.json", "/page.js/", "/a/b"];
  for (const path of [...absent, "/api", "/api/", "/api/nothing", "/api/runs/small", "/api/project/more"]) {
    const answer = await ask(base, path);
    assert.equal(answer.status, 404, path);
    assert.match(errorIn(answer), /^There is no such/);
  }
});

test("the segments of a path are decoded one by one", async () => {
  const base = await served();
  const { lines } = JSON.parse((await ask(base, "/api/runs/small/tasks")).text);
  const { task } = lines[0];
  assert.match(task, /\//);
  const found = await ask(base, `/api/runs/small/tasks/${encodeURIComponent(task)}`);
  assert.equal(JSON.parse(found.text).task, task);
  assert.equal((await ask(base, `/api/runs/small/tasks/${task}`)).status, 404);
  const broken = await ask(base, "/api/runs/%E0%A4%A/tasks");
  assert.equal(broken.status, 400);
  assert.match(errorIn(broken), /expected an address whose parts are encoded/);
});

test("an error is told in a sentence, never with a stack", async () => {
  const failing = (error: Error): View => ({
    ...view,
    progress: () => {
      throw error;
    },
  });
  const told = async (error: Error) => {
    const answer = await ask(await served({ view: failing(error) }), "/api/project");
    assert(!answer.text.includes("    at "));
    return [answer.status, errorIn(answer)];
  };
  assert.deepEqual(await told(new CliError("run: expected a name")), [400, "run: expected a name"]);
  assert.deepEqual(await told(new StoreError("store.sqlite: damaged")), [500, "store.sqlite: damaged"]);
  assert.equal(faults.length, 0);
  assert.deepEqual(await told(new TypeError("x is no function")), [500, "the viewer has a fault: x is no function"]);
  assert.equal(faults.length, 1);
});

test("every answer carries the policy, refusals too", async () => {
  const base = await served();
  const asked = [
    ask(base, "/"),
    ask(base, "/api/project"),
    ask(base, "/nothing"),
    ask(base, "/", { host: "example.org" }),
  ];
  for (const { headers } of await Promise.all(asked)) {
    assert.equal(headers["content-security-policy"], POLICY);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["referrer-policy"], "no-referrer");
    assert.equal(headers["cross-origin-opener-policy"], "same-origin");
    assert.equal(headers["cross-origin-resource-policy"], "same-origin");
    assert.equal(headers["access-control-allow-origin"], undefined);
  }
  assert(!/unsafe|\*|data:/.test(POLICY));
});

test("other names for this machine, other pages and other methods are refused", async () => {
  const base = await served();
  const { host, port } = new URL(base);
  const status = async (headers: Record<string, string>, method = "GET") =>
    (await ask(base, "/api/project", headers, method)).status;
  assert.equal(await status({ host }), 200);
  assert.equal(await status({ host: `localhost:${port}` }), 200);
  assert.equal(await status({ host: "localhost:9" }), 200, "the port of a tunnel");
  for (const other of ["example.org", `127.0.0.1.example.org:${port}`, "10.0.0.1", "[::2]", "localhost."])
    assert.equal(await status({ host: other }), 421, other);
  assert.equal(await status({ origin: base }), 200);
  for (const origin of ["null", "http://example.org", `https://${host}`, "http://127.0.0.1:9"])
    assert.equal(await status({ origin }), 403, origin);
  const from = (site: string, mode: string) => status({ "sec-fetch-site": site, "sec-fetch-mode": mode });
  assert.equal(await from("same-origin", "cors"), 200);
  assert.equal(await from("none", "navigate"), 200);
  assert.equal(await from("cross-site", "navigate"), 200, "a link");
  assert.equal(await from("cross-site", "no-cors"), 403, "a script of another site");
  assert.equal(await from("same-site", "cors"), 403, "another port of this machine");
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
    assert.equal(await status({}, method), 405, method);
});

test("with a token nothing is shown without it; the page gets it once, as a cookie that scripts cannot read", async () => {
  const token = "secret-0123456789abcd";
  const base = await served({ token });
  const port = new URL(base).port;
  const paths = ["/", "/page.js", "/api/project", "/api/live", "/nothing"];
  for (const path of paths) {
    const refused = await ask(base, path);
    assert.equal(refused.status, 401, path);
    assert.match(errorIn(refused), /open the address that gleaner view printed/);
  }
  assert.equal((await ask(base, "/?token=secret-0123456789abcx")).status, 401);
  assert.equal((await ask(base, "/?token=")).status, 401);
  const first = await ask(base, `/?token=${token}`);
  assert.equal(first.status, 200);
  assert.deepEqual(first.headers["set-cookie"], [`gleaner-${port}=${token}; Path=/; HttpOnly; SameSite=Strict`]);
  const cookie = `other=1; gleaner-${port}=${token}`;
  assert.equal((await ask(base, "/api/project", { cookie })).status, 200);
  assert.equal((await ask(base, "/api/project", { cookie: `gleaner-${port}=wrong` })).status, 401);
  assert.equal((await ask(base, "/api/project", { cookie, host: "example.org" })).status, 421);
});

test("a server for every address is asked by address or by this machine's name, never by another name", async () => {
  const base = (await served({ host: "0.0.0.0", token: "t" })).replace("0.0.0.0", "127.0.0.1");
  const status = async (host: string) => (await ask(base, "/?token=t", { host })).status;
  const { hostname } = await import("node:os");
  assert.equal(await status("192.0.2.7:7700"), 200);
  assert.equal(await status("[2001:db8::1]:7700"), 200);
  assert.equal(await status(hostname()), 200);
  assert.equal(await status("example.org"), 421);
});

test("a port that is taken is an error that says so", async () => {
  const base = await served();
  await assert.rejects(served({ port: Number(new URL(base).port) }), { code: "EADDRINUSE" });
});

test("a page that is open hears of changes that another process makes, and of progress", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "store.sqlite");
  const [mine, another] = [openSqlite(path), openSqlite(path)];
  let phase = "probe 1";
  const one = { run: "small", owed: 2, done: 1, failed: 0, unit: "episodes", perSecond: 1, secondsLeft: 1, at: "" };
  const base = await served({ view: viewOn(mine, { progress: () => [{ ...one, phase }] }) });
  let heard = "";
  const hears = async (pattern: RegExp) => {
    for (let waited = 0; !pattern.test(heard); waited += 20) {
      assert(waited < 20_000, `${pattern} did not come: ${heard}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const stream = get(`${base}/api/live`, (response) => {
    assert.equal(response.headers["content-type"], "text/event-stream");
    response.on("data", (data) => (heard += data)).on("error", () => {});
  });
  stream.on("error", () => {});
  await hears(/^retry: \d+\n\nevent: progress\ndata: \[\{.*"probe 1"\}\]\n\n/);
  assert(!heard.includes("changed"));
  another.addRun({ name: "new", kind: "experiment", config: {} });
  await hears(/event: changed\ndata: ?\n\n/);
  phase = "probe 2";
  await hears(/"probe 2"\}\]\n\n/);
  stream.destroy();
  mine.close();
  another.close();
});
