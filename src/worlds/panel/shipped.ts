/** The lists of tasks that come with gleaner: the official splits of its worlds. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Their folder. */
export const PANELS = join(import.meta.dirname, "..", "..", "..", "panels");

/** Their names, sorted: `alfworld-valid_seen`. */
export const panelNames = (): string[] =>
  readdirSync(PANELS)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.replace(/\.json$/, ""))
    .sort();
