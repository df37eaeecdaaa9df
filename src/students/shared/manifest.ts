/**
 * What the files of a checkpoint are, in a file among them: names, sizes and hashes. It is written last, before the folder
 * gets its name, so whatever differs from it later was damaged. Programs that open checkpoints do not look at it.
 */
import { createHash } from "node:crypto";
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { messageOf } from "../../core/errors.ts";

/** Its ending is none of those that trainings hand on from one checkpoint to the next. */
export const MANIFEST = "gleaner.manifest";

interface Entry {
  /** Below the folder, with `/`. */
  readonly name: string;
  readonly bytes: number;
  /** As `contentHash` computes it. */
  readonly hash: string;
}

interface Manifest {
  readonly format: 1;
  /** In the order of their names. */
  readonly files: readonly Entry[];
}

/** Files up to this size are hashed whole, larger ones at 64 places: the weights of a large model are read when it is opened. */
const HASHED_WHOLE = 2 ** 26;
const SAMPLES = 64;
const SAMPLE_BYTES = 65_536;

/** The manifest of the files that are in `folder` now, as text. */
export function manifestOf(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, name: path.slice(join(folder, sep).length).replaceAll(sep, "/") }))
    .filter(({ name }) => name !== MANIFEST)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ path, name }): Entry => ({ name, bytes: statSync(path).size, hash: contentHash(path) }));
  return `${JSON.stringify({ format: 1, files } satisfies Manifest, null, 2)}\n`;
}

/**
 * What is wrong with the files of `folder` by its manifest, as the end of a sentence: `config.json is missing`. undefined:
 * nothing. null: it has no manifest, as those made before there was one.
 */
export function damageByManifest(folder: string): string | undefined | null {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) return null;
  let files: readonly Entry[];
  try {
    files = entriesOf(readFileSync(path, "utf8"));
  } catch (error) {
    return `${MANIFEST} cannot be read (${messageOf(error)})`;
  }
  for (const { name, bytes, hash } of files) {
    const file = join(folder, name);
    if (!existsSync(file)) return `${name} is missing`;
    const { size } = statSync(file);
    if (size !== bytes) return `${name} has ${size} bytes, expected ${bytes}`;
    if (contentHash(file) !== hash) return `${name} has changed since it was written`;
  }
  return undefined;
}

function entriesOf(text: string): readonly Entry[] {
  const { format, files } = JSON.parse(text) as Partial<Manifest>;
  const isEntry = ({ name, bytes, hash }: Partial<Entry>) =>
    typeof name === "string" && typeof bytes === "number" && typeof hash === "string";
  if (format !== 1 || !Array.isArray(files) || !files.every((entry) => entry && isEntry(entry)))
    throw new Error("expected format 1 with a list of files");
  return files;
}

function contentHash(path: string): string {
  return statSync(path).size > HASHED_WHOLE
    ? sampledHash(path)
    : createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** A hash of the size and of 64 places of 64 KiB, which are the whole file up to 4 MiB. */
export function sampledHash(path: string): string {
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
