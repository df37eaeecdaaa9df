/** A checkpoint folder that was made elsewhere, as the one that trainings start from. It stays where it is. */
import { randomBytes } from "node:crypto";

import { existsSync, readdirSync, realpathSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";

import { dirname, join, resolve } from "node:path";
import { makeFolder, writing } from "../../core/disk.ts";
import { CliError } from "../../core/errors.ts";
import { type CheckpointId, fingerprint } from "../../core/ids.ts";
import type { Checkpoint } from "../../core/training.ts";
import { TOOL_TEMPLATE } from "../../tokenizers/template-files.ts";
import { checkpointPath } from "./checkpoint-folder.ts";
import { sampledHash } from "./manifest.ts";

/** What tells one checkpoint from another; other files in the folder do not. */
const PARTS = /^(config|generation_config|tokenizer|tokenizer_config)\.json$|^chat_template\.jinja$|\.safetensors$/;

/**
 * A checkpoint folder from elsewhere, as the one that trainings start from. It stays where it is.
 *
 * Its id follows from what is in the folder, wherever that lies. Small files are read whole, weights at 64 places of 64 KiB. A
 * link to the folder is put among the project's checkpoints. Throws CliError for what is no checkpoint folder.
 */
export function baseCheckpoint(project: string, folder: string): Checkpoint {
  const id = checkpointContent(folder);
  const path = checkpointPath(id);
  const link = join(project, path);
  writing(link, () => linkTo(resolve(folder), link));
  return { id, parent: null, trainingSet: null, trainer: "given", at: { kind: "folder", path } };
}

/** Another process may do the same at once, and a third one may read there. */
function linkTo(folder: string, link: string): void {
  makeFolder(dirname(link));
  if (existsSync(link) && realpathSync(link) === realpathSync(folder)) return;
  // The folder may have been elsewhere the last time.
  const unfinished = `${link}.${process.pid}-${randomBytes(4).toString("hex")}.link`;
  symlinkSync(folder, unfinished, "dir");
  try {
    renameSync(unfinished, link);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/** The id that the folder has as a checkpoint. Throws CliError. */
export function checkpointContent(folder: string): CheckpointId {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found?.isDirectory())
    throw new CliError(`student.checkpoint: ${folder}: ${found ? "is a file, expected a folder" : "no such folder"}`);
  const files = readdirSync(folder)
    .filter((name) => PARTS.test(name))
    .sort();
  for (const [part, isThere] of [
    ["config.json", files.includes("config.json")],
    ["tokenizer.json", files.includes("tokenizer.json")],
    ["a .safetensors file", files.some((name) => name.endsWith(".safetensors"))],
  ] as const) {
    if (!isThere) throw new CliError(`student.checkpoint: ${folder}: expected ${part}`);
  }
  if (existsSync(join(folder, TOOL_TEMPLATE))) files.push(TOOL_TEMPLATE);
  return fingerprint({ files: files.map((name) => [name, sampledHash(join(folder, name))]) }) as CheckpointId;
}
