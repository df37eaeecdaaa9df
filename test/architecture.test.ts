// Who may import whom. This table is the architecture; the test only reads it. It has no exceptions.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";
import { test } from "node:test";

/**
 * The rooms of src, top to bottom: a folder, or a single file where the rest of its folder is another matter. A file
 * belongs to the innermost room that holds it, and imports from its own room and the listed ones only.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  cli: [
    ...["engine/experiment", "engine/algorithms", "engine/rollout", "students", "students/student.ts", "policies"],
    ...["endpoints", "worlds", "importers", "exporters", "servers", "viewer", "viewer/api", "reports", "analysis"],
    ...["store", "installs", "formats", "tokenizers", "files", "model", "core"],
  ],
  // The page in `client/` is built apart, and takes nothing from elsewhere but the shapes that it is given.
  viewer: ["viewer/api", "servers", "reports", "analysis", "store", "http", "core"],
  "viewer/client": ["viewer/api", "core"],
  "viewer/api": ["analysis", "core"],
  "engine/experiment": [
    ...["engine/algorithms", "engine/rollout", "students", "students/student.ts", "students/shared"],
    ...["formats", "core"],
  ],
  "engine/algorithms": ["formats", "core"],
  "engine/rollout": ["core"],
  // The list of kinds. A kind knows no other kind, and not the list.
  students: [
    ...["students/embedded", "students/pretrained", "students/served", "students/tinker", "students/student.ts"],
    ...["core"],
  ],
  "students/embedded": ["students/student.ts", "students/shared", "policies", "formats", "model", "core"],
  "students/pretrained": [
    ...["students/student.ts", "students/shared", "policies", "formats", "tokenizers", "model", "core"],
  ],
  "students/served": [
    ...["students/student.ts", "students/shared", "policies", "endpoints", "installs", "formats", "tokenizers", "core"],
  ],
  "students/tinker": [
    ...["students/student.ts", "students/shared", "students/tinker/protocol", "policies", "endpoints", "http"],
    ...["formats", "tokenizers", "core"],
  ],
  "students/tinker/protocol": ["http", "core"],
  "students/shared": ["endpoints", "tokenizers", "model", "core"],
  "students/student.ts": ["formats", "core"],
  policies: ["formats", "core"],
  endpoints: ["http", "formats", "tokenizers", "core"],
  worlds: ["installs", "http", "files", "core"],
  importers: ["formats", "files", "core"],
  exporters: ["formats", "tokenizers", "core"],
  servers: ["core"],
  reports: ["analysis", "core"],
  analysis: ["core"],
  store: ["core"],
  installs: ["http", "files", "core"],
  tokenizers: ["jinja", "core"],
  jinja: [],
  formats: ["core"],
  files: ["core"],
  http: ["core"],
  model: [],
  core: [],
};

const MAX_LINES = 400;
const root = join(import.meta.dirname, "..", "src");
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.(ts|svelte)$/.test(file))
  .map((file) => file.split(sep).join("/"));

const importsOf = (file: string): string[] =>
  [...readFileSync(join(root, file), "utf8").matchAll(/(?:from |import\(|import )"(\.[^"]+)"/g)]
    .filter(([, path]) => !path!.endsWith(".css"))
    .map(([, path]) =>
      relative(root, normalize(join(root, dirname(file), path!)))
        .split(sep)
        .join("/"),
    );

/** The innermost room that holds `file`, a path below src; undefined if there is none. */
function roomOf(file: string): string | undefined {
  const rooms = Object.keys(MAY_IMPORT).filter((room) => file === room || file.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0];
}

test("every room is there, and every file but index.ts is in one", () => {
  for (const room of Object.keys(MAY_IMPORT)) assert(existsSync(join(root, room)), `src/${room} is not there`);
  for (const file of files) assert(file === "index.ts" || roomOf(file), `src/${file} is in no room of the table`);
});

for (const file of files) {
  test(`src/${file} imports only what its room may`, () => {
    const from = roomOf(file);
    if (from === undefined || file.endsWith(".test.ts")) return;
    for (const path of importsOf(file)) {
      const to = roomOf(path);
      assert(to === from || MAY_IMPORT[from]!.includes(to!), `${from} must not import ${path}`);
    }
  });
  test(`src/${file} has at most ${MAX_LINES} lines`, () => {
    assert(readFileSync(join(root, file), "utf8").split("\n").length <= MAX_LINES + 1);
  });
}

test("requests are sent by the rules of src/http alone", () => {
  const ways = /await fetch\(|[=:] fetch\b|"(node:)?(https?|http2|net|tls|undici|ws)"/;
  const sends = (file: string) => ways.test(readFileSync(join(root, file), "utf8"));
  const found = files.filter((file) => !file.endsWith(".test.ts") && sends(file)).sort();
  // Those of servers/ are servers, and so is the viewer's. launch.ts looks whether the server that it has started on this
  // machine answers at all.
  const expected = [
    "http/ask.ts",
    "http/socket.ts",
    "servers/loopback.ts",
    "servers/openenv/connection.ts",
    "servers/openenv/server.ts",
    "servers/shop/server.ts",
    "students/served/launch.ts",
    // The page asks the server that it came from.
    "viewer/client/data.ts",
    "viewer/server.ts",
  ];
  assert.deepEqual(found, expected);
});

test("no rooms import each other in a circle", () => {
  const visit = (room: string, path: readonly string[]): void => {
    assert(!path.includes(room), `a circle: ${[...path, room].join(" → ")}`);
    for (const next of MAY_IMPORT[room]!) visit(next, [...path, room]);
  };
  for (const room of Object.keys(MAY_IMPORT)) visit(room, []);
});

test("no files import each other in a circle, types and later imports included", () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    assert(!path.includes(file), `a circle: ${[...path.slice(path.indexOf(file)), file].join(" → ")}`);
    if (done.has(file)) return;
    for (const next of importsOf(file)) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files.filter((name) => !name.endsWith(".test.ts"))) visit(file, []);
});
