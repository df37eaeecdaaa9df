/** Where the viewer's page comes from: a package that brings it, or a clone that builds it. */
import assert from "node:assert/strict";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/temporary.ts";
import { builtPage } from "./built-page.ts";

/** A folder with these files, each as old as it comes. */
function folderWith(...files: readonly string[]): string {
  const root = temporaryFolder();
  for (const [index, file] of files.entries()) {
    const path = join(root, file);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "");
    utimesSync(path, 1_000 + index, 1_000 + index);
  }
  return root;
}

const SOURCES = ["src/viewer/api/shared.ts", "vite.config.ts", "src/viewer/client/App.svelte"];

test("a package brings the page, or says that it is broken", async () => {
  const root = folderWith("dist/page/index.html");
  assert.equal(await builtPage(root), join(root, "dist", "page"));
  await assert.rejects(builtPage(folderWith("package.json")), {
    name: "StoreError",
    message: /the viewer's page is not there: install gleaner again$/,
  });
});

test("a clone takes a page that is newer than its sources, and builds an older one", async () => {
  const root = folderWith(...SOURCES, "dist/page/index.html");
  assert.equal(await builtPage(root), join(root, "dist", "page"));
  const notInstalled = { name: "CliError", message: /what builds it is not installed: run `npm install` in the clone/ };
  await assert.rejects(builtPage(folderWith("dist/page/index.html", ...SOURCES)), notInstalled);
  await assert.rejects(builtPage(folderWith(...SOURCES)), notInstalled);
});

test("a build that fails says what the builder said, and leaves the older page", async () => {
  const root = folderWith("dist/page/index.html", ...SOURCES, "node_modules/vite/bin/vite.js");
  writeFileSync(join(root, "node_modules/vite/bin/vite.js"), 'console.error("no such plugin"); process.exit(1);');
  await assert.rejects(builtPage(root), {
    name: "StoreError",
    message: "the viewer's page cannot be built: no such plugin",
  });
  const index = join(root, "dist", "page", "index.html");
  utimesSync(index, 2_000, 2_000);
  assert.equal(await builtPage(root), join(root, "dist", "page"));
});
