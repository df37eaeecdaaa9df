/** What is known of one world from outside: its options, how it is opened, what it needs from this machine. */
import { z } from "zod";
import type { Way } from "../core/audit.ts";
import type { Benchmark } from "../core/environment.ts";
import type { Finding } from "../installs/finding.ts";

/** `Options` is what `schema` makes of a config's block or of flags. */
export interface EnvironmentEntry<Options = never> {
  readonly summary: string;
  readonly schema: z.ZodType;
  /** Options that are places on this machine: never stored with a run, relative to a config's folder. */
  readonly paths: readonly string[];
  /** Of these, programs: one whose name has no slash is looked for on the PATH. */
  readonly programs?: readonly string[];
  /** Options that say where a server is and what it wants to let us in: kept as paths are, and as they are written. */
  readonly addresses?: readonly string[];
  /** Options that decide how fast it goes here and change no result: never stored with a run either. */
  readonly machine?: readonly string[];
  /** Whether tasks are generated from the option `seed`: experiments then draw others for every seed. */
  isGenerated?(options: Readonly<Record<string, unknown>>): boolean;
  /** The ways back that its option `restore` chooses among. Absent: it has one, and no such option. */
  readonly ways?: readonly Way[];
  /** That one way, where its snapshots do not say it: a replay that takes copies where there are any is a `copy`. */
  readonly way?: Way;
  /** Options that make it order differently what has no order, sets of texts: for an audit. */
  readonly otherOrder?: Readonly<Record<string, unknown>>;
  /** What kind of action an action is, for reports; by default its first word. */
  skill?(action: string): string;
  /** Throws CliError for missing data. */
  open(options: Options): Promise<Benchmark>;
  /** For `gleaner doctor`. `data` is where its data was said to be. */
  findings?(data: string | undefined): Promise<readonly Finding[]>;
  /** For `gleaner env install`: gets what can be got, explains and checks the rest. */
  install?(options: InstallOptions): Promise<Installed>;
}

/** What `gleaner env install` found and did, to be printed. */
export interface Installed {
  /** A table of the files it looked at. */
  readonly files?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
  /** Lines behind the table. */
  readonly text: string;
}

export interface InstallOptions {
  readonly data?: string;
  readonly version?: string;
  readonly wheel?: string;
  /** Lines about what is going on. */
  say(line: string): void;
}

/** A list, or one text with commas: `--option info=look,inventory`. */
export function listOf<Item extends z.ZodType>(item: Item) {
  const split = (value: unknown) => (typeof value === "string" ? value.split(",").map((each) => each.trim()) : value);
  return z.preprocess(split, z.array(item).nonempty());
}
