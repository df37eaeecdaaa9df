/** The viewer's page as it is built: a package brings it, and a clone builds it when it is missing or older than its sources. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { CliError, messageOf, StoreError } from "../core/errors.ts";
import { tell } from "./terminal.ts";
import { packageFolder } from "./version.ts";

const SOURCES = ["src/viewer/client", "src/viewer/api", "vite.config.ts"] as const;

/** The folder with `index.html`, `page.js` and `page.css`. Throws CliError where it is not there and cannot be built. */
export async function builtPage(root: string = packageFolder()): Promise<string> {
  const page = join(root, "dist", "viewer");
  const builtAt = timeOf(join(page, "index.html"));
  const isClone = existsSync(join(root, "vite.config.ts"));
  if (!isClone) {
    if (builtAt > 0) return page;
    throw new StoreError(`${page}: the page is not there; install gleaner again`);
  }
  const sources = SOURCES.map((path) => join(root, path));
  if (builtAt > Math.max(...sources.map(newestIn))) return page;
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  if (!existsSync(vite)) {
    throw new CliError(
      "the viewer's page is not built, and what builds it is not installed: run `npm install` in the clone (without --omit=dev)",
    );
  }
  tell("building the viewer's page …");
  await build(vite, root, page);
  return page;
}

/** Appears in one move, so that another process never finds half a page. */
async function build(vite: string, root: string, page: string): Promise<void> {
  const unfinished = `${page}.${process.pid}.unfinished`;
  try {
    await promisify(execFile)(process.execPath, [vite, "build", "--logLevel", "warn", "--outDir", unfinished], {
      cwd: root,
    });
    rmSync(page, { recursive: true, force: true });
    renameSync(unfinished, page);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    const { stderr = "" } = error as { readonly stderr?: string };
    throw new StoreError(`the viewer's page cannot be built: ${stderr.trim() || messageOf(error)}`, { cause: error });
  }
}

/** Of the newest file in `path`, which may be a file itself. */
function newestIn(path: string): number {
  if (!statSync(path).isDirectory()) return timeOf(path);
  const names = readdirSync(path, { recursive: true, encoding: "utf8" });
  return Math.max(0, ...names.map((name) => timeOf(join(path, name))));
}

/** Milliseconds; 0 where there is no such file. */
const timeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
