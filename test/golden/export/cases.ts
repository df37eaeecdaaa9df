/** Every target with every hand-made set: what `golden.test.ts` compares byte for byte, and what `write.ts` writes anew. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../../../src/core/errors.ts";
import type { TrainingSetId } from "../../../src/core/ids.ts";
import { exportSet } from "../../../src/exporters/export.ts";
import type { Exporter } from "../../../src/exporters/exporter.ts";
import { EXPORTERS } from "../../../src/exporters/registry.ts";
import { type ChatTokenizer, openChatTokenizer } from "../../../src/tokenizers/chat-tokenizer.ts";
import { byteTokenizer } from "../../byte-tokenizer.ts";
import { EXPORT_SETS } from "../../export-sets.ts";
import { temporaryFolder } from "../../temporary.ts";

export interface GoldenCase {
  /** Folder below this one: `<target>/<set>`. */
  readonly path: string;
  readonly exporter: Exporter;
  readonly set: keyof typeof EXPORT_SETS;
  readonly splitTurns: boolean;
}

export const GOLDEN_CASES: readonly GoldenCase[] = EXPORTERS.flatMap((exporter) => {
  const sets = Object.keys(EXPORT_SETS) as (keyof typeof EXPORT_SETS)[];
  const cases = sets.map((set) => ({ path: `${exporter.name}/${set}`, exporter, set, splitTurns: false }));
  const { masks } = exporter.expresses;
  if (masks !== "suffix" && masks !== "last") return cases;
  const split = (["sft", "calls"] as const).map((set) => {
    return { path: `${exporter.name}/${set}-split`, exporter, set, splitTurns: true };
  });
  return [...cases, ...split];
});

/** For targets of token ids: a token is a byte, so that the ids can be read by hand; 256 and 257 begin and end a turn. */
export const BYTES: ChatTokenizer = openChatTokenizer(byteTokenizer(join(temporaryFolder(), "model")));

/** Exports one case below `folder`: the tool's files, or `refused.txt` with the reason. */
export function writeCase({ path, exporter, set, splitTurns }: GoldenCase, folder: string): void {
  const out = join(folder, path);
  rmSync(out, { recursive: true, force: true });
  const origin = { run: "golden", method: "EEF", seed: 1, iteration: 1, trainingSet: set as string as TrainingSetId };
  const options = { splitTurns, parquet: false, ...(exporter.tokenizer === "needed" && { tokenizer: BYTES }) };
  try {
    exportSet({ exporter, set: EXPORT_SETS[set], options, out, origin });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, "refused.txt"), `${error.message}\n`);
  }
}
