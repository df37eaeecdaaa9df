/** A training set → the folder of files that a tool reads: what it can express, checked first, then written in one move. */
import { alike } from "../core/reasons.ts";
import type { TrainingSet } from "../core/training.ts";
import type { Exporter, ExportOptions } from "./exporter.ts";
import { expressible, type LeftOut } from "./expressible.ts";
import type { Manifest } from "./manifest.ts";
import { shownBy } from "./rendering.ts";
import type { SplitCost } from "./split.ts";
import { writeExport } from "./write.ts";

export interface ExportRequest {
  readonly exporter: Exporter;
  readonly set: TrainingSet;
  readonly options: ExportOptions;
  /** The folder to make. */
  readonly out: string;
  /** Where the set is from. */
  readonly origin: Pick<Manifest, "run" | "method" | "seed" | "iteration" | "trainingSet" | "template">;
}

export interface Exported {
  readonly manifest: Manifest;
  /** The stored set without what was left out. */
  readonly set: TrainingSet;
  /** Null where nothing had to be split. */
  readonly cost: SplitCost | null;
  /** How the files are used. */
  readonly command: string;
}

/** Throws CliError naming the first example that the tool cannot express exactly, unless such are left out; then nothing is written. */
export function exportSet({ exporter, set: stored, options, out, origin }: ExportRequest): Exported {
  const { set, cost, leftOut } = expressible(exporter, stored, options);
  const about = {
    ...origin,
    splitTurns: cost !== null,
    parquet: options.parquet || exporter.parquet === "always",
    shown: shownBy(exporter.rendering, options.tokenizer !== undefined),
    ...(leftOut.length > 0 && { leftOut: byReason(leftOut) }),
  };
  const manifest = writeExport(out, exporter.files(set, options), { target: exporter.name, ...about });
  return { manifest, set: withoutLeftOut(stored, manifest), cost, command: exporter.command(set) };
}

/** Reasons that differ only in what they quote and count are one; the most frequent comes first. */
const byReason = (leftOut: readonly LeftOut[]): NonNullable<Manifest["leftOut"]> =>
  [...Map.groupBy(leftOut, ({ reason }) => alike(reason)).values()]
    .map((group) => ({ reason: group[0]!.reason, examples: group.map(({ index }) => index) }))
    .sort((a, b) => b.examples.length - a.examples.length);

/** The stored set that the files of an export are to teach. */
export function withoutLeftOut(stored: TrainingSet, { leftOut = [] }: Pick<Manifest, "leftOut">): TrainingSet {
  const gone = new Set(leftOut.flatMap(({ examples }) => examples));
  if (gone.size === 0) return stored;
  const examples = (stored.examples as readonly unknown[]).filter((_, index) => !gone.has(index));
  return { ...stored, examples } as TrainingSet;
}
