/**
 * Which words of a product's title count as nouns. The original asks a spaCy model; here they come from a table that
 * the model made once (python/webshop_nouns.py), or from a heuristic. Titles are tagged by no one else: this module
 * starts no Python.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { CliError, EnvironmentError, messageOf } from "../../../core/errors.ts";
import type { Catalogue, NounRule } from "../types.ts";

const FUNCTION_WORDS = new Set(
  "a an the and or for of with in on to by from at as is are be this that it its your our you we i".split(" "),
);
const TOKEN = /[A-Za-z][A-Za-z'-]*|\d+(?:\.\d+)?|[^\sA-Za-z0-9]/g;

/** Every word that begins with a letter, except 27 function words: titles name things, and spaCy agrees with most of them. */
export const heuristicNouns: NounRule = {
  name: "heuristic",
  nounsOf: (title) =>
    (title.match(TOKEN) ?? [])
      .filter((token) => /^\p{L}/u.test(token))
      .map((token) => token.toLowerCase())
      .filter((word) => !FUNCTION_WORDS.has(word)),
};

/** A rule that knows the titles of its table only. */
export interface NounTable extends NounRule {
  has(title: string): boolean;
}

/** No noun contains it. */
const SEPARATOR = "\u0000";

/**
 * The table of a `.json` or `.json.gz` file: an object of titles, each with the list of its nouns. `nounsOf` throws
 * EnvironmentError for a title that the table lacks. Throws CliError for a file that is no table.
 */
export function nounTable(path: string): NounTable {
  const text = textOf(path);
  const joined = new Map(
    Object.entries(tableIn(text, path)).map(([title, nouns]) => [title, joinedNouns(path, title, nouns)]),
  );
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 8);
  const name = `table:${basename(path).replace(/\.json(\.gz)?$/, "")}@${digest}`;
  return {
    name,
    has: (title) => joined.has(title),
    nounsOf(title) {
      const nouns = joined.get(title);
      if (nouns === undefined)
        throw new EnvironmentError(`${name} lacks the title ${JSON.stringify(title.slice(0, 200))}`);
      return nouns === "" ? [] : nouns.split(SEPARATOR);
    },
  };
}

/** How many products of the catalogue the table cannot judge, and some of their titles. */
export function missingTitles(table: NounTable, catalogue: Catalogue): { count: number; examples: readonly string[] } {
  let count = 0;
  const examples: string[] = [];
  for (let row = 0; row < catalogue.size; row++) {
    const { title } = catalogue.product(row);
    if (table.has(title)) continue;
    count++;
    if (examples.length < 3) examples.push(title);
  }
  return { count, examples };
}

/** The rule of `--nouns`: `heuristic`, or the path of a table. Throws CliError if the table lacks products of the catalogue. */
export function nounRule(choice: string, catalogue: Catalogue): NounRule {
  if (choice === heuristicNouns.name) return heuristicNouns;
  const table = nounTable(choice);
  const { count, examples } = missingTitles(table, catalogue);
  if (count === 0) return table;
  throw new CliError(
    `${choice}: lacks ${count} of the catalogue's ${catalogue.size} titles, such as ${JSON.stringify(examples[0])}; ` +
      "`gleaner env nouns webshop` makes a table for a catalogue",
  );
}

function textOf(path: string): string {
  try {
    const bytes = readFileSync(path);
    return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  } catch (error) {
    throw new CliError(`${path}: cannot read the noun table: ${messageOf(error)}`);
  }
}

function tableIn(text: string, path: string): object {
  const fail = (found: string): never => {
    throw new CliError(`${path}: expected a JSON object of titles with their nouns, found ${found}`);
  };
  let table: unknown;
  try {
    table = JSON.parse(text);
  } catch (error) {
    fail(`no JSON: ${messageOf(error)}`);
  }
  if (typeof table === "object" && table !== null && !Array.isArray(table)) return table;
  return fail(Array.isArray(table) ? "a list" : String(table).slice(0, 60));
}

/** One string a title needs a third of a list's memory. */
function joinedNouns(path: string, title: string, nouns: unknown): string {
  if (Array.isArray(nouns) && nouns.every((noun) => typeof noun === "string" && noun !== ""))
    return nouns.join(SEPARATOR);
  throw new CliError(
    `${path}: ${JSON.stringify(title.slice(0, 100))}: expected a list of nouns, found ${JSON.stringify(nouns)?.slice(0, 100)}`,
  );
}
