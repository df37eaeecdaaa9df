/**
 * WebShop as a Benchmark: shopping in a catalogue by search and clicks, scored by how well the bought product meets the
 * customer's wish (Yao et al. 2022, arXiv 2207.01206). The original's engine is ported, not run: pages, search results
 * and rewards are its own to the letter, except that prices follow from a seed.
 */
import type { Benchmark } from "../../core/environment.ts";
import { CliError } from "../../core/errors.ts";
import type { StockOptions } from "./catalogue/index.ts";
import { compactRendering } from "./compact.ts";
import { shopper } from "./expert.ts";
import { constraintsOf } from "./generator/instructions.ts";
import { isPreset, PRESETS, type Preset } from "./presets.ts";
import { INSTRUCTIONS } from "./prompt.ts";
import {
  OBSERVATIONS,
  type Observation,
  ORIGINAL_RULES,
  openStorefront,
  type Rules,
  type ShopEnvironment,
  sessionsOf,
} from "./session/index.ts";
import { openShop, type Source } from "./shop.ts";
import { tasksOf } from "./tasks.ts";
import type { Goal, GoalKind, Shop } from "./types.ts";

/** Which shop, which goals, and how they are played. */
export interface WebshopOptions {
  /** The folder with the official files, plain or gzipped. Either this or `generated`. */
  readonly data?: string;
  /** A shop of our own making, which needs no data: 200 to 1,200,000 products. `seed` (default 0) makes other shops. */
  readonly generated?: {
    /** 200 to 1,200,000. */
    readonly products: number;
    /** Default 0. */
    readonly seed?: number;
  };
  /** Which goals: made of products' attributes and options, or written by people. Default `synthetic`. */
  readonly goals?: GoalKind;
  /** Draws prices and price limits, which the original leaves to chance; part of every task's identity. Default 0. */
  readonly seed?: number;
  /** Which words of titles are nouns: `heuristic` (default), or the path of a table made with spaCy. */
  readonly nouns?: string;
  /** What a page looks like to the policy: one of the original's four modes. Default `text`. */
  readonly observation?: Observation;
  /**
   * A published stack's way of using WebShop, by name: `react`, `agentbench`, `eto`, `agentgym`, `verl-agent`, `fedagent`. Other
   * options given here win over it.
   */
  readonly preset?: string;
  /**
   * Steps after which an episode is truncated; ≥ 1. The original has no limit; stacks allow 10 to 100. Default 15, as ReAct
   * and GEM do.
   */
  readonly maxSteps?: number;
  /**
   * Products of the catalogue: the first so many, or "all" of the full set. Default: what is in the folder, and the 1,000
   * where both sets are.
   */
  readonly products?: number | "all";
  /** The original's `show_attrs`: products show what the reward compares. Default off. */
  readonly showAttributes?: boolean;
  /** Folder for what a large catalogue is unpacked and indexed to; `~/.cache/gleaner/webshop` unless given. */
  readonly cache?: string;
}

/** WebShop as a benchmark; its environments can also show their page to a person. */
export interface WebshopBenchmark extends Benchmark {
  readonly notes: readonly string[];
  open(): Promise<ShopEnvironment>;
}

const DEFAULT_MAX_STEPS = 15;

/** Throws CliError for missing or damaged data and for options out of range. */
export async function webshop(options: WebshopOptions): Promise<WebshopBenchmark> {
  const settings = settle(options);
  const { source, stock, rules, variant, preset, maxSteps } = settings;
  const shop = await openShop({ source, stock, nouns: options.nouns ?? "heuristic", cache: options.cache });
  const tasks = tasksOf({
    goals: shop.stock.goals,
    kind: stock.kind,
    variant,
    splits: preset?.splits ?? { kind: source.kind === "generated" ? "fifths" : "official" },
    categoryOf: source.kind === "generated" ? difficultyOf : ({ category }) => category,
  });
  const openSession = sessionsOf(openStorefront(shop, rules), tasks.goalOf);
  return {
    name: "webshop",
    splits: ["train", "eval", "test"],
    maxSteps,
    successReturn: rules.prize ?? 1,
    instructions: INSTRUCTIONS,
    compact: compactRendering(shop.catalogue),
    expert: shopper(),
    notes: notesOf(shop, settings),
    tasks: async (split) => tasks.of(split),
    task: async (id) => tasks.byId(id),
    async target(task) {
      const { asin, attributes, priceUpper, options: chosen } = shop.stock.goals[tasks.goalOf(task)]!;
      return { asin, attributes, priceUpper, options: chosen };
    },
    open: async () => openSession(),
  };
}

/** Goals of the generated shop are graded by how much they ask for. */
function difficultyOf(goal: Goal): string {
  const constraints = constraintsOf(goal);
  return constraints === 1 ? "1 constraint" : `${constraints} constraints`;
}

/** What the options and the preset come to. */
interface Settings {
  readonly source: Source;
  readonly stock: StockOptions;
  readonly rules: Rules;
  readonly preset: (Preset & { readonly name: string }) | undefined;
  readonly maxSteps: number;
  /** What changes the meaning of a goal's index. */
  readonly variant: readonly string[];
}

function settle(options: WebshopOptions): Settings {
  const preset = presetOf(options.preset);
  const usualSeed = preset?.seed ?? 0;
  const { goals = preset?.goals ?? "synthetic", seed = usualSeed } = options;
  const { maxSteps = preset?.maxSteps ?? DEFAULT_MAX_STEPS } = options;
  const { observation = preset?.observation ?? "text", showAttributes = false } = options;
  if (!OBSERVATIONS.includes(observation)) throw unexpected("observation", OBSERVATIONS.join(", "), observation);
  if (goals !== "synthetic" && goals !== "human") throw unexpected("goals", "synthetic or human", goals);
  if (!Number.isInteger(maxSteps) || maxSteps < 1) throw unexpected("maxSteps", "an integer ≥ 1", maxSteps);
  if (!Number.isSafeInteger(seed) || seed < 0) throw unexpected("seed", "an integer ≥ 0", seed);
  const source = sourceOf(options, preset);
  return {
    source,
    stock: { kind: goals, seed, ...(preset?.hasWorkers && { shuffleSeed: seed }), ...preset?.stock },
    rules: {
      observation,
      showAttributes,
      reward: { ...ORIGINAL_RULES.reward, ...preset?.reward },
      prize: preset?.prize ?? null,
    },
    preset,
    maxSteps,
    variant: [
      ...catalogueVariant(source),
      ...(preset ? [preset.name] : []),
      // The plain name stands in older stores for the rule that is called fedagent now.
      ...(preset?.hasWorkers ? [`worker-${seed}`] : seed === usualSeed ? [] : [`seed-${seed}`]),
    ],
  };
}

function sourceOf({ data, generated, products }: WebshopOptions, preset: Preset | undefined): Source {
  if (generated) {
    if (data !== undefined) throw unexpected("generated", "no value together with data", generated);
    if (products !== undefined) throw unexpected("products", "no value together with generated", products);
    return { kind: "generated", products: generated.products, seed: generated.seed ?? 0 };
  }
  if (data === undefined) throw unexpected("data", "the folder with WebShop's files, or generated", data);
  return { kind: "official", data, products: products ?? preset?.products };
}

/** The usual catalogues are not named in ids, as nowhere in the field: their goals differ in their texts. */
function catalogueVariant(source: Source): readonly string[] {
  const { products } = source;
  if (source.kind === "official")
    return typeof products === "number" && products !== 1000 ? [`products-${products}`] : [];
  return [`generated-${products}${source.seed === 0 ? "" : `-${source.seed}`}`];
}

const unexpected = (option: string, expected: string, got: unknown) =>
  new CliError(`${option}: expected ${expected}, got ${JSON.stringify(got)}`);

function presetOf(name: string | undefined): (Preset & { readonly name: string }) | undefined {
  if (name === undefined) return undefined;
  if (!isPreset(name)) throw unexpected("preset", `one of ${Object.keys(PRESETS).join(", ")}`, name);
  return { name, ...PRESETS[name] };
}

/** What every report must say: what the shop sells and by which rules it rewards. */
function notesOf({ catalogue, stock: { goals }, nouns }: Shop, settings: Settings): readonly string[] {
  const { source, stock, rules, preset } = settings;
  const count = (value: number) => value.toLocaleString("en-US");
  const products = `${count(catalogue.size)} ${source.kind === "generated" ? "generated products" : "products"}`;
  const catalogueSeed = source.kind === "generated" ? ` of seed ${source.seed}` : "";
  const isOther = nouns.name === "heuristic" && source.kind === "official";
  return [
    `WebShop of ${products}${catalogueSeed} with ${count(goals.length)} ${stock.kind} goals, prices from seed ${stock.seed}`,
    `nouns: ${nouns.name}${isOther ? ", which rewards about 5 % of purchases otherwise than the original's spaCy" : ""}`,
    ...(rules.showAttributes ? ["products show their attributes"] : []),
    ...(preset ? [`preset ${preset.name} (${preset.source}): ${preset.remarks.join("; ")}`] : []),
  ];
}
