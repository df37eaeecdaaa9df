import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/temporary.ts";
import { cacheFolder } from "./cache-folder.ts";

test("the cache follows XDG_CACHE_HOME where that is absolute", (context) => {
  const before = process.env.XDG_CACHE_HOME;
  context.after(() => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
  });
  const absolute = temporaryFolder();
  process.env.XDG_CACHE_HOME = absolute;
  assert.equal(cacheFolder(), join(absolute, "gleaner"));
  for (const said of ["relative/cache", "", undefined]) {
    if (said === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = said;
    assert.equal(cacheFolder(), join(homedir(), ".cache", "gleaner"));
  }
});
