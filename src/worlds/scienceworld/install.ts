/**
 * Gets the simulator: a wheel from PyPI through pip, or a file the user has, unpacked and checked. Then makes what every
 * later start needs: the compiled shim, the archive of classes, the descriptions of all variations.
 */
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CliError, messageOf } from "../../core/errors.ts";
import { fileInZip } from "../../files/zip.ts";
import { withoutPasswords } from "../../http/addresses.ts";
import {
  installedFolder,
  JAR,
  jarState,
  NEWEST,
  RELEASES,
  type Release,
  readRelease,
  scienceworldCache,
  sha256,
  TYPES,
} from "./files.ts";
import { findProgram, javaVersion, prepareRuntime, program, type Runtime, startRuntime } from "./java.ts";

const run = promisify(execFile);

/** Bytes of an unpacked file. The JAR has 8 million. */
const LARGEST_MEMBER = 64 * 2 ** 20;

export interface InstallOptions {
  /** Default 1.2.3, the newest. */
  readonly version?: string;
  /** The wheel, where the user has it already. */
  readonly wheel?: string;
  /** Default: gleaner's folder in the user's cache. */
  readonly cache?: string;
  /** Told what is being done, in a few words. */
  readonly onProgress?: (what: string) => void;
}

export interface Installation {
  readonly release: Release;
  readonly folder: string;
  readonly java: string;
}

/** Does what is not done yet. Throws CliError, in one line, for what the user must get. */
export async function installScienceWorld(options: InstallOptions = {}): Promise<Installation> {
  const { cache = scienceworldCache(), wheel, onProgress = () => {} } = options;
  const release = readRelease(options.version ?? NEWEST);
  if (wheel !== undefined || jarState(cache, release) !== "verified") {
    if (wheel === undefined) onProgress(`downloading scienceworld ${release} with pip`);
    await unpack(wheel === undefined ? await downloaded(release) : readWheel(wheel), release, join(cache, release));
  }
  const java = await javaVersion(program("java"));
  onProgress(`preparing the simulator for Java ${java}`);
  const folder = installedFolder(cache, release);
  const runtime = await prepareRuntime(cache, folder);
  await describeTasks(runtime);
  return { release, folder, java };
}

/** Writes the descriptions of all variations, by task, unless they are there. */
export async function describeTasks(runtime: Runtime): Promise<void> {
  if (existsSync(runtime.descriptions)) return;
  const jvm = startRuntime(runtime, { heapMb: 512, timeoutMs: 60_000 });
  try {
    const { tasks } = await jvm.ask<{ tasks: Readonly<Record<string, number>> }>({ op: "tasks" });
    const described: Record<string, readonly string[]> = {};
    for (const task of Object.keys(tasks)) {
      const { descriptions } = await jvm.ask<{ descriptions: readonly string[] }>({ op: "describe", task });
      described[task] = descriptions;
    }
    writeWhole(runtime.descriptions, Buffer.from(JSON.stringify(described)));
  } finally {
    await jvm.close();
  }
}

async function unpack(wheel: Buffer, release: Release, folder: string): Promise<void> {
  const found = sha256(wheel);
  if (found !== RELEASES[release].wheel) {
    throw new CliError(
      `the wheel is not scienceworld ${release}: its sha256 is ${found}, expected ${RELEASES[release].wheel}`,
    );
  }
  mkdirSync(folder, { recursive: true });
  for (const name of [TYPES, JAR])
    writeWhole(join(folder, name), await fileInZip(wheel, `scienceworld/${name}`, LARGEST_MEMBER));
}

/** Never leaves half a file behind. */
function writeWhole(file: string, bytes: Buffer): void {
  writeFileSync(`${file}.${process.pid}`, bytes);
  renameSync(`${file}.${process.pid}`, file);
}

function readWheel(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CliError(`--wheel ${file}: ${messageOf(error)}`);
  }
}

async function downloaded(release: Release): Promise<Buffer> {
  const [pip, ...first] = pipCommand(release);
  const folder = mkdtempSync(join(tmpdir(), "gleaner-wheel-"));
  try {
    const what = ["download", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--quiet"];
    await run(pip, [...first, ...what, "--dest", folder, `scienceworld==${release}`]);
    return readFileSync(join(folder, readdirSync(folder).find((file) => file.endsWith(".whl"))!));
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split("\n").at(-1);
    throw new CliError(
      `pip could not download scienceworld ${release} (${withoutPasswords(said || messageOf(error))}): get the wheel elsewhere and pass it with --wheel FILE`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function pipCommand(release: Release): [string, ...string[]] {
  const pip = findProgram("pip") ?? findProgram("pip3");
  if (pip) return [pip];
  const python = findProgram("python3");
  if (python) return [python, "-m", "pip"];
  throw new CliError(
    `pip was not found: install it (e.g. \`apt install python3-pip\`), or download the wheel of scienceworld ${release} from PyPI and pass it with --wheel FILE`,
  );
}
