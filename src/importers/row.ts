/** What rows of different loggers tell under different names: which task it is, and how it ended. */
import { CliError } from "../core/errors.ts";
import { type LoggedEpisode, shown } from "./reader.ts";
import { safeKey, type World } from "./worlds/world.ts";

export type Row = Readonly<Record<string, unknown>>;

const TASK_NAMES = ["task_id", "task", "item_id", "game_file", "gamefile", "id"] as const;
const NESTED = ["metadata", "info", "meta", "extra_info"] as const;

/**
 * The key of the row's task, from `field` (a path such as `metadata.game`) or, without it, from the first of the usual places
 * that names a task of this world; null if none does. Throws CliError if `field` is given and names none.
 */
export function taskKeyOf(row: Row, world: World, field: string | undefined): string | null {
  if (field !== undefined) {
    const value = field.split(".").reduce<unknown>((inner, name) => asRow(inner)?.[name], row);
    const name = typeof value === "number" ? String(value) : value;
    const key = typeof name === "string" ? (world.taskKey(name) ?? safeKey(name)) : undefined;
    if (key !== undefined) return key;
    throw new CliError(`${field}: expected the name of a task, found ${shown(value)}`);
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
      return asRow(JSON.parse(value));
    } catch {
      return undefined;
    }
  }
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Row) : undefined;
}

/**
 * How the episode ended by the log's word. A return is in the benchmark's units; where it contradicts the success, only
 * the latter is believed. Throws CliError for values of another kind.
 */
export function endingOf(
  told: { readonly reward: unknown; readonly success: unknown },
  world: World,
  lastAction: string,
): Pick<LoggedEpisode, "claimed" | "end"> {
  const reward = numberOf(told.reward);
  const isWon = successOf(told.success);
  const result = reward === undefined ? undefined : world.resultOf(reward, lastAction);
  if (isWon === undefined) return result ?? { claimed: "not told" };
  const claimed = isWon ? "won" : "lost";
  return result?.claimed === claimed ? result : { claimed };
}

function numberOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "boolean") return Number(value);
  throw new CliError(`reward: expected a number, found ${shown(value)}`);
}

function successOf(value: unknown): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return value;
  if (value === 0 || value === 1) return value === 1;
  throw new CliError(`success: expected true or false, found ${shown(value)}`);
}
