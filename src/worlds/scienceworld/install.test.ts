/** What is said where pip is missing or a wheel is not the published one; test/jvm installs the real simulator. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { scienceworld } from "./benchmark.ts";
import { installScienceWorld } from "./install.ts";

const folder = mkdtempSync(join(tmpdir(), "gleaner-install-"));
after(() => rmSync(folder, { recursive: true }));
const [cache, bin] = [join(folder, "cache"), join(folder, "bin")];
mkdirSync(bin);
process.env.PATH = bin;
delete process.env.JAVA_HOME;

/** Puts a shell script on the PATH. */
function command(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
}

test("what is not installed is told with the command that installs it", async () => {
  await assert.rejects(
    scienceworld({ cache }),
    /^CliError: ScienceWorld 1\.2\.3 is not installed: run `gleaner env install/,
  );
});

test("without pip the message says what to install, or what to do without it", async () => {
  await assert.rejects(
    installScienceWorld({ cache }),
    /^CliError: pip was not found: install it \(e\.g\. `apt install python3-pip`\), or download the wheel of scienceworld 1\.2\.3 from PyPI and pass it with --wheel FILE$/,
  );
});

test("what pip complains of is passed on", async () => {
  command("python3", 'echo "/usr/bin/python3: No module named pip" >&2; exit 1');
  await assert.rejects(
    installScienceWorld({ cache }),
    /^CliError: pip could not download scienceworld 1\.2\.3 \(\/usr\/bin\/python3: No module named pip\): get the wheel elsewhere and pass it with --wheel FILE$/,
  );
  command("pip", 'echo "ERROR: No matching distribution found" >&2; exit 1');
  await assert.rejects(installScienceWorld({ cache, version: "1.1.3" }), /1\.1\.3 \(ERROR: No matching distribution/);
});

test("a wheel that is not the published one is refused, from pip or from a file", async () => {
  const message =
    /^CliError: the wheel is not scienceworld 1\.2\.3: its sha256 is [0-9a-f]{64}, expected e9737b9d099bfaad90ef/;
  // The last but one argument is the folder.
  command("pip", 'while [ "$1" != --dest ]; do shift; done; echo "not a wheel" > "$2/scienceworld.whl"');
  await assert.rejects(installScienceWorld({ cache }), message);
  const wheel = join(folder, "other.whl");
  writeFileSync(wheel, "not a wheel");
  await assert.rejects(installScienceWorld({ cache, wheel }), message);
  assert(!existsSync(cache), "nothing was unpacked");
});

test("a wheel that is not there is told by its flag", async () => {
  const wheel = join(folder, "missing.whl");
  await assert.rejects(installScienceWorld({ cache, wheel }), /^CliError: --wheel .*missing\.whl: ENOENT/);
});

test("an unknown release is refused before anything is done", async () => {
  await assert.rejects(
    installScienceWorld({ cache, version: "9.9.9" }),
    /^CliError: ScienceWorld "9\.9\.9": expected one of/,
  );
});
