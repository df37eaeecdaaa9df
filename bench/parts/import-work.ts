/**
 * One import into a new project, in a process of its own, with the sources of a given clone:
 *
 *     node import-work.ts CLONE LOG FOLDER
 *
 * Prints what it took; starting Node and loading the sources is not counted.
 */
import { join } from "node:path";
import { measured } from "./took.ts";

const [clone, log, folder] = process.argv.slice(2) as [string, string, string];
const { openSqlite }: typeof import("../../src/store/sqlite.ts") = await import(join(clone, "src/store/sqlite.ts"));
const { importInto }: typeof import("../../src/cli/commands/import.ts") = await import(
  join(clone, "src/cli/commands/import.ts")
);

const took = await measured(async () => {
  const repository = openSqlite(join(folder, "store.sqlite"));
  const request = { files: [log], format: "gleaner", environment: { name: "workshop" }, run: "logs" };
  const { verified } = await importInto({ repository }, request);
  // What the log of the store holds is moved into it here.
  repository.close();
  return verified;
});
console.log(JSON.stringify(took));
