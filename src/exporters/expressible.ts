/**
 * Whether a tool can be told exactly what a training set says. What it cannot is refused with a CliError that names the first
 * such example and what would be lost, or left out and counted where the user asks for it; nothing is rounded, dropped or
 * rewritten.
 */
import { CliError } from "../core/errors.ts";
import { countedReasons, reasonsText } from "../core/reasons.ts";
import type { Demonstration, Preference, TrainingSet } from "../core/training.ts";
import { type Exporter, type ExportOptions, nameOf } from "./exporter.ts";
import { learnable } from "./learnable.ts";
import { learnedTurns, masksOf } from "./masks.ts";
import { problemOfExample } from "./problems.ts";
import { problemOfText } from "./rendering.ts";
import { inTurns, type SplitCost, splitCost } from "./split.ts";

/** A training set as an exporter takes it. */
export interface Expressed {
  readonly set: TrainingSet;
  /** What splitting cost; null where nothing was split. */
  readonly cost: SplitCost | null;
  /** The stored examples that are not in it, in their order. */
  readonly leftOut: readonly LeftOut[];
}

/** An example that is left out: its index in the stored set, and why. */
export interface LeftOut {
  readonly index: number;
  readonly reason: string;
}

/** Throws CliError. */
export function expressible(exporter: Exporter, given: TrainingSet, options: ExportOptions): Expressed {
  expectOptions(exporter, given.kind, options);
  if (given.examples.length === 0) throw new CliError("the training set has no examples");
  const set = learnable(given);
  const { name, tool, expresses } = exporter;
  if (set.kind === "dpo" && expresses.preferences === "none") {
    throw new CliError(`--to ${name}: ${tool} takes demonstrations only, this set has preferences`);
  }
  const sieve = newSieve(options.leaveOut === true);
  const { examples, cost } =
    set.kind === "sft"
      ? demonstrations(exporter, set.examples, options, sieve)
      : preferences(exporter, set.examples, options, sieve);
  const leftOut = sieve.leftOut.toSorted((a, b) => a.index - b.index);
  if (examples.length === 0) {
    const reasons = reasonsText(countedReasons(leftOut.map(({ reason }) => reason)));
    throw new CliError(
      `--leave-out: nothing is left of ${leftOut.length} examples that ${tool} could be told (${reasons})`,
    );
  }
  const taken = { ...set, examples } as TrainingSet;
  const problem = exporter.misreadSet?.(taken);
  if (problem !== undefined) throw new CliError(`--to ${name}: ${problem}`);
  return { set: taken, cost, leftOut };
}

interface Placed<Example> {
  readonly index: number;
  readonly example: Example;
}

interface Sieve {
  readonly leftOut: LeftOut[];
  /** Throws CliError naming the example, or notes it and goes on. */
  leave(placed: Placed<Demonstration | Preference>, reason: string): void;
  /** Those without a reason against them; the others are left. */
  sift<Example extends Demonstration | Preference>(
    placed: readonly Placed<Example>[],
    reasonOf: (example: Example) => string | undefined,
  ): readonly Placed<Example>[];
}

function newSieve(goesOn: boolean): Sieve {
  const leftOut: LeftOut[] = [];
  const leave: Sieve["leave"] = ({ index, example }, reason) => {
    if (!goesOn) throw new CliError(`${nameOf(example, index)}: ${reason}`);
    leftOut.push({ index, reason });
  };
  return {
    leftOut,
    leave,
    sift: (all, reasonOf) =>
      all.filter((placed) => {
        const reason = reasonOf(placed.example);
        if (reason !== undefined) leave(placed, reason);
        return reason === undefined;
      }),
  };
}

const placedOf = <Example>(examples: readonly Example[]): Placed<Example>[] =>
  examples.map((example, index) => ({ index, example }));

function preferences(exporter: Exporter, given: readonly Preference[], options: ExportOptions, { sift }: Sieve) {
  const said = sift(placedOf(given), (pair) => problemOfExample(exporter, pair));
  const shown = sift(said, (pair) => problemOfText(exporter, pair, options));
  return { examples: shown.map(({ example }) => example), cost: null };
}

function demonstrations(exporter: Exporter, given: readonly Demonstration[], options: ExportOptions, sieve: Sieve) {
  const said = sieve.sift(placedOf(given), (example) => problemOfExample(exporter, example));
  const masks = masksOf(
    exporter,
    said.map(({ example }) => example),
  );
  const splitsAll = options.splitTurns && masks.areSplit;
  const masked = splitsAll ? said : sieve.sift(said, masks.problemOf);
  const shown = masked.flatMap((placed) => {
    const rows = rowsOf(exporter, placed.example, options, splitsAll);
    if (typeof rows === "string") sieve.leave(placed, rows);
    return typeof rows === "string" ? [] : [{ example: placed.example, rows }];
  });
  const examples = shown.flatMap(({ rows }) => rows);
  const isSplit = splitsAll || examples.length > shown.length;
  return {
    examples,
    cost: isSplit
      ? splitCost(
          shown.map(({ example }) => example),
          examples,
        )
      : null,
  };
}

/** The rows of a demonstration, or why there are none: as a whole where the tool shows the model the right text, else in turns. */
function rowsOf(
  exporter: Exporter,
  example: Demonstration,
  options: ExportOptions,
  splits: boolean,
): readonly Demonstration[] | string {
  const whole = splits ? inTurns(example) : [example];
  const problem = firstProblem(exporter, whole, options);
  if (problem === undefined) return whole;
  if (splits || !options.splitTurns || exporter.rendering === "ids" || learnedTurns(example) === 1) return problem;
  const turns = inTurns(example);
  return firstProblem(exporter, turns, options) ?? turns;
}

function firstProblem(exporter: Exporter, rows: readonly Demonstration[], options: ExportOptions): string | undefined {
  for (const row of rows) {
    const problem = problemOfText(exporter, row, options);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Throws CliError for options that this exporter does not take, or that it misses. */
export function expectOptions(exporter: Exporter, kind: TrainingSet["kind"], options: ExportOptions): void {
  const { name, tokenizer, parquet } = exporter;
  if (options.parquet && kind === "dpo") throw new CliError("--parquet: preferences are written as JSON");
  if (options.parquet && parquet === undefined) throw new CliError(`--parquet: ${name} is written as JSON`);
  const needsTokenizer = tokenizer === "needed" || (tokenizer === "parquet" && options.parquet);
  if (needsTokenizer && !options.tokenizer) {
    throw new CliError(`--to ${name} writes token ids: expected --tokenizer with the folder of the model's checkpoint`);
  }
  if (options.tokenizer && !needsTokenizer) expectRendered(exporter);
}

/** Throws CliError where a tokenizer says nothing of what the tool shows the model. */
export function expectRendered({ name, tool, tokenizer, rendering }: Exporter): void {
  if (rendering === "template") return;
  const hint = tokenizer === "parquet" ? " without --parquet" : "";
  throw new CliError(
    `--tokenizer: ${name}${hint} is written as text, and ${tool} does not render it by the template of that folder`,
  );
}
