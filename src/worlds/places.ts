/**
 * Where the files of a run's world are on this machine: its data, or the module of a user's own world. The stored config leaves
 * paths out, since they decide no result. They are kept in the project folder, so that later commands find them; they are no
 * part of a dump.
 */
import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { writeWholeInFolder } from "../core/disk.ts";
import { CliError } from "../core/errors.ts";
import { type EnvironmentSpec, environmentNamed } from "./open.ts";
import { isModule } from "./own.ts";

type Places = Readonly<Record<string, string>>;

const fileOf = (folder: string, run: string) => join(folder, "worlds", `${run}.json`);

/** Keeps where `spec`, the world of `run`, has its files. `folder`: the project's. Throws StoreError where the disk refuses. */
export function keepWorld(folder: string, run: string, spec: EnvironmentSpec): void {
  const { paths = [], addresses = [] } = environmentNamed(spec.name) ?? {};
  const keys = isModule(spec.name) ? ["name"] : [...paths, ...addresses];
  const given = keys.flatMap((key) => (typeof spec[key] === "string" ? [[key, placeOf(spec[key])] as const] : []));
  if (given.length === 0) return;
  writeWholeInFolder(fileOf(folder, run), `${JSON.stringify(Object.fromEntries(given), null, 2)}\n`);
}

/** An option that may be a path or a word (`nouns: heuristic`) is a path where there is something. */
const placeOf = (value: string): string => (existsSync(resolve(value)) ? resolve(value) : value);

/**
 * What was kept of the world of `run`, as options; empty where nothing was. A kept place that is gone is a CliError that says
 * which flag gives another one, unless `given` (by flags) replaces it.
 */
export function worldOfRun(folder: string, run: string, given: Readonly<Record<string, unknown>>): Places {
  const file = fileOf(folder, run);
  if (!existsSync(file)) return {};
  const kept = JSON.parse(readFileSync(file, "utf8")) as Places;
  const left = Object.entries(kept).filter(([key]) => given[key] === undefined);
  const gone = left.find(([, place]) => isAbsolute(place) && !existsSync(place));
  if (gone) {
    const [key, place] = gone;
    const how = key === "name" ? "put the module back" : `say where it is now with --${key}`;
    throw new CliError(`run "${run}" was made with ${place}, which is not there any more: ${how}`);
  }
  return Object.fromEntries(left);
}
