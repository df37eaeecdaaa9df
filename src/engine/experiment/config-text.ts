/** The text of a config: read from its file, changed by `--set`, made plain data. Nothing is known here of what it means. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type Document, isAlias, isMap, isNode, isSeq, LineCounter, parseDocument, visit } from "yaml";
import { CliError } from "../../core/errors.ts";
import type { Path } from "../../core/problems.ts";
import { suggestion } from "../../core/wording.ts";
import { inFront, type Places, placesIn } from "./places.ts";

/** A config is written by a person: this is far beyond, and little enough to be read at once. */
const LARGEST_BYTES = 2 ** 24;
/** Values that all aliases together may stand for. */
const MOST_ALIASES = 100;

/** The text of the config file at `path`. Throws CliError. */
export function configText(path: string): string {
  const file = opened(path);
  try {
    if (fstatSync(file).isDirectory()) throw new CliError(`${path}: is a folder, expected a config file (.yaml)`);
    return textOf(path, file);
  } finally {
    closeSync(file);
  }
}

function opened(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new CliError(`${path}: no such file, expected a config (.yaml)`, { cause: error });
  }
}

/** Read by parts: a pipe has no size, and a device may have no end. */
function textOf(path: string, file: number): string {
  const parts: Buffer[] = [];
  for (let bytes = 0; bytes <= LARGEST_BYTES; ) {
    const part = Buffer.alloc(65_536);
    const read = readSync(file, part);
    if (read === 0) return decoded(path, Buffer.concat(parts));
    parts.push(part.subarray(0, read));
    bytes += read;
  }
  throw new CliError(`${path}: longer than ${LARGEST_BYTES / 2 ** 20} MiB, expected a config`);
}

function decoded(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CliError(`${path}: expected UTF-8 text`, { cause: error });
  }
}

export interface Written {
  readonly written: unknown;
  readonly places: Places;
}

/** What `text` says, with `sets` assigned. Throws CliError with place for what is no YAML mapping. */
export function readYaml(name: string, text: string, sets: readonly (readonly [string, unknown])[]): Written {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [syntax] = document.errors;
  if (syntax) {
    const { line, col } = syntax.linePos?.[0] ?? { line: 1, col: 1 };
    const found = syntax.message.split("\n")[0]!.replace(/ at line \d+.*$/, "");
    const expected = syntax.code === "MULTIPLE_DOCS" ? "expected one YAML document" : `expected YAML: ${found}`;
    throw new CliError(`${name}:${line}:${col}: ${expected}`);
  }
  if (!isMap(document.contents)) throw new CliError(`${name}:1:1: expected a mapping (run:, environment:, methods: …)`);
  const paths = sets.map(([key, value]) => assign(document, key, value));
  const places = placesIn(name, document, lines, paths);
  const written = plain(name, document, lines);
  expectPlainKeys(written, places, []);
  return { written, places };
}

/** Aliases are followed only here: one may name no anchor, and many may stand for more than memory holds. */
function plain(name: string, document: Document.Parsed, lines: LineCounter): unknown {
  const anchors: string[] = [];
  const aliases: { readonly name: string; readonly isKnown: boolean; readonly place: string }[] = [];
  visit(document, (_, node) => {
    if (!isNode(node)) return;
    if ("anchor" in node && node.anchor) anchors.push(node.anchor);
    if (!isAlias(node)) return;
    const { line, col } = lines.linePos(node.range?.[0] ?? 0);
    aliases.push({ name: node.source, isKnown: anchors.includes(node.source), place: `${name}:${line}:${col}` });
  });
  const unknown = aliases.find(({ isKnown }) => !isKnown);
  if (unknown) {
    const known = anchors.length === 0 ? "" : suggestion(unknown.name, anchors);
    throw new CliError(
      `${unknown.place}: alias *${unknown.name}: expected an anchor &${unknown.name} before it${known}`,
    );
  }
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    const most = `expected at most ${MOST_ALIASES} values behind aliases (*name)`;
    throw new CliError(`${aliases[0]?.place ?? `${name}:1:1`}: the aliases stand for too much; ${most}`, {
      cause: error,
    });
  }
}

/** `__proto__` is a key that JavaScript's objects treat as none: it would be lost without a word. */
function expectPlainKeys(value: unknown, places: Places, path: Path, around: readonly unknown[] = []): void {
  if (value === null || typeof value !== "object") return;
  // An alias within its own anchor.
  if (around.includes(value))
    throw new CliError(`${inFront(places(path), path.join("."))}: stands within itself, expected a value that ends`);
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (key === "__proto__")
      throw new CliError(
        `${inFront(places(at, true), at.join("."))}: a key of this name cannot be used, expected another`,
      );
    expectPlainKeys(inner, places, at, [...around, value]);
  }
}

/** Returns the path that was assigned. */
function assign(document: Document, key: string, value: unknown): Path {
  const path = key.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  for (const [depth, part] of path.entries()) {
    const parent = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    // A number makes a list where nothing is yet.
    if (parent === undefined ? part === 0 || typeof part === "string" : isMap(parent) && typeof part === "string")
      continue;
    if (isSeq(parent) && typeof part === "number" && part <= parent.items.length) continue;
    const place = path.slice(0, depth).join(".") || "the config";
    throw new CliError(`--set ${key}: ${noSuchPlace(place, parent)}`);
  }
  document.setIn(path, value);
  return path;
}

function noSuchPlace(place: string, parent: unknown): string {
  if (parent === undefined) return `${place} is empty, expected the index 0`;
  if (isSeq(parent))
    return `${place} is a list of ${parent.items.length}, expected an index from 0 to ${parent.items.length}`;
  return `expected a key of the config, but ${place} ${isMap(parent) ? "is a mapping" : "holds no keys"}`;
}
