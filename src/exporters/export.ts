/** A training set → the folder of files that a tool reads: what it can express, checked first, then written in one move. */
import type { TrainingSet } from "../core/training.ts";
import type { Exporter, ExportOptions } from "./exporter.ts";
import { expressible } from "./expressible.ts";
import type { Manifest } from "./manifest.ts";
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
  /** Null where nothing had to be split. */
  readonly cost: SplitCost | null;
  /** How the files are used. */
  readonly command: string;
}

/** Throws CliError naming the first example that the tool cannot express exactly; then nothing is written. */
export function exportSet({ exporter, set: stored, options, out, origin }: ExportRequest): Exported {
  const { set, cost } = expressible(exporter, stored, options);
  const about = { ...origin, splitTurns: cost !== null, parquet: options.parquet || exporter.parquet === "always" };
  const manifest = writeExport(out, exporter.files(set, options), { target: exporter.name, ...about });
  return { manifest, cost, command: exporter.command(set) };
}
