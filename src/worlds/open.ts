/**
 * The environments by name, with the options each takes. The same options come from `--option key=value` flags, from
 * the dedicated flags (`--data`, `--logic`, `--max-steps`) and from the `environment:` block of a config.
 */
import type { Benchmark } from "../core/environment.ts";
import { CliError } from "../core/errors.ts";
import { checked, keyOf, type Path } from "../core/problems.ts";
import { expectedOneOf } from "../core/wording.ts";
import { agentgym } from "./agentgym/options.ts";
import { alfworld } from "./alfworld/options.ts";
import type { EnvironmentEntry } from "./entry.ts";
import { none } from "./none/options.ts";
import { openenv } from "./openenv/options.ts";
import { isModule, ownBenchmark } from "./own.ts";
import { isPython, python } from "./python/options.ts";
import { scienceworld } from "./scienceworld/options.ts";
import { webshop } from "./webshop/options.ts";
import { workshop } from "./workshop/options.ts";

/** An environment and its options, as written in a config: `{ name: "alfworld", maxSteps: 40 }`. */
export interface EnvironmentSpec {
  readonly name: string;
  readonly [option: string]: unknown;
}

export const ENVIRONMENTS: Readonly<Record<string, EnvironmentEntry>> = {
  workshop,
  alfworld,
  webshop,
  scienceworld,
  python,
  openenv,
  agentgym,
  none,
};

/** The environment called `name`; undefined for any other name, those that every object has (`constructor`) included. */
export const environmentNamed = (name: string): EnvironmentEntry | undefined =>
  Object.hasOwn(ENVIRONMENTS, name) ? ENVIRONMENTS[name] : undefined;

/**
 * `spec` with defaults filled in and checked. Throws CliError naming the option.
 *
 * @param nameOf How the user wrote an option: its key in a config (default), or a flag.
 */
export function resolveEnvironment(
  spec: EnvironmentSpec,
  nameOf: (path: Path) => string = (path) => keyOf(["environment", ...path]),
): EnvironmentSpec {
  if (isModule(spec.name)) return spec;
  const { name, ...options } = withPlace(spec);
  const entry = environmentNamed(name);
  if (!entry) {
    const known = expectedOneOf(Object.keys(ENVIRONMENTS), name);
    throw new CliError(
      `${nameOf(["name"])}: ${known}; or your own: ./my-world.ts, a Python class, my_env.py:World, or a server, openenv:http://…`,
    );
  }
  const parsed = checked(entry.schema, options);
  if (parsed.kind === "refused")
    throw new CliError(
      parsed.problems
        .map(({ path, message }) => `${nameOf(path)}: ${message.replace(/^no such key/, `no such option of ${name}`)}`)
        .join("\n"),
    );
  return { name, ...(parsed.data as object) };
}

/** A world behind a server, named with its address: `openenv:http://127.0.0.1:8000`. */
const SERVED = /^(\w+):(.*)$/s;

/** `spec` with what its name says beside the name as an option. */
function withPlace(spec: EnvironmentSpec): EnvironmentSpec {
  const { name } = spec;
  const [, kind, url] = SERVED.exec(name) ?? [];
  if (kind !== undefined && environmentNamed(kind)?.addresses?.includes("url")) return { ...spec, name: kind, url };
  return isPython(name) ? { ...spec, name: "python", module: name } : spec;
}

/** What of `spec` is stored with a run: everything but what concerns this machine alone. */
export function withoutPaths(spec: EnvironmentSpec): EnvironmentSpec {
  const { paths = [], addresses = [], machine = [] } = environmentNamed(spec.name) ?? {};
  const local = [...paths, ...addresses, ...machine];
  return Object.fromEntries(Object.entries(spec).filter(([key]) => !local.includes(key))) as unknown as EnvironmentSpec;
}

/** The benchmark that `spec` names. Throws CliError for unknown names, options and missing data. */
export async function openBenchmark(spec: EnvironmentSpec): Promise<Benchmark> {
  const { name, ...options } = resolveEnvironment(spec);
  if (isModule(name)) return ownBenchmark(name, options);
  return ENVIRONMENTS[name]!.open(options as never);
}
