/** `export.json`: what lies in an export's folder, and what it was made from, so that it can be checked later. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CliError, messageOf } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { checked, problemText } from "../core/problems.ts";

export const MANIFEST = "export.json";

const VALUE: z.ZodType<Json> = z.json();

const SCHEMA = z.strictObject({
  format: z.literal(1),
  target: z.string(),
  run: z.string(),
  method: z.string(),
  /** Absent where the set was chosen without a training. */
  seed: z.int().optional(),
  /** Likewise. */
  iteration: z.int().optional(),
  /** Its id in the store. */
  trainingSet: z.string(),
  /** Of files of token ids: what the chat template was given beside each conversation. Absent: nothing. */
  template: z.record(z.string(), VALUE).optional(),
  splitTurns: z.boolean(),
  parquet: z.boolean(),
  /** What was known of the text that the model is shown before each turn (rendering.ts); older exports do not say. */
  shown: z.enum(["proven", "template", "tool", "service"]).optional(),
  /** Examples of the training set that are not in the files, by their index. */
  leftOut: z.array(z.strictObject({ reason: z.string(), examples: z.array(z.int()).min(1) })).optional(),
  files: z.array(
    z.strictObject({
      name: z.string(),
      bytes: z.int(),
      sha256: z.string(),
      /** Rows of data; null for a config file. */
      rows: z.int().nullable(),
    }),
  ),
});

export type Manifest = z.infer<typeof SCHEMA>;
export type WrittenFile = Manifest["files"][number];

export const manifestText = (manifest: Manifest): string => `${JSON.stringify(manifest, null, 2)}\n`;

/** Reads an export's manifest. Throws CliError naming the file. */
export function readManifest(folder: string): Manifest {
  const path = join(folder, MANIFEST);
  const manifest = checked(SCHEMA, jsonOf(path));
  if (manifest.kind === "fits") return manifest.data;
  const problems = manifest.problems.slice(0, 3).map(problemText).join("; ");
  throw new CliError(`${path}: expected the manifest of an export (${problems})`);
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const what = isMissing ? "there is none" : messageOf(error);
    throw new CliError(`${path}: expected the manifest of an export (${what})`, { cause: error });
  }
}
