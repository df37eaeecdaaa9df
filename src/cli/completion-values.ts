/** The values that are known for an option or an argument: worlds, formats, targets, the runs of the project. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Repository } from "../core/repository.ts";
import { DATASET_METHODS } from "../engine/experiment/dataset-methods.ts";
import { EXPORTERS } from "../exporters/registry.ts";
import { FORMATS } from "../formats/format.ts";
import { SPELLINGS } from "../importers/chat.ts";
import { READERS } from "../importers/readers/registry.ts";
import { MODELS } from "../installs/models/catalogue.ts";
import { readSqlite } from "../store/sqlite.ts";
import { ENVIRONMENTS, environmentNamed } from "../worlds/open.ts";
import { DEFAULT_PROJECT } from "./project.ts";
import { optionsOfWorld } from "./world-help.ts";

/** Where a value is wanted. */
export interface Place {
  /** `expert record`. */
  readonly command: string;
  /** Arguments before it. */
  readonly operands: readonly string[];
  /** Options before it, by flag, with their last value. */
  readonly given: ReadonlyMap<string, string>;
  /** Of an option's value. */
  readonly flag?: string;
  /** What help calls it: `run` of `--out <run>`; absent where no argument is taken any more. */
  readonly name?: string;
  readonly choices?: readonly string[] | undefined;
}

export interface Values {
  readonly values: readonly string[];
  /** Whether paths may stand there. */
  readonly paths: "files" | "folders" | "none";
}

const list =
  (values: readonly string[], paths: Values["paths"] = "none") =>
  (): Values => ({ values, paths });
const worlds = Object.keys(ENVIRONMENTS);
const runs = (place: Place, paths: Values["paths"] = "none"): Values => ({
  values: fromProject(place, (repository) => repository.runs().map(({ name }) => name)),
  paths,
});

/** Of one command's place, before those that follow from the name alone. */
const AT: Readonly<Record<string, (place: Place) => Values>> = {
  "import --format": list(Object.keys(READERS)),
  "probe --format": list(Object.keys(READERS)),
  "expert record --format": list(FORMATS),
  "dataset --format": list(FORMATS),
  "dataset --method": (place) => ({ values: [...DATASET_METHODS, ...methodsOf(place)], paths: "none" }),
  "import --spelling": list(SPELLINGS),
  "expert record --model": list([]),
  "env environment": list(worlds, "files"),
  "env install environment": list(["python", ...worlds.filter((name) => ENVIRONMENTS[name]!.install)]),
  "env nouns environment": list(["webshop"]),
  "show --method": (place) => ({ values: methodsOf(place), paths: "none" }),
  "export --method": (place) => ({ values: methodsOf(place), paths: "none" }),
  "doctor --data": list(worlds.filter((name) => ENVIRONMENTS[name]!.findings).map((name) => `${name}=`)),
  "doctor --model": list([]),
  "expert scripted --slip": list(["same-verb", "any"]),
  "expert gold --slip": list(["same-verb", "any"]),
};

/** By what help calls it. */
const BY_NAME: Readonly<Record<string, (place: Place) => Values>> = {
  a: runs,
  b: runs,
  run: runs,
  runs,
  subject: (place) => runs(place, "files"),
  environment: list(worlds, "files"),
  target: list(EXPORTERS.map(({ name }) => name)),
  model: list(Object.keys(MODELS)),
  config: list([], "files"),
  file: list([], "files"),
  logs: list([], "files"),
  dir: list([], "folders"),
  kind: optionOfWorld,
  mode: optionOfWorld,
  how: list(["won", "lost"]),
  rule: (place) => ({ ...optionOfWorld(place), paths: "files" }),
  list: (place) => (place.flag === "--simplifications" ? list(["easy", "none"])() : list([])()),
};

/** Names of values that nobody can foresee: numbers, texts, ids. */
const FREE: readonly string[] =
  "n m r address rate t tokens tools pairs price money name id task trajectory:step split path url seconds version words key=value".split(
    " ",
  );

/** Whether somebody thought of what may stand there; a test asks it of every option and argument. */
export function isThoughtOf({ command, flag, name = "", choices }: Place): boolean {
  const isNamed = `${command} ${flag ?? name}` in AT || name in BY_NAME || FREE.includes(name);
  return choices !== undefined || isNamed;
}

export function valuesAt(place: Place): Values {
  const { command, flag, name, choices } = place;
  if (choices) return { values: choices, paths: "none" };
  if (name === undefined) return { values: [], paths: "none" };
  const special = AT[`${command} ${flag ?? name}`] ?? (flag === "--preset" ? optionOfWorld : undefined);
  return (special ?? BY_NAME[name] ?? list([]))(place);
}

/** What the schema of the named world lists for a flag that is an option of it. */
function optionOfWorld({ flag = "", operands, given }: Place): Values {
  const world = [...operands, given.get("--env") ?? ""].find((word) => environmentNamed(word));
  const name = flag.slice(2);
  return { values: (world && optionsOfWorld(world)[name]?.enum) || [], paths: "none" };
}

const methodsOf = (place: Place) =>
  fromProject(place, (repository) => [
    ...new Set(repository.rounds(place.operands[0] ?? "").map(({ method }) => method)),
  ]);

/** From the project that the command line names; nothing where there is none, or none that can be read. */
function fromProject({ given }: Place, read: (repository: Repository) => readonly string[]): readonly string[] {
  const file = join(given.get("--project") ?? DEFAULT_PROJECT, "store.sqlite");
  if (!existsSync(file)) return [];
  try {
    const repository = readSqlite(file);
    try {
      return read(repository);
    } finally {
      repository.close();
    }
  } catch {
    // Whoever presses TAB wants no error; the command itself will tell it.
    return [];
  }
}
