/** The training tools whose own code loads exported files in these tests. */
import { execFileSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fingerprint } from "../../src/core/ids.ts";
import { cacheFolder } from "../../src/installs/cache-folder.ts";
import { ask, python } from "./real.ts";

/** The tools without what they depend on (0.2 GB): torch, transformers and datasets are those of the training environment. */
const TOOLS = [
  "axolotl==0.19.0",
  "llamafactory==0.9.5",
  "ms-swift==4.6.0",
  "tinker-cookbook==0.6.1",
  "verl==0.9.1",
  ...["addict==2.4.0", "certifi==2026.10.18", "cffi==2.1.1", "cloudpickle==3.1.2", "colorama==0.4.6"],
  ...["cryptography==50.0.2", "distro==1.9.0", "httpx==0.28.1", "json_repair==0.64.5", "modelscope==1.40.2"],
  ...["modelscope-hub==0.5.1", "omegaconf==2.4.0", "orjson==3.13.0", "pillow==13.0.0", "protobuf==7.36.2"],
  ...["pyvers==0.2.3", "requests==2.34.2", "tensordict==0.15.3", "tinker==0.38.0", "urllib3==2.8.0"],
];

/** An exported folder, and what loads it. */
export interface ToolJob {
  /** `trl`, `axolotl` … */
  readonly tool: string;
  readonly folder: string;
  /** The checkpoint folder that is tuned. */
  readonly model: string;
  /** A template that the tool has itself. */
  readonly template?: string;
}

/** Of each row the token ids, and which of them are learned. */
export interface LoadedRow {
  readonly ids: readonly number[];
  readonly learned: readonly boolean[];
}

/** What a tool makes of a folder: of each row its learned stretches as texts, and its tokens where the tool has them apart. */
export type Loaded =
  | { readonly rows: readonly (readonly string[])[]; readonly tokens: readonly LoadedRow[] | null }
  | { readonly error: string };

/** Loads each folder with the tool's own code. */
export function loaded(jobs: readonly ToolJob[]): Loaded[] {
  process.env.PYTHONPATH = installedTools();
  return ask<Loaded[]>("read_exports.py", { jobs });
}

/** The folder that holds the tools, in the user's cache; made with one pip on first use. */
function installedTools(): string {
  const folder = join(cacheFolder(), `python-export-tools-${fingerprint(TOOLS).slice(0, 8)}`);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target", partial];
  execFileSync(python, [...pip, ...TOOLS], { stdio: ["ignore", "ignore", "inherit"] });
  try {
    renameSync(partial, folder);
  } catch (error) {
    // Whoever was first wins.
    if (!existsSync(folder)) throw error;
    rmSync(partial, { recursive: true });
  }
  return folder;
}
