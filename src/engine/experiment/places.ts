/** Where each value of a config was written: file, line and column, or the `--set` flag that it came from. */
import { type Document, isMap, isScalar, type LineCounter, type Node } from "yaml";
import { CliError } from "../../core/errors.ts";
import { keyOf, type Path } from "../../core/problems.ts";

/** `c.yaml:6:20`, or `--set`: what stands in front of the key in an error. `isKey`: the key itself, not its value. */
export type Places = (path: Path, isKey?: boolean) => string;

/** `sets` are the paths that `--set` changed; `lines` those of the text that `document` was read from. */
export function placesIn(name: string, document: Document, lines: LineCounter, sets: readonly Path[]): Places {
  const of = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  return (path, isKey = false) => {
    if (sets.some((set) => begins(path, set))) return "--set";
    const key = isKey ? keyNode(document, path) : undefined;
    if (key?.range) return of(key.range[0]);
    // A key that no file has: `--set trainin.steps=3` makes `trainin`, too.
    if (isKey && sets.some((set) => begins(set, path))) return "--set";
    for (let depth = path.length; depth > 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true) as Node | undefined;
      if (node?.range) return of(node.range[0]);
    }
    return document.contents?.range ? of(document.contents.range[0]) : `${name}:1:1`;
  };
}

/** Whether `path` begins with `first`, or is it. */
const begins = (path: Path, first: Path) => first.every((part, at) => String(part) === String(path[at]));

/** The node of the key that `path` ends in. */
function keyNode(document: Document, path: Path): Node | undefined {
  const map = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(map)) return undefined;
  return map.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))?.key as
    | Node
    | undefined;
}

/** Kept beside the configs, since a config is plain data. */
const known = new WeakMap<object, Places>();

export const keepPlaces = (config: object, places: Places) => void known.set(config, places);

/**
 * Runs `action`. What it finds wrong with `config` later than reading it, such as the options of its world, gets its place in
 * front: such an error begins with its key (`expert.run: …`).
 */
export async function withPlaces<T>(config: object, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const places = known.get(config);
    if (!(error instanceof CliError) || !places) throw error;
    const lines = error.message.split("\n").map((line) => placed(config, places, line));
    throw new CliError(lines.join("\n"), { cause: error });
  }
}

function placed(config: object, places: Places, line: string): string {
  const key = /^([a-zA-Z]\w*(?:\.\w+)*): /.exec(line)?.[1];
  const path = key?.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part)) ?? [];
  if (path.length === 0 || !Object.hasOwn(config, path[0]!)) return line;
  return inFront(places(path, /^\S+: no such (key|option)/.test(line)), line);
}

/** `c.yaml:6:20: seeds: …`; `--set seeds: …` */
export const inFront = (place: string, text: string) => (place === "--set" ? `${place} ${text}` : `${place}: ${text}`);

/** `path` with its key, as an error begins. */
export const placeAndKey = (places: Places, path: Path, isKey?: boolean) =>
  inFront(places(path, isKey), keyOf(path) || "config");
