/** A refused export tells which targets can say what was refused, so that nobody has to try them one by one. */
import { CliError } from "../core/errors.ts";
import type { TrainingSet } from "../core/training.ts";
import { type Exported, type ExportRequest, exportSet } from "./export.ts";
import type { Exporter, ExportOptions } from "./exporter.ts";
import { expectOptions, expressible } from "./expressible.ts";
import { EXPORTERS } from "./registry.ts";

/** As `exportSet`. Where the tool cannot express the set, the CliError also names the targets that can. */
export function exportOrSayWhere(request: ExportRequest): Exported {
  const { exporter, set, options } = request;
  expectOptions(exporter, set.kind, options);
  try {
    return exportSet(request);
  } catch (error) {
    // What else went wrong, such as a folder that is there already, has nothing to do with the target.
    if (!(error instanceof CliError) || isExpressible(exporter, set, options)) throw error;
    const { splitTurns } = options;
    const others = EXPORTERS.filter((other) => isExpressible(other, set, { splitTurns, parquet: false }));
    if (others.length === 0) throw error;
    throw new CliError(`${error.message}. Targets that can say it: ${others.map(({ name }) => name).join(", ")}`);
  }
}

function isExpressible(exporter: Exporter, set: TrainingSet, options: ExportOptions): boolean {
  try {
    expressible(exporter, set, options);
    return true;
  } catch (error) {
    if (error instanceof CliError) return false;
    throw error;
  }
}
