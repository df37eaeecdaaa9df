import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { installedFolder, JAR, jarState, NEWEST, readRelease, TYPES } from "./files.ts";

const cache = mkdtempSync(join(tmpdir(), "gleaner-cache-"));
after(() => rmSync(cache, { recursive: true }));

test("releases are known by their checksums, others are refused with the list", () => {
  assert.equal(readRelease("1.2.3"), NEWEST);
  assert.equal(readRelease("1.1.3"), "1.1.3");
  for (const name of ["1.3.0", "", "toString"])
    assert.throws(() => readRelease(name), new RegExp(`ScienceWorld "${name}": expected one of 1\\.2\\.3, 1\\.1\\.3$`));
});

test("without the JAR the message says which command gets it", () => {
  assert.equal(jarState(cache, "1.2.3"), "missing");
  assert.throws(
    () => installedFolder(cache, "1.2.3"),
    /^CliError: ScienceWorld 1\.2\.3 is not installed: run `gleaner env install scienceworld`$/,
  );
  assert.throws(() => installedFolder(cache, "1.1.3"), /gleaner env install scienceworld --version 1\.1\.3`$/);
});

test("a JAR that is not the published one is never run", () => {
  const folder = join(cache, "1.2.3");
  mkdirSync(folder);
  writeFileSync(join(folder, JAR), "not the simulator");
  assert.equal(jarState(cache, "1.2.3"), "missing", "without the types beside it the installation is not complete");
  writeFileSync(join(folder, TYPES), "");
  assert.equal(jarState(cache, "1.2.3"), "changed");
  assert.throws(
    () => installedFolder(cache, "1.2.3"),
    /scienceworld\.jar is not ScienceWorld 1\.2\.3 \(its sha256 differs\): remove it, then run `gleaner env install/,
  );
});
