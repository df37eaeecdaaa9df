/**
 * Training sets in pieces: a head (all but the examples, and how many there are) and a row for each example. One text
 * could not hold a large set. The head is written last, so a set is there as a whole or not at all; examples of a set that
 * a kill left without a head are found again when the set is added again.
 */
import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import type { Example, ExampleSource, TrainingSet } from "../core/training.ts";
import { checkedKey, encoded, expectSame, otherContent } from "./bodies.ts";
import { DamagedError } from "./guard.ts";
import { decoded } from "./shapes.ts";
import { sourcesOn } from "./sources.ts";
import { transaction } from "./transaction.ts";

/** Characters that are written in one transaction, so that other processes wait only briefly. */
const PIECE = 2 ** 23;

export interface TrainingSets {
  add(id: string, set: TrainingSet): void;
  get(id: string): TrainingSet | undefined;
  /** Read as they are asked for. */
  examples(id: string): Iterable<Example> | undefined;
  /** How many it has. */
  count(id: string): number | undefined;
  /** The one in this place. */
  example(id: string, position: number): Example | undefined;
  /** As `Repository.exampleSources`. */
  sources(id: string, trajectory?: string): ExampleSource[] | undefined;
  /** Ids, sorted. */
  ids(): Iterable<string>;
  /** The canonical JSON of a set that is there, in pieces. */
  text(id: string): Iterable<string>;
}

/** `piece`: characters that are written in one transaction. */
export function trainingSetsOn(database: DatabaseSync, piece = PIECE): TrainingSets {
  const selectHead = database.prepare("SELECT examples, body FROM training_set_heads WHERE id = ?");
  const selectIds = "SELECT id FROM training_set_heads ORDER BY id";
  const selectExamples =
    "SELECT position, body FROM training_set_examples WHERE training_set = ? AND position < ? ORDER BY position";
  const selectExample = database.prepare(
    "SELECT body FROM training_set_examples WHERE training_set = ? AND position = ?",
  );
  const insertHead = database.prepare("INSERT OR IGNORE INTO training_set_heads (id, examples, body) VALUES (?, ?, ?)");
  const insertExample = database.prepare(
    "INSERT OR IGNORE INTO training_set_examples (training_set, position, body) VALUES (?, ?, ?)",
  );

  const sources = sourcesOn(database);

  function head(id: string): Head | undefined {
    const row = selectHead.get(id);
    if (!row) return undefined;
    const set = decoded<Head["set"]>("training set", id, row.body);
    if (set.kind !== "sft" && !(set.kind === "dpo" && set.beta !== undefined))
      throw new DamagedError(`training set ${id}: expected one of kind sft, or dpo with a beta`);
    return { set, count: Number(row.examples) };
  }

  /** The bodies of its examples, in order, each one checked. */
  function* bodies(id: string, { set, count }: Head): Generator<Written> {
    let next = 0;
    // Prepared anew: several readers may be on their way at once.
    for (const { position, body } of database.prepare(selectExamples).iterate(id, count)) {
      if (position !== next) break;
      const example = decoded<Example>(`example of ${set.kind}`, `${next} in training set ${id}`, body);
      yield { body: String(body), example };
      next++;
    }
    if (next < count) throw new DamagedError(`training set ${id}: expected ${count} examples, found ${next}`);
  }

  /** `expectSame` for an example that is there already. */
  function expectExample(id: string, position: number, body: string): void {
    expectSame(`training set ${id}`, selectExample.get(id, position)?.body, body);
  }

  function addExamples(id: string, first: number, examples: readonly Written[]): void {
    transaction(database, () => {
      for (const [index, { body, example }] of examples.entries()) {
        if (insertExample.run(id, first + index, body).changes > 0) sources.add(id, first + index, example);
        else expectExample(id, first + index, body);
      }
    });
  }

  function expectHead(id: string, count: number, body: string): void {
    const row = selectHead.get(id);
    if (row?.examples !== count) throw otherContent(`training set ${id}`);
    expectSame(`training set ${id}`, row.body, body);
  }

  return {
    add(id, { examples, ...rest }) {
      const body = encoded(`training set ${id}`, rest);
      const isKnown = selectHead.get(checkedKey(id)) !== undefined;
      if (isKnown) expectHead(id, examples.length, body);
      let written: Written[] = [];
      let [first, length] = [0, 0];
      for (const [position, example] of examples.entries()) {
        const text = encoded(`example ${position} of training set ${id}`, example);
        if (isKnown) {
          expectExample(id, position, text);
          continue;
        }
        written.push({ body: text, example });
        length += text.length;
        if (length < piece) continue;
        addExamples(id, first, written);
        written = [];
        [first, length] = [position + 1, 0];
      }
      if (isKnown) return;
      addExamples(id, first, written);
      if (insertHead.run(id, examples.length, body).changes === 0) expectHead(id, examples.length, body);
    },

    get(id) {
      const found = head(id);
      if (!found) return undefined;
      const examples = Array.from(bodies(id, found), ({ example }) => example);
      return { ...found.set, examples } as TrainingSet;
    },

    examples(id) {
      const found = head(id);
      return found && examplesIn(bodies(id, found));
    },

    count: (id) => head(id)?.count,

    example(id, position) {
      const found = head(id);
      if (!found || position >= found.count) return undefined;
      const row = selectExample.get(id, position);
      return row && decoded<Example>(`example of ${found.set.kind}`, `${position} in training set ${id}`, row.body);
    },

    sources(id, trajectory) {
      const found = head(id);
      return found && sources.of(id, found.count, trajectory);
    },

    *ids() {
      for (const { id } of database.prepare(selectIds).iterate()) yield String(id);
    },

    *text(id) {
      const found = head(id);
      if (!found) throw new StoreError(`training set ${id} is not stored`);
      // Members in the order of canonical JSON: the examples stand where their name does.
      let before = "{";
      for (const name of [...Object.keys(found.set), "examples"].sort()) {
        yield `${before}${JSON.stringify(name)}:`;
        before = ",";
        if (name === "examples") yield* listOf(bodies(id, found));
        else yield canonicalJson((found.set as Readonly<Record<string, unknown>>)[name]);
      }
      yield "}";
    },
  };
}

/** An example and its canonical JSON. */
interface Written {
  readonly body: string;
  readonly example: Example;
}

interface Head {
  readonly set: { readonly kind: TrainingSet["kind"]; readonly beta?: number };
  /** How many examples it has. */
  readonly count: number;
}

function* examplesIn(bodies: Iterable<{ readonly example: Example }>): Generator<Example> {
  for (const { example } of bodies) yield example;
}

function* listOf(bodies: Iterable<{ readonly body: string }>): Generator<string> {
  let before = "[";
  for (const { body } of bodies) {
    yield before;
    yield body;
    before = ",";
  }
  yield before === "[" ? "[]" : "]";
}
