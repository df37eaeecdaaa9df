/** The list: a new command takes one line. */
import type { Scenario } from "./scenario.ts";
import { dataset } from "./scenarios/dataset.ts";
import { exporting } from "./scenarios/export.ts";
import { importing } from "./scenarios/import.ts";
import { merge } from "./scenarios/merge.ts";
import { record } from "./scenarios/record.ts";
import { collecting, removing } from "./scenarios/removing.ts";
import { run } from "./scenarios/run.ts";

export const SCENARIOS: readonly Scenario[] = [
  ...[run, importing, record, exporting, merge, removing, collecting, dataset],
];
