/**
 * The environments by name, with the options each takes. The same options come from `--option key=value` flags, from
 * the dedicated flags (`--data`, `--logic`, `--max-steps`) and from the `environment:` block of a config.
 */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Benchmark } from "../core/environment.ts";
import { CliError } from "../core/errors.ts";
import { problemsOf } from "../core/problems.ts";
import { alfworld } from "./alfworld/options.ts";
import type { EnvironmentEntry } from "./entry.ts";
import { scienceworld } from "./scienceworld/options.ts";
import { webshop } from "./webshop/options.ts";
import { workshop } from "./workshop/options.ts";

/** An environment and its options, as written in a config: `{ name: "alfworld", maxSteps: 40 }`. */
export interface EnvironmentSpec {
  readonly name: string;
  readonly [option: string]: unknown;
}

export const ENVIRONMENTS: Readonly<Record<string, EnvironmentEntry>> = { workshop, alfworld, webshop, scienceworld };

/** The environment called `name`; undefined for any other name, those that every object has (`constructor`) included. */
export const environmentNamed = (name: string): EnvironmentEntry | undefined =>
  Object.hasOwn(ENVIRONMENTS, name) ? ENVIRONMENTS[name] : undefined;

/** `spec` with defaults filled in and checked. Throws CliError naming the option. */
export function resolveEnvironment(spec: EnvironmentSpec): EnvironmentSpec {
  const { name, ...options } = spec;
  if (isModule(name)) return spec;
  const entry = environmentNamed(name);
  if (!entry) {
    const known = Object.keys(ENVIRONMENTS).join(", ");
    throw new CliError(
      `unknown environment "${name}": expected one of ${known}, or the path of a module (./my-world.ts)`,
    );
  }
  const parsed = entry.schema.safeParse(options);
  if (!parsed.success) throw new CliError(`environment ${name}: ${problemsOf(parsed.error)}`);
  return { name, ...(parsed.data as object) };
}

/** What of `spec` is stored with a run: everything but what concerns this machine alone. */
export function withoutPaths(spec: EnvironmentSpec): EnvironmentSpec {
  const { paths = [], machine = [] } = environmentNamed(spec.name) ?? {};
  const local = [...paths, ...machine];
  return Object.fromEntries(Object.entries(spec).filter(([key]) => !local.includes(key))) as unknown as EnvironmentSpec;
}

/** The benchmark that `spec` names. Throws CliError for unknown names, options and missing data. */
export async function openBenchmark(spec: EnvironmentSpec): Promise<Benchmark> {
  const { name, ...options } = resolveEnvironment(spec);
  if (isModule(name)) return ownBenchmark(name, options);
  return ENVIRONMENTS[name]!.open(options as never);
}

const isModule = (name: string) => /\.(ts|mts|js|mjs)$/.test(name);

/** A user's own world: a module that exports `benchmark`, a Benchmark or a function from options to one. */
async function ownBenchmark(path: string, options: object): Promise<Benchmark> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile())
    throw new CliError(`--env ${path}: ${found ? "is a folder, expected a module" : "no such file"}`);
  const module = (await import(pathToFileURL(resolve(path)).href)) as { benchmark?: unknown };
  const exported = module.benchmark;
  const benchmark = typeof exported === "function" ? await exported(options) : exported;
  if (typeof benchmark?.open !== "function" || typeof benchmark?.tasks !== "function") {
    throw new CliError(`--env ${path}: expected an export \`benchmark\` (a Benchmark, or a function that returns one)`);
  }
  if (typeof benchmark.name !== "string" || !Array.isArray(benchmark.splits))
    throw new CliError(`--env ${path}: expected the benchmark to say its \`name\` and its \`splits\` (a list)`);
  return benchmark as Benchmark;
}
