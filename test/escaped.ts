/** Commands that are given hostile texts: whatever they print must be escaped. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { printable } from "../src/core/printable.ts";
import { ROOT } from "./command.ts";
import { gleanerHeard } from "./command-here.ts";
import { temporaryFolder } from "./temporary.ts";

/** A title, a cleared screen, a clipboard, a C1 introducer, DEL, another direction, a line that looks like ours. */
export const HOSTILE =
  "\u001b]0;x\u0007\u001b[2J\u001b]52;c;eA==\u0007\u009b31m\u007f\u202e\u2028\r\nrun x: all 9 verified";
export const OBEYED = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/u;

const TEMPORARY = temporaryFolder();

export interface Said {
  readonly code: number | null;
  readonly said: string;
}

/** A new folder, in which the test works. */
export function inNewFolder(context: TestContext): string {
  const before = process.cwd();
  const folder = newFolder();
  process.chdir(folder);
  context.after(() => process.chdir(before));
  return folder;
}

/** Nothing may reach the terminal raw, and no line may begin where a text from outside has a line feed. */
function expectEscaped(args: readonly string[], said: string): void {
  assert.doesNotMatch(said, OBEYED, printable(args.join(" ")));
  assert.doesNotMatch(said, /^run x: all/m, printable(args.join(" ")));
}

/** Runs the command line in a process of its own. */
export function gleaner(folder: string, ...args: readonly string[]): Said {
  const command = [join(ROOT, "bin", "gleaner.js"), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: "utf8" });
  expectEscaped(args, stdout + stderr);
  return { code: status, said: stdout + stderr };
}

/** In this process and its folder, which is quicker by a start. */
export async function gleanerInside(context: TestContext, ...args: readonly string[]): Promise<Said> {
  const { code, output, told } = await gleanerHeard(context, ...args);
  expectEscaped(args, `${output}\n${told}`);
  return { code, said: output + told };
}

export const newFolder = () => mkdtempSync(join(TEMPORARY, "hostile-"));
