/** What a benchmark leaves behind: its findings, where and when they were made, and the file that keeps both. */
import { z } from "zod";
import type { Origin } from "./origin.ts";

/** What a benchmark's `run` found. */
export interface Findings {
  /** Sizes and choices that the figures depend on. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** Versions of what was measured or compared with, by name. Node's own is added. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Rows of the table. A figure's name ends in its unit: `steps/s`, `save, ms`. Null: cannot be measured here. */
  readonly figures: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  /** Of two things measured in this run, named `A ÷ B, of what`. */
  readonly ratios: Readonly<Record<string, number>>;
  /** Why some or all of it could not be measured. Such findings are printed and not kept. */
  readonly missing?: string;
}

/** Findings of a benchmark that cannot run here. */
export function skipped(reason: string): Findings {
  return { settings: {}, figures: {}, ratios: {}, missing: reason };
}

const UNITS = [
  "exponent",
  "steps/s",
  "records/s",
  "MB/s",
  "s",
  "ms",
  "MB",
  "%",
  "products",
  "postings",
  "queries",
  "requests",
  "rows",
];
const FIGURE = new RegExp(`(?:^|[ ,/])(?:${UNITS.join("|")})$`);
const RATIO = /\S ÷ \S/;
const MACHINE_PATH = /(?:^|[\s"'=:(])(?:\/[\w.-]+\/|~\/|[A-Za-z]:\\)/;

const text = z
  .string()
  .min(1)
  .refine((value) => !MACHINE_PATH.test(value), "expected no path of this machine");

/** A record whose names match. `expected` says in the refusal what they should be. */
function named<Value extends z.ZodType>(value: Value, pattern: RegExp, expected: string) {
  return z.record(text, value).superRefine((record, { addIssue }) => {
    for (const name of Object.keys(record)) {
      if (!pattern.test(name)) addIssue({ code: "custom", path: [name], message: `expected a name ${expected}` });
    }
  });
}

/** A file of bench/results. Nothing in it names a machine, a person or a place. */
export const resultSchema = z.strictObject({
  bench: z.string().regex(/^[a-z][a-z0-9-]*$/),
  command: text,
  date: z.iso.datetime(),
  /** Null where there is no git repository. */
  commit: z.hex().length(40).nullable(),
  /** Whether the tree differed from the commit. */
  dirty: z.boolean(),
  machine: z.strictObject({
    system: text,
    processor: text,
    cores: z.int().positive(),
    memoryGb: z.number().positive(),
    /** Processes that wanted the processor in the minute before, on average. */
    loadBefore: z.number().nonnegative(),
  }),
  versions: z.record(text, text),
  settings: z.record(text, z.union([text, z.number(), z.boolean()])),
  figures: z.record(text, named(z.number().nullable(), FIGURE, `that ends in one of the units ${UNITS.join(", ")}`)),
  ratios: named(z.number().positive(), RATIO, "of the form A ÷ B"),
});

export type BenchResult = z.infer<typeof resultSchema>;

/** Five digits, more than any of these clocks gives. */
function rounded<T>(value: T): T | number {
  if (typeof value !== "number") return value;
  return Math.abs(value) >= 10_000 ? Math.round(value) : Number(value.toPrecision(5));
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

/** Throws where findings are not what the schema says, naming the member. */
export function resultOf(bench: string, findings: Findings, { versions, ...origin }: Origin): BenchResult {
  const found = {
    bench,
    ...origin,
    versions: { ...versions, ...findings.versions },
    settings: findings.settings,
    figures: mapValues(findings.figures, (row) => mapValues(row, rounded)),
    ratios: mapValues(findings.ratios, rounded),
  };
  const parsed = resultSchema.safeParse(found);
  if (!parsed.success) throw new Error(`${bench}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** The text of the file: members in the schema's order, indented. */
export function resultText(result: BenchResult): string {
  return `${JSON.stringify(resultSchema.parse(result), null, 2)}\n`;
}

/** One table for all rows with the same figures, one for every row that is alone, one for the ratios. */
export function printFindings({ figures, ratios, missing }: Findings): void {
  const alone: Record<string, number | null> = {};
  for (const rows of Map.groupBy(Object.entries(figures), ([, row]) => Object.keys(row).join()).values()) {
    if (rows.length > 1) console.table(mapValues(Object.fromEntries(rows), (row) => mapValues(row, rounded)));
    else for (const [what, row] of rows) for (const name in row) alone[`${what}: ${name}`] = rounded(row[name]!);
  }
  if (Object.keys(alone).length > 0) console.table(alone);
  if (Object.keys(ratios).length > 0) console.table(mapValues(ratios, rounded));
  if (missing !== undefined) console.log(`not measured: ${missing}`);
}
