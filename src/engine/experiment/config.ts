/**
 * The config of an experiment: YAML, checked against one schema, every default written here. Errors name file and
 * line. `--set training.steps=200` changes one value.
 */
import { existsSync, readFileSync } from "node:fs";
import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { atMost } from "../../core/bounds.ts";
import { CliError, messageOf } from "../../core/errors.ts";
import { isStudentName, STUDENTS, type StudentName, type StudentParts, saidKind } from "../../students/kinds.ts";
import { methodSchema } from "../algorithms/methods.ts";

const count = z.number().int().positive();
const share = z.number().min(0).max(1);

/** At most this many of its tasks (the first ones). */
const tasks = count.max(...atMost("tasks")).optional();

const expertSource = z.union([
  z.strictObject({
    /** Says that it is the environment's scripted expert, made to err. */
    scripted: z.literal(true),
    /** Chance of a slip at each decision, in [0, 1]. Default 0.25. */
    errorRate: share.default(0.25),
    /** What a slip takes instead: another listed action of the same verb (default), or any. */
    slip: z.enum(["same-verb", "any"]).default("same-verb"),
    /** The split whose tasks it plays. Default `train`. */
    split: z.string().default("train"),
    /** At most this many of its tasks, the first ones; absent: all. */
    tasks,
    /** Episodes of each task; absent: one. */
    episodes: count.max(...atMost("samples")).optional(),
  }),
  z.strictObject({
    /** A run of this project that holds expert trajectories (imported, played, recorded). */
    run: z.string(),
    tasks,
  }),
]);

const amount = z.number().nonnegative().default(0);
const price = z.strictObject({
  /** Of 1,000 tokens. */
  promptTokens: amount,
  completionTokens: amount,
  /** Of one episode. */
  episode: amount,
});

const common = {
  /** The run's name; unique in the project. */
  run: z.string(),
  /** The world by name, with its options. */
  environment: z.looseObject({ name: z.string() }),
  /** One expert, or several (a strong and a weak one, say), whose trajectories are taken together. `prices` says what each costs. */
  expert: z.union([expertSource, z.array(expertSource).nonempty()]),
  /** At most this many training tasks (the first ones). */
  trainTasks: tasks,
  evaluate: z
    .strictObject({
      splits: z.array(z.string()).nonempty(),
      /** At most this many tasks of each split. */
      tasks,
    })
    .optional(),
  /** Exploration temperature; evaluation is greedy. */
  temperature: z.number().positive().max(5).default(1),
  /** The methods to compare, each with its options. Behaviour cloning always runs: it is where every method starts. */
  methods: z.array(methodSchema),
  /** One whole experiment for each, integers ≥ 0. Default: 1 alone. */
  seeds: z
    .array(z.number().int().nonnegative())
    .nonempty()
    .max(...atMost("seeds"))
    .default([1]),
  /** Episodes in flight; changes no result. */
  concurrency: count.max(...atMost("concurrency")).default(64),
  /** Methods in flight; changes no result. */
  parallel: count.max(...atMost("parallel")).default(1),
  /** What acting costs, for the report; changes no result and is not stored. */
  prices: z
    .strictObject({
      /** What the report writes before each amount. */
      currency: z.string().max(4).default("$"),
      student: price.prefault({}),
      /** By the expert's name: `expert/gpt-4`. */
      experts: z.record(z.string(), price).default({}),
    })
    .optional(),
};

type Schemas = { readonly [Name in StudentName]: z.ZodObject<typeof common & StudentParts[Name], z.core.$strict> };

/** The schema of a config, for each kind of student; what the kind says of a member holds. */
export const experiments = Object.fromEntries(
  Object.entries(STUDENTS).map(([name, { parts }]) => [name, z.strictObject({ ...common, ...parts })]),
) as unknown as Schemas;

/**
 * A checked config with every default filled in: the environment, the expert, the student and its training, the methods and
 * seeds. Made by `readConfig` and `parseConfig`; examples/workshop.yaml is one as a person writes it.
 */
export type ExperimentConfig = z.output<Schemas[StudentName]>;

/** Reads and checks a config file; `sets` are `--set` assignments. Throws CliError. */
export function readConfig(path: string, sets: readonly (readonly [string, unknown])[] = []): ExperimentConfig {
  if (!existsSync(path)) throw new CliError(`${path}: no such file`);
  return parseConfig(path, readFileSync(path, "utf8"), sets);
}

export function parseConfig(
  name: string,
  text: string,
  sets: readonly (readonly [string, unknown])[] = [],
): ExperimentConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [syntax] = document.errors;
  if (syntax) throw new CliError(`${name}:${syntax.linePos?.[0].line ?? 1}: ${syntax.message.split("\n")[0]}`);
  if (!isMap(document.contents)) throw new CliError(`${name}:1: expected a mapping (run:, environment:, methods: …)`);
  for (const [key, value] of sets) assign(document, key, value);
  const written = plain(name, document);
  const problem = (path: readonly (string | number)[], message: string) =>
    `${name}:${lineOf(document, lines, path)}: ${path.join(".") || "config"}: ${message}`;
  const kind = saidKind(written);
  if (!isStudentName(kind)) {
    const kinds = Object.keys(experiments).join(", ");
    throw new CliError(problem(["student", "kind"], `expected one of ${kinds}, got ${JSON.stringify(kind)}`));
  }
  const parsed = experiments[kind].safeParse(written);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => problem(path as (string | number)[], message));
  throw new CliError(problems.join("\n"));
}

/** Aliases are followed only here: one may name no anchor, and many may stand for more than memory holds. */
function plain(name: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new CliError(`${name}: ${messageOf(error)}`, { cause: error });
  }
}

function assign(document: Document, key: string, value: unknown): void {
  const path = key.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  try {
    document.setIn(path, value);
  } catch {
    throw new CliError(`--set ${key}: expected a key of the config, found no such place`);
  }
}

/** The line of the innermost part of `path` that the file has. */
function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

export type ExpertSource = z.infer<typeof expertSource>;
/**
 * An expert of a config that is the environment's scripted one, made to err.
 *
 * @interface
 */
export type ScriptedSource = Extract<ExpertSource, { scripted: true }>;

/** Where the expert's trajectories come from, one or several. */
export const expertSources = ({ expert }: Pick<ExperimentConfig, "expert">): readonly ExpertSource[] =>
  Array.isArray(expert) ? expert : [expert];
