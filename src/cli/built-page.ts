/** The viewer's page as it is built: a package brings it, and a clone builds it when it is missing or older than its sources. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { CliError, messageOf, StoreError } from "../core/errors.ts";
import { takeLock } from "../files/lock.ts";
import { tell } from "./terminal.ts";
import { packageFolder } from "./version.ts";

const SOURCES = ["src/viewer/client", "src/viewer/api", "vite.config.ts"] as const;

/** The folder with `index.html`, `page.js` and `page.css`. Throws CliError where it is not there and cannot be built. */
export async function builtPage(root: string = packageFolder()): Promise<string> {
  const page = join(root, "dist", "page");
  const isClone = existsSync(join(root, "vite.config.ts"));
  if (!isClone) {
    if (existsSync(join(page, "index.html"))) return page;
    throw new StoreError(`${page}: the viewer's page is not there: install gleaner again`);
  }
  if (isUpToDate(root, page)) return page;
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  if (!existsSync(vite)) {
    throw new CliError(
      "the viewer's page is not built, and what builds it is not installed: run `npm install` in the clone, without --omit=dev",
    );
  }
  const what = { what: "the viewer's page", command: "gleaner view", say: tell };
  const lock = await takeLock(join(root, "dist", "page.lock"), what);
  try {
    // Another process may have built it meanwhile.
    if (!isUpToDate(root, page)) await build(vite, root, page);
    return page;
  } finally {
    lock.release();
  }
}

/** Whether the page is there and newer than what it is built from. */
function isUpToDate(root: string, page: string): boolean {
  const builtAt = timeOf(join(page, "index.html"));
  return builtAt > 0 && builtAt > Math.max(...SOURCES.map((path) => newestIn(join(root, path))));
}

/** Takes the older page's place at once, so that no other process finds half a page. */
async function build(vite: string, root: string, page: string): Promise<void> {
  tell("building the viewer's page …");
  const unfinished = `${page}.unfinished`;
  const command = [vite, "build", "--logLevel", "warn", "--emptyOutDir", "--outDir", unfinished];
  try {
    await promisify(execFile)(process.execPath, command, { cwd: root });
  } catch (error) {
    const { stderr = "" } = error as { readonly stderr?: string };
    throw new StoreError(`the viewer's page cannot be built: ${stderr.trim() || messageOf(error)}`, { cause: error });
  }
  rmSync(page, { recursive: true, force: true });
  renameSync(unfinished, page);
}

/** Of the newest file in `path`, which may be a file itself. */
function newestIn(path: string): number {
  if (!statSync(path).isDirectory()) return timeOf(path);
  const names = readdirSync(path, { recursive: true, encoding: "utf8" });
  return Math.max(0, ...names.map((name) => timeOf(join(path, name))));
}

/** Milliseconds; 0 where there is no such file. */
const timeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
