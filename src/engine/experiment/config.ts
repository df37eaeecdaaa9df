/**
 * The config of an experiment: YAML, checked against one schema, every default written here. Errors name file and
 * line. `--set training.steps=200` changes one value.
 */
import { z } from "zod";
import { WAYS } from "../../core/audit.ts";
import { atMost } from "../../core/bounds.ts";
import { CliError } from "../../core/errors.ts";
import { checked, type Path } from "../../core/problems.ts";
import { RUN_NAME } from "../../core/run.ts";
import { expectedOneOf, quoted } from "../../core/wording.ts";
import { isStudentName, STUDENTS, type StudentName, type StudentParts, saidKind } from "../../students/kinds.ts";
import { methodSchema } from "../algorithms/methods.ts";
import { configText, readYaml } from "./config-text.ts";
import { keepPlaces, placeAndKey } from "./places.ts";

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
  run: z.string().regex(RUN_NAME.pattern, { error: ({ input }) => `${RUN_NAME.expected}, got ${quoted(input)}` }),
  /** The world by name, with its options. */
  environment: z.looseObject({ name: z.string() }),
  /**
   * How the world must be put back, exactly: by its own snapshots, a copy, or doing it again. It is audited before the run
   * begins, and a world with a fault is refused. `none`: audited, nothing required. Absent: not audited.
   */
  restore: z.enum([...WAYS, "none"]).optional(),
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
  return parseConfig(path, configText(path), sets);
}

export function parseConfig(
  name: string,
  text: string,
  sets: readonly (readonly [string, unknown])[] = [],
): ExperimentConfig {
  const { written, places } = readYaml(name, text, sets);
  const refuse = (path: Path, message: string, isKey?: boolean) => `${placeAndKey(places, path, isKey)}: ${message}`;
  const kind = saidKind(written);
  if (!isStudentName(kind)) {
    throw new CliError(refuse(["student", "kind"], expectedOneOf(Object.keys(experiments), kind)));
  }
  const config = checked<ExperimentConfig>(experiments[kind], written);
  if (config.kind === "refused") {
    throw new CliError(config.problems.map(({ path, message, isKey }) => refuse(path, message, isKey)).join("\n"));
  }
  keepPlaces(config.data, places);
  return config.data;
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
