import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { CliError } from "../core/errors.ts";
import { isLocked, takeLock } from "../files/lock.ts";
import { folderSize, interpreterOf, makePythonEnvironment, trainingEnvironment } from "./python-environment.ts";

/**
 * A program that stands in for Python: `-m venv` puts a pip into the environment that writes down what it is asked for and
 * fails for a package named in the file `broken`.
 */
function place(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-python-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [python, asked, broken] = [join(folder, "python3"), join(folder, "asked"), join(folder, "broken")];
  const pip = [
    "#!/bin/sh",
    'for last; do true; done; case "$*" in *--no-deps*) how=" alone";; *) how="";; esac',
    `echo "$last$how" >> ${asked}`,
    `if [ -f ${broken} ] && [ "$(cat ${broken})" = "$last" ]; then echo "ERROR: cut off" >&2; exit 1; fi`,
  ].join("\n");
  const pipFile = join(folder, "pip");
  writeFileSync(pipFile, pip);
  writeFileSync(python, `#!/bin/sh\nmkdir -p "$3/bin" && cp ${pipFile} "$3/bin/python" && chmod +x "$3/bin/python"\n`);
  chmodSync(python, 0o755);
  const environment = { folder: join(folder, "environment"), packages: ["a==1", "b[x]==2"], bare: ["c==3"] };
  return {
    ...{ python, broken, environment },
    requests: () => readFileSync(asked, "utf8").trim().split("\n"),
  };
}

test("installs every requirement once, in order, and is complete only then", async (t) => {
  const { python, environment, requests } = place(t);
  assert.equal(interpreterOf(environment), null);
  const made = await makePythonEnvironment(environment, { python, say: () => {} });
  assert.equal(made, interpreterOf(environment));
  assert.deepEqual(requests(), ["a==1", "b[x]==2", "c==3 alone"]);
  assert.equal(readFileSync(join(environment.folder, "pins.txt"), "utf8"), "a==1\nb==2\n");
  await makePythonEnvironment(environment, { python, say: () => {} });
  assert.equal(requests().length, 3);
});

test("goes on where it was interrupted, and forgets what was half installed", async (t) => {
  const { python, broken, environment, requests } = place(t);
  writeFileSync(broken, "b[x]==2");
  await assert.rejects(makePythonEnvironment(environment, { python, say: () => {} }), (error) => {
    assert(error instanceof CliError);
    assert.match(error.message, /^installing b\[x\]==2: .* ended with status 1: ERROR: cut off$/);
    return true;
  });
  assert.equal(interpreterOf(environment), null);
  const packages = join(environment.folder, "lib", "python3.11", "site-packages");
  for (const name of ["a-1.dist-info", "b-2.dist-info"]) mkdirSync(join(packages, name), { recursive: true });
  writeFileSync(join(packages, "a-1.dist-info", "RECORD"), "");
  rmSync(broken);
  const said: string[] = [];
  await makePythonEnvironment(environment, { python, say: (line) => said.push(line) });
  assert.deepEqual(requests(), ["a==1", "b[x]==2", "b[x]==2", "c==3 alone"]);
  assert.match(said[0]!, /^continuing with/);
  assert(existsSync(join(packages, "a-1.dist-info")));
  assert(!existsSync(join(packages, "b-2.dist-info")));
});

test("two at once do not disturb each other, and no number of a living process holds anybody", async (t) => {
  const { python, environment, requests } = place(t);
  // What older versions left when they were killed: its number may be another process's by now.
  writeFileSync(`${environment.folder}.lock`, String(process.pid));
  const said: string[] = [];
  const file = `${environment.folder}.installing.lock`;
  const lock = await takeLock(file, { what: "it", command: "a test", waitSeconds: 60, say: () => {} });
  let isHeld = true;
  const make = () =>
    makePythonEnvironment(environment, {
      python,
      say(line) {
        said.push(line);
        // Both wait by now.
        if (said.length < 2 || !isHeld) return;
        isHeld = false;
        lock.release();
      },
    });
  assert.deepEqual(new Set(await Promise.all([make(), make()])), new Set([interpreterOf(environment)]));
  assert.deepEqual(requests(), ["a==1", "b[x]==2", "c==3 alone"]);
  const who = `the virtual environment ${environment.folder} is taken by a test (process ${process.pid} on `;
  for (const line of said.slice(0, 2)) assert(line.startsWith(who) && line.endsWith("waiting until it ends"), line);
  assert.equal(said.filter((line) => line.includes("waiting")).length, 2);
  assert(!isLocked(file));
});

test("other packages make another environment", async (t) => {
  const { python, environment, requests } = place(t);
  await makePythonEnvironment(environment, { python, say: () => {} });
  const newer = { ...environment, packages: ["a==9"], bare: [] };
  assert.equal(interpreterOf(newer), null);
  await makePythonEnvironment(newer, { python, say: () => {} });
  assert.equal(interpreterOf(environment), null);
  assert.equal(requests().at(-1), "a==9");
});

test("says so where the disk is too full, before anything is made", async (t) => {
  const { python, environment } = place(t);
  const huge = { ...environment, size: 1e18 };
  await assert.rejects(
    makePythonEnvironment(huge, { python, say: () => {} }),
    /GB free, expected at least 1000000000\.0 GB/,
  );
  assert(!existsSync(environment.folder));
});

test("what trains real models is pinned to the last digit", () => {
  for (const line of trainingEnvironment().packages) assert.match(line, /^[a-z]+(\[[a-z]+\])?==\d+\.\d+\.\d+$/);
});

test("a folder's size is that of its files, links not followed", (t) => {
  const { environment } = place(t);
  mkdirSync(join(environment.folder, "deep"), { recursive: true });
  writeFileSync(join(environment.folder, "deep", "file"), "12345");
  assert.equal(folderSize(environment.folder), 5);
});
