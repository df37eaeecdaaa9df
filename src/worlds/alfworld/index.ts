/** ALFWorld: household tasks in text, from the original's game files. Start reading at benchmark.ts. */
export { type AlfworldOptions, alfworld } from "./benchmark.ts";
export type { Wording } from "./commands.ts";
export { compactRendering } from "./compact.ts";
export { TASKS } from "./files.ts";
