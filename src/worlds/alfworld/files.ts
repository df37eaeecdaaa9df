/**
 * The folder of games as `alfworld-download` leaves it: `<split>/<type folder>/<trial>/game.tw-pddl`. Listing reads just
 * enough of each file to know its task; `readGame` reads one file whole.
 *
 * Games are left out where the original loader leaves them out: sliced objects, movable receptacles, unsolvable.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { CliError, EnvironmentError, messageOf } from "../../core/errors.ts";
import type { TaskId } from "../../core/ids.ts";
import type { Task } from "../../core/task.ts";
import { type Game, gameOf } from "./game.ts";
import { type Logic, logicOf } from "./logic.ts";

/** `valid_train` is a held-out slice of the training rooms that AgentGym tests on. */
export const SPLITS = ["train", "valid_seen", "valid_unseen", "valid_train"] as const;
export type Split = (typeof SPLITS)[number];

export const GAME_FILE = "game.tw-pddl";
const RELEASE_FOLDER = "json_2.1.1";
const GOAL = "Your task is to: ";

/** The folder that holds the splits: `data` or the release's folder in it. Throws CliError if neither does. */
export function gamesFolder(data: string): string {
  const isGamesFolder = (folder: string) => SPLITS.some((split) => existsSync(join(folder, split)));
  const found = [data, join(data, RELEASE_FOLDER)].find(isGamesFolder);
  if (found) return found;
  throw new CliError(
    `${data}: expected the folder of ALFWorld's games, with ${SPLITS.join(", ")}; get it with \`pip install alfworld && alfworld-download\``,
  );
}

/** The tasks of a split, or those of some kinds, sorted by path. Throws CliError for damaged files. */
export function listTasks(folder: string, split: Split, kinds?: readonly string[]): Task[] {
  const tasks: Task[] = [];
  for (const type of foldersIn(join(folder, split))) {
    if (kinds && !kinds.includes(kindOf(type))) continue;
    for (const trial of foldersIn(join(folder, split, type))) {
      const task = readTask(folder, [split, type, trial]);
      if (task) tasks.push(task);
    }
  }
  return tasks;
}

/** The task with this id. Throws CliError if there is none. */
export function findTask(folder: string, id: TaskId): Task {
  const [benchmark, split, type = "", trial = "", ...rest] = id.split("/");
  const isName = (name: string) => /^[\w-][\w.-]*$/.test(name);
  const isId = benchmark === "alfworld" && isSplit(split) && isName(type) && isName(trial) && rest.length === 0;
  const task = isId ? readTask(folder, [split, type, trial]) : null;
  if (task) return task;
  throw new CliError(
    `unknown task ${JSON.stringify(id.slice(0, 200))}: expected alfworld/<split>/<type>/<trial> of a game in ${folder}`,
  );
}

export const isSplit = (name: string | undefined): name is Split =>
  (SPLITS as readonly (string | undefined)[]).includes(name);

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  // Downloads may be linked into place.
  const isFolder = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory();
  return entries
    .filter((entry) => entry.isDirectory() || (entry.isSymbolicLink() && isFolder(entry.name)))
    .map((entry) => entry.name)
    .sort();
}

/** The path of some game within the folder, undefined if there is none. */
function anyGame(folder: string): string | undefined {
  for (const split of SPLITS) {
    for (const type of foldersIn(join(folder, split))) {
      for (const trial of foldersIn(join(folder, split, type))) {
        const game = join(folder, split, type, trial, GAME_FILE);
        if (existsSync(game)) return game;
      }
    }
  }
}

/** What the folder `pick_and_place_simple-Mug-None-Shelf-20` begins with. */
const kindOf = (type: string): string => type.split("-")[0]!;

/** null for games that are not played, and where there is none. */
function readTask(folder: string, [split, type, trial]: readonly [Split, string, string]): Task | null {
  const isSkipped = /Sliced|movable/.test(`${type}/${trial}`);
  const game = `${split}/${type}/${trial}/${GAME_FILE}`;
  if (isSkipped || !existsSync(join(folder, game))) return null;
  const bytes = readFileSync(join(folder, game));
  if (!isSolvable(bytes, join(folder, game))) return null;
  return {
    id: `alfworld/${split}/${type}/${trial}` as TaskId,
    split,
    category: kindOf(type),
    instruction: sentenceIn(bytes, join(folder, game)),
    data: { game },
  };
}

/** Reads the key without parsing the file, of which it is a millionth part. */
function isSolvable(bytes: Buffer, file: string): boolean {
  const at = bytes.lastIndexOf('"solvable"');
  const [, value] = /^"solvable"\s*:\s*(true|false)/.exec(bytes.toString("latin1", at, at + 40)) ?? [];
  if (at < 0 || !value) throw new CliError(`${file}: expected a game with "solvable": true or false`);
  return value === "true";
}

/** What ends a JSON text within a JSON text is a quote with one backslash; its own quotes have three. */
const UP_TO_QUOTE = /^((?:[^\\]|\\\\\\?.|\\u)*)\\"/s;
const MAX_SENTENCE = 4096;

/** The task's sentence, which stands in a JSON text (the grammar) within a JSON text (the file). */
function sentenceIn(bytes: Buffer, file: string): string {
  const start = bytes.indexOf(GOAL) + GOAL.length;
  const [, written] = UP_TO_QUOTE.exec(bytes.toString("utf8", start, start + MAX_SENTENCE)) ?? [];
  try {
    if (start < GOAL.length || written === undefined) throw new Error("none found");
    return textOf(textOf(written));
  } catch {
    throw new CliError(`${file}: expected a rule with the sentence "${GOAL}…" in the grammar`);
  }
}

/** What stands between the quotes of a JSON string. */
function textOf(written: string): string {
  return JSON.parse(`"${written}"`) as string;
}

/** Domain and grammar of an older release, in place of those in the games. */
export interface OtherLogic {
  readonly logic: Logic;
  readonly grammarText: string;
}

/** Reads `alfred.pddl` and `alfred.twl2` from `folder`. Throws CliError. */
export function readLogic(folder: string): OtherLogic {
  const [domainText, grammarText] = ["alfred.pddl", "alfred.twl2"].map((name) => {
    try {
      return readFileSync(join(folder, name), "utf8");
    } catch (error) {
      throw new CliError(`logic ${folder}: expected alfred.pddl and alfred.twl2 in it: ${messageOf(error)}`);
    }
  }) as [string, string];
  return { logic: inFile(folder, () => logicOf(domainText, grammarText)), grammarText };
}

/** The game in `file`. Throws CliError naming the file for anything else than a whole game. */
export function readGame(file: string, other?: OtherLogic): Game {
  const text = textOfGame(file);
  return inFile(file, () => parseGame(text, other));
}

/** The objects, the initial facts and the goal of the game in `file`, in PDDL as it stands there. Throws CliError as `readGame`. */
export function readProblem(file: string): string {
  const text = textOfGame(file);
  return inFile(file, () => partsOf(text).pddl_problem);
}

function textOfGame(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CliError(`${file}: expected a game: ${messageOf(error)}`);
  }
}

/** The grammar of some game in the folder, "" if there is none. Throws CliError if that game is damaged. */
export function readGrammar(folder: string): string {
  const file = anyGame(folder);
  return file === undefined ? "" : inFile(file, () => partsOf(readFileSync(file, "utf8")).grammar);
}

function parseGame(text: string, other: OtherLogic | undefined): Game {
  const { pddl_domain, grammar, pddl_problem } = partsOf(text);
  const game = gameOf(pddl_problem, other?.logic ?? logicOf(pddl_domain, withoutSentence(grammar)));
  // What cannot be shown or played at the start is better found out here than in the middle of a run.
  game.introduction("");
  game.commands(game.initial);
  game.isWon(game.initial);
  return game;
}

type Parts = Readonly<Record<"pddl_domain" | "grammar" | "pddl_problem", string>>;

function partsOf(text: string): Parts {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new CliError(`expected a game as JSON: ${messageOf(error)}`);
  }
  const game = (parsed ?? {}) as Record<string, unknown>;
  for (const key of ["pddl_domain", "grammar", "pddl_problem"]) {
    if (typeof game[key] !== "string") throw new CliError(`expected a game with a text "${key}"`);
  }
  return game as unknown as Parts;
}

/** Games differ in one sentence of the grammar, which the grammar's parser does not look at: without it they share one grammar. */
function withoutSentence(grammar: string): string {
  if (!grammar.includes(GOAL)) throw new CliError(`expected a rule with the sentence "${GOAL}…" in the grammar`);
  return grammar.replace(/Your task is to: (?:[^"\\]|\\.)*/, GOAL);
}

function inFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CliError || error instanceof EnvironmentError) throw new CliError(`${file}: ${error.message}`);
    throw error;
  }
}
