/**
 * The config of an experiment: YAML, checked against one schema, every default written here. Errors name file and
 * line. `--set training.steps=200` changes one value.
 */
import { existsSync, readFileSync } from "node:fs";
import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { CliError } from "../../core/errors.ts";
import { isStudentName, STUDENTS, type StudentName, type StudentParts, saidKind } from "../../students/kinds.ts";
import type { Cut, PreferenceTraining } from "../algorithms/preferences.ts";

const count = z.number().int().positive();
const share = z.number().min(0).max(1);

/** At most this many of its tasks (the first ones). */
const tasks = count.optional();

const expertSource = z.union([
  z.strictObject({
    /** The environment's scripted expert, made to err. */
    scripted: z.literal(true),
    /** Chance of a slip at each decision. */
    errorRate: share.default(0.25),
    /** What a slip takes instead: another listed action of the same verb, or any. */
    slip: z.enum(["same-verb", "any"]).default("same-verb"),
    /** The split whose tasks it plays. */
    split: z.string().default("train"),
    tasks,
    /** Episodes of each task; absent: one. */
    episodes: count.optional(),
  }),
  z.strictObject({
    /** A run of this project that holds expert trajectories (imported, played, recorded). */
    run: z.string(),
    tasks,
  }),
]);

const trainFrom = z.enum(["base", "previous"]).default("base");
const iterations = count.default(1);

/** One value for each iteration; the last one holds for later iterations too. */
const byIteration = z.array(z.number().positive()).nonempty();

/** How methods that learn from preferences learn them. */
const preferences = {
  beta: byIteration.default([0.1, 0.5]),
  /** Learning rate, as a share of training.learningRate. */
  rate: byIteration.default([0.05, 0.025]),
  epochs: count.default(3),
  /** Pairs in a step: it reads twice as many conversations. */
  batch: count.default(16),
  /** Messages that a rejected side may have more than its chosen one; null = no cut. Default: 10, on ALFWorld no cut. */
  cut: z.number().int().nonnegative().nullable().optional(),
};

/** What tables call it, where the usual name would not tell it from another. */
const name = z.string().min(1).optional();

const method = z.discriminatedUnion("method", [
  z.strictObject({ method: z.literal("sft-all"), name }),
  z.strictObject({
    method: z.literal("rft"),
    name,
    iterations,
    samples: count.default(1),
    /** In place of `samples`: of each task as many rollouts as EEF with so many probes makes. */
    matchProbes: count.optional(),
    solutions: z.enum(["all", "one"]).default("all"),
    trainFrom,
  }),
  z.strictObject({
    method: z.literal("eef"),
    name,
    iterations,
    probes: count.default(5),
    trainFrom,
    // Absent rather than 1: runs that were stored before there was a choice keep their config. So do the next two.
    /** Rollouts from each state; absent: one. */
    samplesPerState: count.optional(),
    /** How sure labels must be; absent: 0.8. One rollout against one other is never more than 0.83. */
    confidence: z.number().gt(0.5).lt(1).optional(),
    /** Whose rollouts decide the labels; absent: this round's. */
    labels: z.enum(["this-round", "all-rounds"]).optional(),
  }),
  z.strictObject({
    method: z.literal("eto"),
    name,
    iterations: z.number().int().min(1).max(3).default(1),
    /** Rollouts per training task and iteration. */
    samples: count.default(1),
    ...preferences,
  }),
  z.strictObject({
    method: z.literal("rft-eto"),
    name,
    /** Of ETO, after one of RFT. */
    iterations: z.number().int().min(1).max(3).default(1),
    /** Rollouts per training task and iteration. */
    samples: count.default(6),
    /** Who plays first: the base student, so that no expert is involved, or behaviour cloning's. */
    start: z.enum(["base", "bc"]).default("base"),
    ...preferences,
  }),
  z.strictObject({
    method: z.literal("nat"),
    name,
    iterations,
    /** The student's own rollouts per training task and iteration; 0 = the expert's trajectories alone. */
    samples: z.number().int().nonnegative().default(0),
    trainFrom,
  }),
  z.strictObject({ method: z.literal("agent-evol"), name, iterations, samples: count.default(1), trainFrom }),
  /** No training: the best of so many samples of behaviour cloning's student, an upper bound. */
  z.strictObject({ method: z.literal("best-of"), name, samples: count.default(6) }),
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
  /** The run's name. */
  run: z.string(),
  environment: z.looseObject({ name: z.string() }),
  /** One expert, or several (a strong and a weak one, say), whose trajectories are taken together. `prices` says what each costs. */
  expert: z.union([expertSource, z.array(expertSource).nonempty()]),
  /** At most this many training tasks (the first ones). */
  trainTasks: count.optional(),
  evaluate: z
    .strictObject({
      splits: z.array(z.string()).nonempty(),
      /** At most this many tasks of each split. */
      tasks: count.optional(),
    })
    .optional(),
  /** Exploration temperature; evaluation is greedy. */
  temperature: z.number().positive().max(5).default(1),
  /** Behaviour cloning always runs: it is where every method starts. */
  methods: z.array(method),
  seeds: z.array(z.number().int().nonnegative()).nonempty().default([1]),
  /** Episodes in flight. */
  concurrency: count.default(64),
  /** Methods in flight; changes no result. */
  parallel: count.default(1),
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
const experiments = Object.fromEntries(
  Object.entries(STUDENTS).map(([name, { parts }]) => [name, z.strictObject({ ...common, ...parts })]),
) as unknown as Schemas;

export type ExperimentConfig = z.output<Schemas[StudentName]>;
export type MethodConfig = ExperimentConfig["methods"][number];

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
  const written = document.toJS({ maxAliasCount: 100 });
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

function assign(document: Document, key: string, value: unknown): void {
  const path = key.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  try {
    document.setIn(path, value);
  } catch {
    throw new CliError(`--set ${key}: the config has no such place`);
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
export type ScriptedSource = Extract<ExpertSource, { scripted: true }>;

/** Where the expert's trajectories come from, one or several. */
export const expertSources = ({ expert }: Pick<ExperimentConfig, "expert">): readonly ExpertSource[] =>
  Array.isArray(expert) ? expert : [expert];

/** The method's name in tables: `RFT×6`, `RFT×6, one solution`, `EEF`, or what the config calls it. */
export const methodLabel = (config: MethodConfig): string => config.name ?? usualName(config);

function usualName(config: MethodConfig): string {
  switch (config.method) {
    case "sft-all":
      return "SFT-ALL";
    case "rft":
      return `RFT${config.matchProbes === undefined ? times(config) : ` as EEF M=${config.matchProbes}`}${config.solutions === "one" ? ", one solution" : ""}${continued(config)}`;
    case "eef":
      return `EEF${eefVariant(config)}${continued(config)}`;
    case "eto":
      return `ETO${times(config)}`;
    case "rft-eto":
      return `RFT${times(config)} + ETO${config.start === "bc" ? ", from BC" : ""}`;
    case "nat":
      return `NAT${config.samples === 0 ? "" : ` + own${times(config)}`}${continued(config)}`;
    case "agent-evol":
      return `AgentEvol${times(config)}${continued(config)}`;
    case "best-of":
      return `best-of-${config.samples}`;
    default:
      return config satisfies never;
  }
}

/** What a method that learns from preferences is given: rates made absolute, the world's rule for cutting filled in. */
export function preferenceOptions(
  { beta, rate, epochs, batch, cut }: Extract<MethodConfig, { beta: unknown }>,
  { training, environment }: ExperimentConfig,
): PreferenceTraining & { readonly cut: Cut } {
  const published = environment.name === "alfworld" ? null : 10;
  const learningRates = rate.map((share) => share * training.learningRate);
  return { betas: beta, learningRates, epochs, batch, cut: cut === undefined ? published : cut };
}

function eefVariant({ probes, samplesPerState, confidence, labels }: Extract<MethodConfig, { method: "eef" }>): string {
  const variants = [
    probes === 5 ? "" : ` M=${probes}`,
    samplesPerState === undefined || samplesPerState === 1 ? "" : ` k=${samplesPerState}`,
    confidence === undefined ? "" : `, confidence ${confidence}`,
    labels === "all-rounds" ? ", labels of all rounds" : "",
  ];
  return variants.join("");
}

const times = ({ samples }: { samples: number }) => (samples === 1 ? "" : `×${samples}`);

const continued = (config: { trainFrom: "base" | "previous" }) =>
  config.trainFrom === "previous" ? ", continued" : "";
