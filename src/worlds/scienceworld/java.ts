/**
 * Java on this machine, and what is made with it once: the shim (compiled from java/scienceworld) and an archive of loaded
 * classes, which takes a JVM's start from 2.5 to about 1 s. Both are cached under names that follow from what they were made of.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { CliError, messageOf } from "../../core/errors.ts";
import { JAR } from "./files.ts";
import { type Jvm, startJvm } from "./jvm.ts";

const run = promisify(execFile);
/** The same place from src/ and from dist/. */
const SOURCES = join(import.meta.dirname, "..", "..", "..", "java", "scienceworld");
const SHIM = "gleaner.scienceworld.Shim";
const OLDEST_JAVA = 11;
const ARCHIVING_TIMEOUT_MS = 60_000;
const ADVICE = "install a JDK (11 or later), e.g. `apt install openjdk-17-jdk-headless`, or set JAVA_HOME";

/** The second compiler waits for hotter methods: a start takes 1.3 s of CPU in place of 1.6, and steps are as fast. */
const COMPILER_FLAGS = [
  "-XX:Tier4InvocationThreshold=20000",
  "-XX:Tier4MinInvocationThreshold=5000",
  "-XX:Tier4CompileThreshold=40000",
  "-XX:Tier4BackEdgeThreshold=160000",
];

/**
 * hashCode=2: all identity hashes are equal, so that sets of objects keep one order; without it about 40 % of replays
 * differ. DisplayVMOutputToStderr: what the JVM says must not get between the replies.
 */
const FLAGS = [
  "-XX:+UnlockExperimentalVMOptions",
  "-XX:hashCode=2",
  "-XX:+UseSerialGC",
  "-XX:+DisplayVMOutputToStderr",
  "-XX:+ExitOnOutOfMemoryError",
  ...COMPILER_FLAGS,
];

/** Path of `java`, `javac` or `jar`: in JAVA_HOME, else on the PATH; undefined if there is none. */
export function findProgram(name: string): string | undefined {
  const home = process.env.JAVA_HOME;
  const folders = [...(home ? [join(home, "bin")] : []), ...(process.env.PATH ?? "").split(delimiter)];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** As `findProgram`. Throws CliError saying how to get it. */
export function program(name: string): string {
  const found = findProgram(name);
  if (found) return found;
  const purpose =
    name === "java" ? "ScienceWorld's simulator needs Java" : `ScienceWorld's adapter is compiled with ${name}`;
  throw new CliError(`${purpose}, which was not found: ${ADVICE}`);
}

/** What `java -version` says, e.g. `17.0.15`, and its first number. Throws CliError if it cannot be run or is too old. */
export async function javaVersion(java: string): Promise<string> {
  let said: string;
  try {
    said = (await run(java, ["-version"])).stderr;
  } catch (error) {
    throw new CliError(`${java} cannot be run (${messageOf(error).split("\n")[0]}): ${ADVICE}`);
  }
  const [, version = ""] = /version "([^"]+)"/.exec(said) ?? [];
  // Up to 8 it was called 1.8.
  const major = Number(/^(?:1\.)?(\d+)/.exec(version)?.[1] ?? 0);
  if (major >= OLDEST_JAVA) return version;
  throw new CliError(`${java} is Java ${version || "of an unknown version"}, too old for the simulator: ${ADVICE}`);
}

/** Everything needed to start JVMs with one release of the simulator. */
export interface Runtime {
  readonly java: string;
  /** The release's folder. */
  readonly folder: string;
  readonly shim: string;
  /** Where the instructions of all variations are kept; see install.ts. */
  readonly descriptions: string;
  /** Classes loaded by an earlier JVM; null where they cannot be kept (before Java 13). */
  readonly archive: string | null;
}

/** Compiles the shim and makes the archive of classes, unless that was done before. Throws CliError. */
export async function prepareRuntime(cache: string, folder: string): Promise<Runtime> {
  const java = program("java");
  const shim = await compiledShim(cache);
  const { mtimeMs, size } = statSync(realpathSync(java));
  const archive = join(folder, `classes-${hashOf([shim, realpathSync(java), String(mtimeMs), String(size)])}.jsa`);
  const descriptions = join(folder, `descriptions-${hashOf([shim])}.json`);
  const runtime: Runtime = { java, folder, shim, descriptions, archive: null };
  if (!existsSync(archive)) await makeArchive(runtime, archive);
  return { ...runtime, archive: existsSync(archive) ? archive : null };
}

export interface StartOptions {
  /** Limit of the heap in MB. */
  readonly heapMb: number;
  readonly timeoutMs: number;
  /** Further flags of the JVM. */
  readonly flags?: readonly string[];
  /** Arguments of the shim. */
  readonly arguments?: readonly string[];
}

/** Starts a JVM with the simulator. */
export function startRuntime({ java, folder, shim, archive }: Runtime, options: StartOptions): Jvm {
  const { heapMb, timeoutMs } = options;
  const sharing = archive ? [`-XX:SharedArchiveFile=${archive}`, "-Xshare:auto"] : [];
  const classPath = [join(folder, JAR), shim].join(delimiter);
  const flags = [...FLAGS, ...sharing, `-Xmx${heapMb}m`, ...(options.flags ?? [])];
  return startJvm({
    java,
    arguments: [...flags, "-cp", classPath, SHIM, ...(options.arguments ?? [])],
    folder,
    heapMb,
    timeoutMs,
  });
}

/** Path of the shim as a JAR, named by the hash of its sources. */
async function compiledShim(cache: string): Promise<string> {
  const sources = readdirSync(SOURCES)
    .filter((file) => file.endsWith(".java"))
    .sort()
    .map((file) => join(SOURCES, file));
  const shim = join(cache, `shim-${hashOf(sources.map((file) => readFileSync(file, "utf8")))}.jar`);
  if (existsSync(shim)) return shim;
  const [javac, jar] = [program("javac"), program("jar")];
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, "compiling-"));
  try {
    await run(javac, ["-nowarn", "--release", String(OLDEST_JAVA), "-d", join(work, "classes"), ...sources]);
    await run(jar, ["--create", "--file", join(work, "shim.jar"), "-C", join(work, "classes"), "."]);
    // Whoever compiles at the same time makes the same.
    renameSync(join(work, "shim.jar"), shim);
  } catch (error) {
    throw new CliError(`ScienceWorld's adapter cannot be compiled: ${messageOf(error)}`);
  } finally {
    rmSync(work, { recursive: true });
  }
  return shim;
}

/** Lets a JVM load a task, act and ask, and keeps the classes that it loaded. Where that is not possible nothing is kept. */
async function makeArchive(runtime: Runtime, archive: string): Promise<void> {
  const work = mkdtempSync(join(dirname(archive), "archiving-"));
  const made = join(work, "classes.jsa");
  const jvm = startRuntime(runtime, {
    heapMb: 512,
    timeoutMs: 60_000,
    flags: [`-XX:ArchiveClassesAtExit=${made}`],
    arguments: ["--exit-in-order"],
  });
  try {
    await jvm.ready;
    const start = { task: "find-plant", variation: 0, simplifications: "easy" };
    await jvm.ask({ op: "load", state: "a", ...start });
    await jvm.ask({
      op: "play",
      state: "a",
      actions: ["look around", "wait1", "inventory"],
      with: ["actions", "look"],
    });
    await jvm.ask({ op: "copy", from: "a", to: "b" });
  } catch {
    // Java 11 and 12 do not know the flag.
  }
  // The archive is written as the JVM ends, which takes seconds on a busy machine.
  await jvm.close(ARCHIVING_TIMEOUT_MS);
  if (existsSync(made)) renameSync(made, archive);
  rmSync(work, { recursive: true });
}

const hashOf = (parts: readonly string[]) =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
