/**
 * Virtual environments with pinned Python packages, in the user's cache folder: for real trainers, for spaCy, and for the
 * programs beside which ours is measured. Made on demand with pip, one requirement after the other; an installation that
 * was interrupted goes on where it was, and only a complete one is ever used.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { CliError, messageOf } from "../core/errors.ts";
import { fingerprint } from "../core/ids.ts";
import { takeLock } from "../files/lock.ts";
import { withoutPasswords } from "../http/addresses.ts";
import { cacheFolder } from "./cache-folder.ts";

const PYTHON = "Python 3.10 or newer";
const LONGEST_REASON = 300;
/** pip, which leaves when this process is gone: two of them at work in one folder would spoil it. */
const PIP = [
  "import os, runpy, sys, threading",
  "threading.Thread(target=lambda: (os.read(0, 1), os._exit(4)), daemon=True).start()",
  "sys.argv[0] = 'pip'",
  "runpy.run_module('pip', run_name='__main__')",
].join("\n");

export interface PythonEnvironment {
  readonly folder: string;
  /** As in a requirements file, each pinned. */
  readonly packages: readonly string[];
  /** Installed after the others, without what they depend on. */
  readonly bare?: readonly string[];
  /** What it takes on disk, in bytes; where less is free, nothing is begun. */
  readonly size?: number;
}

export interface MakeOptions {
  /** The interpreter to make it with. Default: `python3`. */
  readonly python?: string;
  /** Hears what is going on, a line at a time. */
  readonly say: (line: string) => void;
}

const REQUIREMENTS = resolve(import.meta.dirname, "..", "..", "python", "requirements.txt");
const GIGABYTE = 1e9;

/** What trains real models: python/requirements.txt. */
export function trainingEnvironment(): PythonEnvironment {
  const lines = readFileSync(REQUIREMENTS, "utf8").split("\n");
  const packages = lines.map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
  return { folder: join(cacheFolder(), "python-trl"), packages, size: 6.5 * GIGABYTE };
}

/** The interpreter of an environment that is complete, or null. */
export function interpreterOf(environment: PythonEnvironment): string | null {
  return existsSync(completionOf(environment)) ? interpreterIn(environment.folder) : null;
}

/** The same, made if need be; where another process is making it, waits for that. Throws CliError with the last
 * thing that Python or pip said, and StoreError where no lock can be made. */
export async function makePythonEnvironment(environment: PythonEnvironment, options: MakeOptions): Promise<string> {
  const ready = interpreterOf(environment);
  if (ready) return ready;
  requireSpace(environment);
  // Two installations at once would spoil the folder. Older versions left `….lock` files, which were none of the system's.
  const lock = await takeLock(`${environment.folder}.installing.lock`, {
    what: `the virtual environment ${environment.folder}`,
    command: "another installation",
    say: options.say,
  });
  try {
    return interpreterOf(environment) ?? (await install(environment, options));
  } finally {
    lock.release();
  }
}

async function install(environment: PythonEnvironment, options: MakeOptions): Promise<string> {
  const { folder, packages, bare = [] } = environment;
  await begin(environment, options);
  const interpreter = interpreterIn(folder);
  const steps = [...packages.map((name) => [name]), ...bare.map((name) => ["--no-deps", name])];
  const done = installedSteps(folder);
  const pins = join(folder, "pins.txt");
  // Extras are not allowed in constraints, which keep later packages from changing earlier ones.
  writeFileSync(pins, packages.map((line) => `${line.replace(/\[.*\]/, "")}\n`).join(""));
  const cache = `${folder}.downloads`;
  for (const [index, step] of steps.entries()) {
    if (done.includes(step.join(" "))) continue;
    options.say(`installing ${step.at(-1)} (${index + 1} of ${steps.length})`);
    const pip = ["-c", PIP, "install", "--quiet", "--disable-pip-version-check", "--cache-dir", cache, "-c", pins];
    await runProgram({ command: interpreter, args: [...pip, ...step], task: `installing ${step.at(-1)}` });
    done.push(step.join(" "));
    writeFileSync(stepsFile(folder), JSON.stringify(done));
  }
  rmSync(cache, { recursive: true, force: true });
  // Written last, and its name says what was installed: an older installation is done again.
  writeFileSync(completionOf(environment), "");
  return interpreter;
}

const interpreterIn = (folder: string) => join(folder, "bin", "python");
const stepsFile = (folder: string) => join(folder, "installed.json");
const planOf = ({ packages, bare = [] }: PythonEnvironment) => [...packages, ...bare].join(" ");
const completionOf = (environment: PythonEnvironment) =>
  join(environment.folder, `complete-${fingerprint(planOf(environment))}`);

function requireSpace({ folder, size }: PythonEnvironment): void {
  if (size === undefined) return;
  mkdirSync(dirname(folder), { recursive: true });
  const { bavail, bsize } = statfsSync(dirname(folder));
  const taken = existsSync(folder) ? folderSize(folder) : 0;
  if (bavail * bsize + taken < size) {
    throw new CliError(`${dirname(folder)}: ${gigabytes(bavail * bsize)} free, expected at least ${gigabytes(size)}`);
  }
}

/** Makes the bare environment, unless one for the same packages was begun before. */
async function begin(environment: PythonEnvironment, { python = "python3", say }: MakeOptions): Promise<void> {
  const { folder } = environment;
  const plan = join(folder, "plan.txt");
  if (existsSync(plan) && readFileSync(plan, "utf8") === planOf(environment)) {
    forgetHalfInstalled(folder);
    say(`continuing with the virtual environment in ${folder}`);
    return;
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  say(`making a virtual environment in ${folder}`);
  const advice = `expected ${PYTHON} with venv; on Debian: apt install python3-venv`;
  const task = "making a virtual environment";
  await runProgram({ command: python, args: ["-m", "venv", folder], task, advice });
  writeFileSync(plan, planOf(environment));
}

function installedSteps(folder: string): string[] {
  return existsSync(stepsFile(folder)) ? JSON.parse(readFileSync(stepsFile(folder), "utf8")) : [];
}

/** pip writes a package's RECORD last; without one it must not take the package for installed. */
function forgetHalfInstalled(folder: string): void {
  const lib = join(folder, "lib");
  for (const version of existsSync(lib) ? readdirSync(lib) : []) {
    const packages = join(lib, version, "site-packages");
    for (const name of existsSync(packages) ? readdirSync(packages) : []) {
      const isHalf = name.endsWith(".dist-info") && !existsSync(join(packages, name, "RECORD"));
      if (isHalf) rmSync(join(packages, name), { recursive: true });
    }
  }
}

/** Bytes of all files below `folder`; links are not followed. */
export function folderSize(folder: string): number {
  const sizes = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return folderSize(path);
    return entry.isFile() ? statSync(path).size : 0;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** `6.1 GB`. */
export const gigabytes = (bytes: number): string => `${(bytes / GIGABYTE).toFixed(1)} GB`;

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** What it is for, in errors. */
  readonly task: string;
  /** What may help if it fails. */
  readonly advice?: string;
  /** Hears what it writes on standard error. */
  readonly say?: (line: string) => void;
}

/** Ends when the program has succeeded. Its standard input stays open until then. Throws CliError with the last thing it said. */
export function runProgram({ command, args, task, advice, say }: Program): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    let reason = "";
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        // pip may quote the address of an index, with its password.
        const said = withoutPasswords(line);
        if (said.trim()) reason = said.trim();
        if (stream === child.stderr) say?.(said);
      });
    }
    child.on("error", (error: NodeJS.ErrnoException) => {
      const found = error.code === "ENOENT" ? `no such program, expected ${PYTHON}` : messageOf(error);
      fail(new CliError(`${task}: ${command}: ${found}`));
    });
    child.on("close", (code, signal) => {
      if (code === 0) return done();
      const said = reason.slice(0, LONGEST_REASON) || "it said nothing";
      const help = advice ? ` (${advice})` : "";
      fail(new CliError(`${task}: ${command} ended with ${signal ?? `status ${code}`}: ${said}${help}`));
    });
  });
}
