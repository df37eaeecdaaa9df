/** What rows of different loggers tell under different names: which task it is, and how it ended. */
import { CliError } from "../core/errors.ts";
import { namesIn, parsePath, valueAt } from "../files/json-path.ts";
import { parseJson } from "../files/python-json.ts";
import { type LoggedEpisode, shown } from "./reader.ts";
import { safeKey, type World } from "./worlds/world.ts";

export type Row = Readonly<Record<string, unknown>>;

const TASK_NAMES = ["task_id", "task", "item_id", "game_file", "gamefile", "id"] as const;
const NESTED = ["metadata", "info", "meta", "extra_info"] as const;

/** Where a row's parts stand by the user's word (`src/files/json-path.ts`); each may be absent: the usual places. */
export interface Paths {
  /** A list of messages. */
  readonly messages?: string;
  readonly reward?: string;
  readonly success?: string;
  /** The name of the row's task. */
  readonly task?: string;
}

/** What `path` leads to. Throws CliError, listing the row's names, where nothing stands there. */
export function toldAt(row: unknown, path: string): unknown {
  const value = valueAt(row, parsePath(path));
  if (value === undefined) throw nothingAt(path, "a value", row);
  return value;
}

/** The object that `path` leads into: `request` of `request.messages`; the row itself where it leads into none. */
export function holderOf(row: Row, path: string): Row {
  const outer = parsePath(path).slice(0, -1);
  return asRow(outer.length === 0 ? row : valueAt(row, outer)) ?? row;
}

/** What is said where `path` leads to nothing: what the row has instead, and a `hint`. */
export function nothingAt(path: string, expected: string, row: unknown, hint?: string): CliError {
  const told = `${path}: expected ${expected}, found nothing; the record has ${namesIn(row)}`;
  return new CliError(hint === undefined ? told : `${told}; ${hint}`);
}

/**
 * The key of the row's task, from `path` (`metadata.game`) or, without it, from the first of the usual places that names a
 * task of this world; null if none does. Throws CliError if `path` is given and names none.
 */
export function taskKeyOf(row: Row, world: World, path: string | undefined): string | null {
  if (path !== undefined) {
    const value = valueAt(row, parsePath(path));
    if (value === undefined) throw nothingAt(path, "the name of a task", row);
    const name = typeof value === "number" ? String(value) : value;
    const key = typeof name === "string" ? (world.taskKey(name) ?? safeKey(name)) : undefined;
    if (key !== undefined) return key;
    throw new CliError(`${path}: expected the name of a task, found ${shown(value)}`);
  }
  for (const holder of [row, ...NESTED.map((name) => asRow(row[name]))]) {
    for (const name of TASK_NAMES) {
      const value = holder?.[name];
      const key = typeof value === "string" ? world.taskKey(value) : undefined;
      if (key !== undefined) return key;
    }
  }
  return null;
}

/** An object, or the one that a JSON text holds. */
function asRow(value: unknown): Row | undefined {
  if (typeof value === "string" && value.startsWith("{")) {
    try {
      return asRow(parseJson(value));
    } catch {
      return undefined;
    }
  }
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Row) : undefined;
}

/** What a row tells of its end. */
export interface ToldEnd {
  readonly reward: unknown;
  readonly success: unknown;
}

const REWARD_NAMES = ["reward", "score", "return"] as const;
const SUCCESS_NAMES = ["success", "won"] as const;

/** Reward and success under their usual names. */
export const usualEnd = (row: Row): ToldEnd => ({
  reward: REWARD_NAMES.map((name) => row[name]).find((value) => value !== undefined && value !== null),
  success: SUCCESS_NAMES.map((name) => row[name]).find((value) => value !== undefined && value !== null),
});

/** As `endingOf`, from the paths that were given, and `usual` without them. Throws CliError. */
export function endingAt(
  row: Row,
  paths: Paths,
  usual: ToldEnd,
  world: World,
  lastAction: string,
): Pick<LoggedEpisode, "claimed" | "end"> {
  const nameOf = (names: readonly string[], value: unknown) => names.find((name) => row[name] === value);
  return endingOf(
    {
      reward: paths.reward === undefined ? usual.reward : toldAt(row, paths.reward),
      success: paths.success === undefined ? usual.success : toldAt(row, paths.success),
    },
    world,
    lastAction,
    {
      reward: paths.reward ?? nameOf(REWARD_NAMES, usual.reward),
      success: paths.success ?? nameOf(SUCCESS_NAMES, usual.success),
    },
  );
}

/**
 * How the episode ended by the log's word. A return is in the benchmark's units; where it contradicts the success, only
 * the latter is believed. Throws CliError for values of another kind; `places` says where they stand.
 */
export function endingOf(
  told: ToldEnd,
  world: World,
  lastAction: string,
  places: { readonly reward?: string | undefined; readonly success?: string | undefined } = {},
): Pick<LoggedEpisode, "claimed" | "end"> {
  const reward = numberOf(told.reward, places.reward ?? "reward");
  const isWon = successOf(told.success, places.success ?? "success");
  if (world.keepsChats) return keptEnding(reward, isWon, world);
  const result = reward === undefined ? undefined : world.resultOf(reward, lastAction);
  if (isWon === undefined) return result ?? { claimed: "not told" };
  const claimed = isWon ? "won" : "lost";
  return result?.claimed === claimed ? result : { claimed };
}

/** Nobody can check what is kept without a world: the log's own word decides, and without it the reward. */
function keptEnding(reward: number | undefined, isWon: boolean | undefined, world: World) {
  if (reward === undefined && isWon === undefined) return { claimed: "not told" as const };
  const told = world.resultOf(reward ?? Number(isWon), "");
  if (isWon === undefined) return told;
  return { claimed: isWon ? ("won" as const) : ("lost" as const), end: { ...told.end, success: isWon } };
}

/** Python's and JSON's words for nothing, also in texts. NaN is no number: whoever wrote it had none. */
const NOTHING = /^(?:|nan|none|null)$/i;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false };

/** A value as it was meant: loggers write numbers and booleans as texts, too. undefined: not told. */
function plainValue(value: unknown): unknown {
  if (value === null || (typeof value === "number" && Number.isNaN(value))) return undefined;
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (NOTHING.test(text)) return undefined;
  return NUMBER.test(text) ? Number(text) : (BOOLEANS[text.toLowerCase()] ?? value);
}

function numberOf(told: unknown, place: string): number | undefined {
  const value = plainValue(told);
  if (value === undefined || (typeof value === "number" && Number.isFinite(value))) return value;
  if (typeof value === "boolean") return Number(value);
  throw otherKind(place, "reward", "a number", value);
}

function successOf(told: unknown, place: string): boolean | undefined {
  const value = plainValue(told);
  if (value === undefined || typeof value === "boolean") return value;
  if (value === 0 || value === 1) return value === 1;
  throw otherKind(place, "success", "true or false", value);
}

/** Which member of an object is meant is the user's to say. */
function otherKind(place: string, flag: string, expected: string, value: unknown): CliError {
  const found = `${place}: expected ${expected}, found`;
  if (value === null || typeof value !== "object" || Array.isArray(value))
    return new CliError(`${found} ${shown(value)}`);
  const [first] = Object.keys(value);
  if (first === undefined) return new CliError(`${found} an empty object`);
  return new CliError(`${found} an object with ${namesIn(value)}; name one, as in --${flag} ${place}.${first}`);
}
