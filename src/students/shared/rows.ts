/**
 * A training set → rows of token ids, labels and weights, as python/train_trl.py reads them too. What cannot be trained
 * exactly as it is, is refused here, before anything starts, by its number, its trajectory, its length and the limit;
 * nothing is cut or dropped.
 */
import { messageOf, TrainerError } from "../../core/errors.ts";
import type { Demonstration, Preference, TrainEvent, TrainingSet } from "../../core/training.ts";
import type { ChatTokenizer } from "../../tokenizers/chat-tokenizer.ts";
import { CONTEXT, type LabelledTokens } from "../../tokenizers/labels.ts";
import { templateMessage, templateTool } from "../../tokenizers/message-values.ts";
import type { RowText } from "../../tokenizers/rows.ts";

/** A demonstration. The messages are there so that Python can render and tokenise them for itself and compare. */
export interface SftExample {
  /** Of every learned token. */
  readonly weight: number;
  readonly messages: readonly object[];
  /** What could be called; absent: nothing. */
  readonly tools?: readonly object[];
  /** At least one; every learned message is learned in one of them. */
  readonly rows: readonly SftRow[];
}

/** What a demonstration is trained as: all of it, or some turns as they were shown. */
export interface SftRow {
  readonly input_ids: readonly number[];
  readonly labels: readonly number[];
  readonly shows: Shown;
}

/** How the text of a row comes about (tokenizers/rows.ts), for Python. */
export interface Shown {
  /** How many of the example's messages it shows. */
  readonly messages: number;
  readonly written: string;
  readonly next?: object;
  readonly tail: string;
}

/** A preference: what both sides share and learn nothing from, then each side with 1 for every token that counts. */
export interface DpoRow {
  readonly prompt_ids: readonly number[];
  readonly chosen_ids: readonly number[];
  readonly rejected_ids: readonly number[];
  readonly chosen_mask: readonly number[];
  readonly rejected_mask: readonly number[];
  readonly chosen_messages: readonly object[];
  readonly rejected_messages: readonly object[];
  readonly chosen_shows: Shown;
  readonly rejected_shows: Shown;
  readonly tools?: readonly object[];
}

/**
 * The examples in order; one at a time, as all together may not fit into memory. `limit`: tokens of the longest conversation.
 * Throws TrainerError naming the first example that cannot be trained exactly.
 */
export function* rowsOf(set: TrainingSet, tokenizer: ChatTokenizer, limit: number): Generator<SftExample | DpoRow> {
  if (set.examples.length === 0) throw new TrainerError("the training set is empty");
  if (set.kind === "sft") {
    for (const [number, example] of set.examples.entries()) yield sftExample({ example, number, tokenizer, limit });
  } else {
    for (const [number, example] of set.examples.entries()) yield dpoRow({ example, number, tokenizer, limit });
  }
}

/** The same, counted as they are taken. */
export function* counted<Example extends SftExample | DpoRow>(
  examples: Iterable<Example>,
  count: Count,
): Iterable<Example> {
  for (const example of examples) {
    count.examples++;
    count.rows += "rows" in example ? example.rows.length : 1;
    yield example;
  }
}

/** What `counted` adds to. */
export interface Count {
  examples: number;
  rows: number;
}

/** What a training tells of them: nothing where each example is one row. */
export function* rowsTold(count: Count, sharesPrefixes = false): Iterable<TrainEvent> {
  if (count.rows > count.examples) yield { kind: "rows", ...count, sharesPrefixes };
}

interface RowRequest<Example> {
  readonly example: Example;
  readonly number: number;
  readonly tokenizer: ChatTokenizer;
  readonly limit: number;
}

function sftExample({ example, number, tokenizer, limit }: RowRequest<Demonstration>): SftExample {
  const where = `example ${number} (trajectory ${example.source})`;
  const { rows, weight } = refusing(where, () => tokenizer.demonstration(example));
  if (!(weight > 0)) throw new TrainerError(`${where}: weight ${weight}, expected a number above 0`);
  for (const row of rows) check(where, row, limit);
  return {
    ...{ weight, messages: example.messages.map(templateMessage), ...toolsOf(example) },
    rows: rows.map(({ inputIds, labels, shows }) => ({ input_ids: inputIds, labels, shows: shown(shows) })),
  };
}

const shown = ({ messages, written, next, tail }: RowText): Shown => ({
  ...{ messages, written, tail, ...(next && { next: templateMessage(next) }) },
});

function dpoRow({ example, number, tokenizer, limit }: RowRequest<Preference>): DpoRow {
  const [chosenSource, rejectedSource] = example.sources;
  const where = `pair ${number} (chosen ${chosenSource}, rejected ${rejectedSource})`;
  const { chosen, rejected } = refusing(where, () => tokenizer.preference(example));
  check(`${where}, chosen side`, chosen, limit);
  check(`${where}, rejected side`, rejected, limit);
  const shared = sharedContext(chosen, rejected);
  const side = ({ inputIds, labels }: LabelledTokens) => ({
    ids: inputIds.slice(shared),
    mask: labels.slice(shared).map((label) => (label === CONTEXT ? 0 : 1)),
  });
  return {
    prompt_ids: chosen.inputIds.slice(0, shared),
    chosen_ids: side(chosen).ids,
    rejected_ids: side(rejected).ids,
    chosen_mask: side(chosen).mask,
    rejected_mask: side(rejected).mask,
    chosen_messages: [...example.prompt, ...example.chosen].map(templateMessage),
    rejected_messages: [...example.prompt, ...example.rejected].map(templateMessage),
    chosen_shows: shown(chosen.shows),
    rejected_shows: shown(rejected.shows),
    ...toolsOf(example),
  };
}

/** How many tokens both sides begin with, and learn nothing from. */
function sharedContext(a: LabelledTokens, b: LabelledTokens): number {
  const differs = a.inputIds.findIndex(
    (id, at) => id !== b.inputIds[at] || a.labels[at] !== CONTEXT || b.labels[at] !== CONTEXT,
  );
  return differs < 0 ? a.inputIds.length : differs;
}

function check(where: string, { inputIds, labels }: LabelledTokens, limit: number): void {
  if (inputIds.length > limit) {
    const says = "by training.maxLength, student.context or the model itself";
    const long = `${inputIds.length} tokens, expected at most ${limit} (${says})`;
    throw new TrainerError(`${where}: ${long}; nothing is cut silently`);
  }
  // The first token has nothing before it that it could be predicted from.
  if (labels.slice(1).every((label) => label === CONTEXT)) {
    throw new TrainerError(`${where}: no token of its ${inputIds.length} is learned`);
  }
}

function refusing<T>(where: string, tokenise: () => T): T {
  try {
    return tokenise();
  } catch (error) {
    throw new TrainerError(`${where}: ${messageOf(error)}`, { cause: error });
  }
}

const toolsOf = ({ tools }: Demonstration | Preference) => tools && { tools: tools.map(templateTool) };
