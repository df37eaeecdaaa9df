/** A refused export tells which targets can say what was refused, so that nobody has to try them one by one. */
import { CliError } from "../core/errors.ts";
import type { TrainingSet } from "../core/training.ts";
import { type Exported, type ExportRequest, exportSet } from "./export.ts";
import type { Exporter, ExportOptions } from "./exporter.ts";
import { type Expressed, expectOptions, expressible } from "./expressible.ts";
import { EXPORTERS } from "./registry.ts";

/** As `exportSet`. Where the tool cannot express the set, the CliError also names the targets that can, and what could be left out. */
export function exportOrSayWhere(request: ExportRequest): Exported {
  const { exporter, set, options } = request;
  expectOptions(exporter, set.kind, options);
  try {
    return exportSet(request);
  } catch (error) {
    // What else went wrong, such as a folder that is there already, has nothing to do with the target.
    if (!(error instanceof CliError) || expressed(exporter, set, options)) throw error;
    const { splitTurns } = options;
    const rest = expressed(exporter, set, { ...options, leaveOut: true });
    const others = EXPORTERS.filter((other) => expressed(other, set, { splitTurns, parquet: false }));
    const ways = [
      ...(others.length > 0 ? [`Targets that can say it: ${others.map(({ name }) => name).join(", ")}`] : []),
      ...(rest
        ? [`--leave-out writes the set without ${rest.leftOut.length} of its ${set.examples.length} examples`]
        : []),
    ];
    throw ways.length === 0 ? error : new CliError([error.message, ...ways].join(". "));
  }
}

function expressed(exporter: Exporter, set: TrainingSet, options: ExportOptions): Expressed | undefined {
  try {
    return expressible(exporter, set, options);
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}
