/** A checkpoint folder that was made elsewhere, as the one that trainings start from. It stays where it is. */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { CliError } from "../../core/errors.ts";
import { type CheckpointId, fingerprint } from "../../core/ids.ts";
import type { Checkpoint } from "../../core/training.ts";

/** What tells one checkpoint from another; other files in the folder do not. */
const PARTS = /^(config|generation_config|tokenizer|tokenizer_config)\.json$|^chat_template\.jinja$|\.safetensors$/;
const SAMPLES = 64;
const SAMPLE_BYTES = 65_536;

/**
 * A checkpoint folder from elsewhere, as the one that trainings start from. It stays where it is.
 *
 * Its id follows from what is in the folder, wherever that lies. Small files are read whole, weights at 64 places of 64 KiB. A
 * link to the folder is put among the project's checkpoints. Throws CliError for what is no checkpoint folder.
 */
export function baseCheckpoint(project: string, folder: string): Checkpoint {
  const id = checkpointContent(folder);
  const path = `checkpoints/${id}`;
  const link = join(project, path);
  mkdirSync(join(project, "checkpoints"), { recursive: true });
  // The folder may have been elsewhere the last time.
  rmSync(link, { force: true });
  symlinkSync(resolve(folder), link, "dir");
  return { id, parent: null, trainingSet: null, trainer: "given", at: { kind: "folder", path } };
}

/** The id that the folder has as a checkpoint. Throws CliError. */
export function checkpointContent(folder: string): CheckpointId {
  if (!existsSync(folder)) throw new CliError(`student.checkpoint: ${folder}: no such folder`);
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
  return fingerprint({ files: files.map((name) => [name, sampledHash(join(folder, name))]) }) as CheckpointId;
}

function sampledHash(path: string): string {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const hash = createHash("sha256").update(`${size}`);
    const buffer = Buffer.alloc(SAMPLE_BYTES);
    const stride = Math.max(SAMPLE_BYTES, Math.floor((size - SAMPLE_BYTES) / (SAMPLES - 1)));
    for (let at = 0; at < size; at += stride)
      hash.update(buffer.subarray(0, readSync(file, buffer, 0, SAMPLE_BYTES, at)));
    return hash.digest("hex");
  } finally {
    closeSync(file);
  }
}
