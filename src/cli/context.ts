/** What every command needs: the project folder with its store, and the flags that name an environment. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { CliError } from "../core/errors.ts";
import type { Repository } from "../core/repository.ts";
import type { Run } from "../core/run.ts";
import { openSqlite } from "../store/sqlite.ts";
import type { EnvironmentSpec } from "../worlds/open.ts";

/** One folder holds everything collected: `store.sqlite`, `checkpoints/`, `reports/`. */
export interface Project {
  readonly folder: string;
  readonly repository: Repository;
  close(): void;
}

/** Adds `--project DIR`. */
export function projectOption(command: Command): Command {
  return command.option("--project <dir>", "folder that holds the store, checkpoints and reports", ".gleaner");
}

/** Opens (and makes, if needed) the project folder. */
export function openProject(options: { readonly project: string }): Project {
  const folder = resolve(options.project);
  mkdirSync(folder, { recursive: true });
  const repository = openSqlite(join(folder, "store.sqlite"));
  return { folder, repository, close: () => repository.close() };
}

/** Flags that are options of one environment or another: which ones an environment takes, its schema says. */
export interface EnvironmentFlags {
  readonly data?: string;
  readonly logic?: string;
  readonly maxSteps?: number;
  readonly goals?: string;
  readonly generated?: number;
  readonly nouns?: string;
  readonly observation?: string;
  readonly preset?: string;
  readonly simplifications?: string;
  readonly option?: readonly string[];
}

/** Adds the flags that configure an environment (not its name, which is an argument or `--env`). */
export function environmentOptions(command: Command): Command {
  return command
    .optionsGroup("Environment:")
    .option("--data <dir>", "folder of the benchmark's data")
    .option("--max-steps <n>", "steps after which an episode is truncated", positiveInteger)
    .option("--logic <dir>", "alfworld: folder of an older release's domain and grammar")
    .option("--goals <kind>", "webshop: synthetic or human")
    .option("--generated <n>", "webshop: a generated catalogue of so many products, no data", positiveInteger)
    .option("--nouns <rule>", "webshop: heuristic, or the file of a noun table (gleaner env nouns)")
    .option("--observation <mode>", "webshop: text, text_rich, html or url")
    .option("--preset <name>", "webshop: the rules of one of its forks")
    .option("--simplifications <list>", "scienceworld: easy, none, or names with commas between them")
    .option("--option <key=value...>", "any other option of the environment")
    .optionsGroup("Options:");
}

/** The environment that `name` and the flags describe, over what `stored` (a run's config) says. */
export function environmentSpec(name: string, flags: EnvironmentFlags, stored: object = {}): EnvironmentSpec {
  const { data, logic, maxSteps, goals, generated, nouns, observation, preset, simplifications } = flags;
  const named = { data, logic, maxSteps, goals, generated, nouns, observation, preset, simplifications };
  const given = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  const others = Object.fromEntries((flags.option ?? []).map((text) => keyAndValue("--option", text)));
  return { ...stored, ...others, ...given, name };
}

/** The environment of a run's config; paths are not stored, so they come from flags, variables or defaults. Throws CliError. */
export function environmentOfRun({ name, config }: Run, flags: EnvironmentFlags): EnvironmentSpec {
  const { environment } = config as { environment?: EnvironmentSpec };
  if (!environment?.name) throw new CliError(`run "${name}" does not say what environment it was made in`);
  return environmentSpec(environment.name, flags, environment);
}

/** `key=value` with the value read as JSON where it is JSON (`3`, `true`, `[1,2]`), as text otherwise. */
export function keyAndValue(flag: string, text: string): [string, unknown] {
  const split = text.indexOf("=");
  if (split < 1) throw new CliError(`${flag} ${text}: expected key=value`);
  const value = text.slice(split + 1);
  try {
    return [text.slice(0, split), JSON.parse(value)];
  } catch {
    return [text.slice(0, split), value];
  }
}

/** A commander argument parser: an integer ≥ 1. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("Expected a whole number of at least 1.");
  return value;
}

/** A commander argument parser: a number in [0, 1]. */
export function rate(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("Expected a number from 0 to 1.");
  return value;
}

/** A run's name, safe as a folder's name. Throws CliError. */
export function runName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(text)) return text;
  throw new CliError(`run name "${text}": expected up to 100 letters, digits, dots, dashes and underscores`);
}
