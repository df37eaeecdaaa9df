/** ScienceWorld: science experiments in a text house, played in the original simulator. Start reading at benchmark.ts. */
export { type ScienceWorldOptions, scienceworld } from "./benchmark.ts";
export { EXTRAS } from "./episode.ts";
export { NEWEST, RELEASES } from "./files.ts";
export { type ScienceWorldFinding, scienceworldFindings } from "./findings.ts";
export { type Installation, type InstallOptions, installScienceWorld } from "./install.ts";
export { SCORINGS } from "./scoring.ts";
export { STEP_LIMITS } from "./tasks.ts";
