/** The flags that name and configure an environment. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { CliError } from "../core/errors.ts";
import { keyOf } from "../core/problems.ts";
import type { Run } from "../core/run.ts";
import { type EnvironmentSpec, resolveEnvironment } from "../worlds/open.ts";
import { isModule } from "../worlds/own.ts";
import { worldOfRun } from "../worlds/places.ts";
import { finiteNumber, keyAndValue, positiveInteger } from "./flags.ts";
import { helpByWorld } from "./world-help.ts";

/** Flags that are options of some environment. Each environment's schema says which ones it takes. */
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
  readonly successAt?: number;
  readonly ended?: string;
  readonly option?: readonly string[];
}

/** Those flags, by attribute. */
const FLAGS = [
  ...["data", "maxSteps", "logic", "goals", "generated", "nouns", "observation", "preset", "simplifications"],
  ...["successAt", "ended", "option"],
] as const satisfies readonly (keyof EnvironmentFlags)[];

/** What an `<environment>` is, in the help of every command that takes one. */
export const WORLD =
  "a name from `gleaner env`, a class (my_env.py:World), a module (my_env.ts), or a server (openenv:http://…)";

/**
 * Adds the flags that configure an environment (not its name, which is an argument or `--env`). The help shows those that the
 * world takes which its command line names; `example` is such a command line.
 */
export function environmentOptions(command: Command, example: string): Command {
  command
    .optionsGroup("Environment:")
    .option("--data <dir>", "folder of the benchmark's data")
    .option("--max-steps <n>", "cut an episode off after this many steps", positiveInteger)
    .option("--logic <dir>", "folder of an older release's domain and grammar")
    .option("--goals <kind>", "which goals, synthetic or human")
    .option("--generated <n>", "generate a catalogue of this many products; needs no data", positiveInteger)
    .option("--nouns <rule>", "how nouns are found: heuristic, or the file of a noun table (gleaner env nouns)")
    .option("--observation <mode>", "what the agent sees: text, text_rich, html or url")
    .option(
      "--preset <name>",
      "the rules of a fork: react, agentbench, eto, agentgym, verl-agent, fedagent or webshop-minimal",
    )
    .option("--simplifications <list>", "easy, none, or a list of names separated by commas")
    .option("--success-at <r>", "reward at or above which an episode is won (default: 1)", finiteNumber)
    .option("--ended <how>", "how episodes ended whose logs do not tell: won or lost (default: they are left out)")
    .option("--option <key=value...>", "set any other option of the environment")
    .optionsGroup("Options:");
  return helpByWorld(command, FLAGS, example);
}

/**
 * The environment that `name` and the flags describe, checked. The flags override `stored`, which is from a run's config.
 * Throws CliError naming the flag.
 *
 * @param whose What `name` came from: a flag, an argument, or a run.
 */
export function environmentSpec(
  whose: string,
  name: string,
  flags: EnvironmentFlags,
  stored: object = {},
): EnvironmentSpec {
  const given = givenOptions(flags);
  const others = Object.fromEntries((flags.option ?? []).map((text) => keyAndValue("--option", text)));
  return resolveEnvironment({ ...stored, ...others, ...given, name }, ([option = "", ...inner]) => {
    if (option === "name") return whose;
    const key = keyOf([option, ...inner]);
    if (Object.hasOwn(given, option))
      return `--${String(option).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return Object.hasOwn(others, option) ? `--option ${key}` : `${whose}: ${key}`;
  });
}

/** The options that flags of their own give. */
function givenOptions(flags: EnvironmentFlags): Readonly<Record<string, unknown>> {
  const { data, logic, maxSteps, goals, generated, nouns, observation, preset, simplifications, successAt, ended } =
    flags;
  const named = {
    data,
    logic,
    maxSteps,
    goals,
    generated,
    nouns,
    observation,
    preset,
    simplifications,
    successAt,
    ended,
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

/** Whether any flag says something about an environment. */
export const saysEnvironment = (flags: EnvironmentFlags): boolean =>
  Object.keys(givenOptions(flags)).length > 0 || (flags.option ?? []).length > 0;

/**
 * The environment of a run's config. Paths are not stored: they come from flags, from what the project `folder` keeps of the
 * run, from variables or defaults. Throws CliError.
 */
export function environmentOfRun(folder: string, { name, config }: Run, flags: EnvironmentFlags): EnvironmentSpec {
  const { environment } = config as { environment?: EnvironmentSpec };
  if (!environment?.name) throw new CliError(`run "${name}" does not say which environment it was made in`);
  const { name: _, ...places } = worldOfRun(folder, name, givenOptions(flags));
  return environmentSpec(`run ${name}`, environment.name, flags, { ...environment, ...places });
}

/** The same for a command that stores nothing: a user's own world is found from any folder. Throws CliError. */
export function environmentToRead(folder: string, run: Run, flags: EnvironmentFlags): EnvironmentSpec {
  const spec = environmentOfRun(folder, run, flags);
  if (!isModule(spec.name) || existsSync(spec.name)) return spec;
  return { ...spec, ...worldOfRun(folder, run.name, { ...flags }) };
}
