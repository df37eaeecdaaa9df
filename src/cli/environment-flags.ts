/** The flags that name and configure an environment. */
import type { Command } from "commander";
import { CliError } from "../core/errors.ts";
import type { Run } from "../core/run.ts";
import type { EnvironmentSpec } from "../worlds/open.ts";
import { keyAndValue, positiveInteger } from "./flags.ts";

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
