/** What is said where Java is missing or unfit; test/jvm has what needs a real one. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { findProgram, javaVersion, prepareRuntime, program } from "./java.ts";

const folder = mkdtempSync(join(tmpdir(), "gleaner-java-"));
after(() => rmSync(folder, { recursive: true }));
process.env.PATH = join(folder, "nothing");
delete process.env.JAVA_HOME;

/** A program that answers any call with `text` on its standard error. */
function fake(name: string, text: string, status = 0): string {
  const file = join(folder, name);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho '${text}' >&2\nexit ${status}\n`);
  chmodSync(file, 0o755);
  return file;
}

test("without Java the message says what to install", async () => {
  const message =
    /^CliError: ScienceWorld's simulator needs Java, which was not found: install a JDK \(11 or later\), e\.g\. `apt/;
  assert.throws(() => program("java"), message);
  await assert.rejects(prepareRuntime(folder, folder), message);
});

test("without a compiler the message says so", async () => {
  const java = fake("bin/java", 'openjdk version "17.0.15"');
  process.env.PATH = join(folder, "bin");
  assert.equal(program("java"), java);
  const message = /^CliError: ScienceWorld's adapter is compiled with javac, which was not found: install a JDK/;
  await assert.rejects(prepareRuntime(folder, folder), message);
});

test("JAVA_HOME goes before the PATH", () => {
  const java = fake("home/bin/java", "");
  process.env.JAVA_HOME = join(folder, "home");
  process.env.PATH = [join(folder, "nothing"), join(folder, "bin")].join(delimiter);
  assert.equal(findProgram("java"), java);
  delete process.env.JAVA_HOME;
  assert.equal(findProgram("java"), join(folder, "bin", "java"));
  assert.equal(findProgram("jar"), undefined);
});

test("Java's version is told, one that is too old or cannot be run is refused", async () => {
  assert.equal(await javaVersion(fake("17", 'openjdk version "17.0.15" 2025-04-15')), "17.0.15");
  assert.equal(await javaVersion(fake("21", 'java version "21" 2023-09-19 LTS')), "21");
  assert.equal(await javaVersion(fake("11", 'openjdk version "11.0.2" 2019-01-15')), "11.0.2");
  await assert.rejects(
    javaVersion(fake("8", 'java version "1.8.0_292"')),
    /8 is Java 1\.8\.0_292, too old for the simulator: install a JDK \(11 or later\)/,
  );
  await assert.rejects(javaVersion(fake("odd", "no idea")), /of an unknown version, too old/);
  await assert.rejects(javaVersion(fake("broken", "", 1)), /broken cannot be run \(Command failed.*\): install a JDK/);
});
