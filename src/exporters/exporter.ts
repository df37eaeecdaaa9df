/**
 * What an exporter is: a training set → the files that one training tool reads, with exactly the stored decisions learned.
 * An exporter writes nothing itself (write.ts does) and checks nothing (expressible.ts does, before it is asked).
 */
import type { Demonstration, Preference, TrainingSet } from "../core/training.ts";
import type { ChatTokenizer } from "../tokenizers/chat-tokenizer.ts";
import type { ParquetColumns } from "./parquet.ts";

/** What a tool can be told. What it cannot is refused, since the tool would silently learn something else. */
export interface Expresses {
  /** `trajectories`: both sides may have several turns; `answers`: one message on each side; `none`: no preferences. */
  readonly preferences: "trajectories" | "answers" | "none";
  /**
   * Which assistant messages of a conversation may be left unlearned: `each` by a mark of its own, those before the first
   * learned one (`suffix`), all but the last or none at all (`last`), or `none`.
   */
  readonly masks: "each" | "suffix" | "last" | "none";
  /** Whether an example may count a fraction of the others. */
  readonly exampleWeights: boolean;
  /** `alternating`: user and assistant take turns, a system message may come first; `human-gpt`: the same without one. */
  readonly roles: "any" | "alternating" | "human-gpt";
  /** Texts that the tool takes for its own marks, inside messages too. */
  readonly reserved?: readonly string[];
  /** The tool looks for the message's text, so it must not be empty. */
  readonly nonEmpty?: boolean;
  /** How tool calls, their answers and what can be called are written. Absent: they are refused. */
  readonly calls?: Calls;
  /** Whether a thought that stands apart from what is said has a place of its own. Absent: no. */
  readonly thoughts?: boolean;
  /** What stands before a preference's answer where the tool looks for it: an answer that is part of it is not found. */
  readonly beforeAnswer?: string;
}

/** What a tool can be told of calls. */
export interface Calls {
  /** `text`: arguments stay as the model wrote them; `object`: the tool reads a JSON object, so they must be one. */
  readonly arguments: "text" | "object";
  /** Whether calls have ids. Where not, an answer is known by its place: answers must come in the order of the calls. */
  readonly ids: boolean;
  /** Whether preferences may have calls. */
  readonly preferences: boolean;
  /** Whether a turn may say something beside its calls. */
  readonly beside: boolean;
  /** Whether several answers may follow each other. */
  readonly several: boolean;
  /** Texts that the tool would cut out of a call. */
  readonly reserved?: readonly string[];
}

export interface ExportOptions {
  /** Where a tool cannot mask a turn: several rows in place of one. */
  readonly splitTurns: boolean;
  /** Parquet in place of JSON lines, where the tool reads both. */
  readonly parquet: boolean;
  /** Of the model that will be trained; needed where the tool reads token ids, and proves what is shown where it renders texts. */
  readonly tokenizer?: ChatTokenizer;
  /** Examples that the tool cannot be told are left out and counted; otherwise the first one ends the export. */
  readonly leaveOut?: boolean;
}

/**
 * Who makes the text of a conversation that the model is shown. `ids`: it stands in the files. `template`: the tool, of each row
 * as a whole and by the chat template of the model's folder. `tool`: the tool, by a template of its own. `service`: nobody can
 * look.
 */
export type Rendering = "ids" | "template" | "tool" | "service";

export type Row = Readonly<Record<string, unknown>>;

/** One file to write. Rows are made one at a time while they are written; every call of `rows` begins anew. */
export type ExportFile =
  | { readonly kind: "jsonl"; readonly name: string; readonly rows: () => Iterable<Row> }
  /** One array, a row on each line. */
  | { readonly kind: "json"; readonly name: string; readonly rows: () => Iterable<Row> }
  | {
      readonly kind: "parquet";
      readonly name: string;
      readonly columns: ParquetColumns;
      readonly rows: () => Iterable<Row>;
    }
  | { readonly kind: "text"; readonly name: string; readonly text: string };

export interface Exporter {
  /** What `--to` takes. */
  readonly name: string;
  /** The tool, for messages: `TRL`, `LLaMA-Factory`. */
  readonly tool: string;
  readonly expresses: Expresses;
  readonly rendering: Rendering;
  /** `needed`: it writes token ids; `parquet`: only its Parquet file does. Absent: it writes texts. */
  readonly tokenizer?: "needed" | "parquet";
  /** Absent: JSON only; `option`: with `--parquet`; `always`: its only format. */
  readonly parquet?: "option" | "always";
  /** Why the tool would read another example than the files have; undefined: it reads it as it is. */
  misread?(example: Demonstration | Preference): string | undefined;
  /** The same of a set whose examples it reads as they are. */
  misreadSet?(set: TrainingSet): string | undefined;
  /**
   * Why the tool would show the model another text, or learn another part of it, although the chat template writes the row as a
   * server sees it; undefined: it would not. Without a tokenizer: why nobody can say.
   */
  otherText?(row: Demonstration | Preference, tokenizer: ChatTokenizer | undefined): string | undefined;
  /** How the files are used, in one line, seen from their folder. */
  command(set: TrainingSet): string;
  /** The files of a set that it can express. Throws CliError only for what a tokenizer refuses. */
  files(set: TrainingSet, options: ExportOptions): readonly ExportFile[];
}

/** An example as messages name it: `example 17 (trajectory 3fa…)`. */
export function nameOf(example: Demonstration | Preference, index: number): string {
  const sources = "source" in example ? [example.source] : example.sources;
  return `example ${index} (${sources.length > 1 ? "trajectories" : "trajectory"} ${sources.join(" and ")})`;
}

/** `make` of every example, one at a time. */
export function* mapped<T>(examples: readonly T[], make: (example: T, index: number) => Row): Iterable<Row> {
  for (const [index, example] of examples.entries()) yield make(example, index);
}

/** Whether the policy's message is learned: what most rows say of each message. */
export const isLearned = ({ weight }: { readonly weight: 0 | 1 }): boolean => weight === 1;
