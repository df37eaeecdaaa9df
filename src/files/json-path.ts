/** Places in JSON values: `info.reward_info.reward`, `a[0].b`, `steps[-1].reward`. */
import { CliError } from "../core/errors.ts";
import { quoted } from "../core/wording.ts";
import { parseJson } from "./python-json.ts";

/** Names of members, and places in lists from 0; negative ones count from the list's end. */
export type JsonPath = readonly (string | number)[];

const PART = /\.?([^.[\]]+)|\[(-?\d{1,9})\]/y;

/** Throws CliError for a text that is no path. */
export function parsePath(text: string): JsonPath {
  const parts: (string | number)[] = [];
  PART.lastIndex = 0;
  for (let at = 0; at < text.length; at = PART.lastIndex) {
    const [found, name, index] = (text[at] === "." && at === 0 ? null : PART.exec(text)) ?? [];
    if (found === undefined) throw notAPath(text);
    parts.push(name ?? Number(index));
  }
  if (parts.length === 0) throw notAPath(text);
  return parts;
}

/** As `parsePath` reads it. */
export const writePath = (path: JsonPath): string =>
  path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");

const notAPath = (text: string) =>
  new CliError(`${quoted(text)}: expected a path such as reward, info.reward or steps[0].reward`);

/**
 * What stands at `path`; undefined if nothing does, null if a null stands there or on the way. Where an object has a member
 * that is called like the rest of the path (`{"info.reward": 1}`), that is taken. A text that holds an object or a list as JSON
 * is gone into.
 */
export function valueAt(value: unknown, path: JsonPath): unknown {
  let inner = value;
  for (const [index, part] of path.entries()) {
    const holder = opened(inner);
    if (holder === null) return null;
    if (Array.isArray(holder)) {
      inner = typeof part === "number" ? holder.at(part) : undefined;
      continue;
    }
    if (typeof holder !== "object" || typeof part === "number") return undefined;
    const rest = path.slice(index);
    const whole = rest.length > 1 && rest.every((each) => typeof each === "string") ? rest.join(".") : undefined;
    if (whole !== undefined && Object.hasOwn(holder, whole)) return (holder as Record<string, unknown>)[whole];
    inner = Object.hasOwn(holder, part) ? (holder as Record<string, unknown>)[part] : undefined;
  }
  return inner;
}

function opened(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[{[]/.test(value)) return value;
  try {
    return parseJson(value);
  } catch {
    return value;
  }
}

/** Names that are told of one value, and the characters of one. */
const [MOST_NAMES, LONGEST_NAME] = [20, 60];
const DEEPEST = 3;

/** The paths of the members of `value`, those of inner objects too, lists with their lengths: the first ones, as one text. */
export function namesIn(value: unknown, most = MOST_NAMES): string {
  const names = paths(value, "", DEEPEST);
  if (names.length === 0) return "nothing";
  const shown = names
    .slice(0, most)
    .map((name) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

function paths(value: unknown, before: string, depth: number): string[] {
  if (value === null || typeof value !== "object") return [];
  if (Array.isArray(value)) return [`${before}[${value.length}]`];
  return Object.entries(value).flatMap(([name, member]) => {
    const path = before === "" ? name : `${before}.${name}`;
    const isOpened = depth > 1 && member !== null && typeof member === "object";
    const inner = isOpened ? paths(member, path, depth - 1) : [];
    return inner.length > 0 ? inner : [path];
  });
}
