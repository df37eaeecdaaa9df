/**
 * The lists inside one large JSON value, in a stream of chunks: memory holds one element of them, and what stands around them is
 * passed over. Whether an element is JSON is for JSON.parse to say.
 */
import type { JsonPath } from "./json-path.ts";
import { MAX_RECORD_BYTES } from "./record.ts";
import { SIGN, signFinder } from "./signs.ts";
import { type JsonSplitter, jsonSplitter, type Member } from "./splitter.ts";

/** What to do with an object or list: give its elements, look for others in it, or pass over it. */
export type Interest = "elements" | "inside" | "none";

/** In the order of the text. */
export type Found =
  | { readonly kind: "list"; readonly path: JsonPath }
  /** An object, where elements were asked for. */
  | { readonly kind: "object"; readonly path: JsonPath }
  | { readonly kind: "element"; readonly path: JsonPath; readonly member: Member }
  /** The text ends inside the value, in this line. */
  | { readonly kind: "cut"; readonly line: number };

/** Bytes in front of a bracket that are looked at for its name. */
const NAME_BYTES = 4096;
const NAME = /("(?:[^"\\]|\\.)*")\s*:\s*$/;
const NOTHING = Buffer.alloc(0);

/**
 * `interestIn` is asked of each object and list that stands directly in the value, or in one that it wanted to look `inside`.
 * Throws what reading `chunks` throws.
 */
export async function* walk(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  interestIn: (path: JsonPath, isList: boolean) => Interest,
): AsyncGenerator<Found> {
  const containers = openContainers();
  let finder = signFinder();
  /** What stands between the last sign and the chunk: its end. */
  let before = NOTHING;
  let list: { readonly path: JsonPath; readonly splitter: JsonSplitter } | undefined;

  for await (const chunk of chunks) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    while (rest.length > 0) {
      if (list) {
        for (const member of list.splitter.push(rest)) yield { kind: "element", path: list.path, member };
        const closed = list.splitter.closed();
        if (!closed) break;
        rest = rest.subarray(closed.at + 1);
        finder = signFinder(closed.line);
        list = undefined;
        containers.close();
        continue;
      }
      let from = 0;
      finder.begin(rest);
      for (let at = finder.next(); at < rest.length; at = finder.next()) {
        const sign = rest[at];
        if (sign === SIGN.comma) containers.comma();
        else if (sign === SIGN.closeObject || sign === SIGN.closeList) containers.close();
        else {
          const isList = sign === SIGN.openList;
          const path = containers.open(isList, () => nameIn(Buffer.concat([before, rest.subarray(from, at)])));
          const interest = path === undefined ? "none" : interestIn(path, isList);
          if (path && interest === "inside") containers.enter(path, isList);
          if (path && interest === "elements") {
            yield { kind: isList ? "list" : "object", path };
            if (isList) list = { path, splitter: jsonSplitter("array", MAX_RECORD_BYTES, finder.lineAt(at)) };
          }
        }
        before = NOTHING;
        from = list ? at : at + 1;
        if (list) break;
      }
      if (list) rest = rest.subarray(from);
      else {
        before = Buffer.concat([before, rest.subarray(from).subarray(-NAME_BYTES)]).subarray(-NAME_BYTES);
        break;
      }
    }
  }
  if (list) for (const member of list.splitter.end()) yield { kind: "element", path: list.path, member };
  else if (containers.isOpen()) yield { kind: "cut", line: finder.line() };
}

/** The name that stands in front of a bracket; "" if there is none that can be read. */
function nameIn(bytes: Buffer): string {
  const name = NAME.exec(bytes.toString("utf8", Math.max(0, bytes.length - NAME_BYTES)))?.[1];
  try {
    return name === undefined ? "" : (JSON.parse(name) as string);
  } catch {
    return "";
  }
}

/** Which containers are open, and the path of the innermost one that is looked into; the whole value always is. */
function openContainers() {
  let depth = 0;
  /** The container that is looked into is the one of depth `path.length` + 1. */
  let path: JsonPath = [];
  /** Of the containers that are looked into, by depth: undefined for objects, else the place of the next element. */
  const places: (number | undefined)[] = [];
  const isLookedInto = () => depth === path.length + 1;
  return {
    /** The path of the container that opens, if the one around it is looked into. */
    open(isList: boolean, name: () => string): JsonPath | undefined {
      const inner = depth > 0 && isLookedInto() ? [...path, places[depth] ?? name()] : undefined;
      depth += 1;
      if (depth === 1) places[1] = isList ? 0 : undefined;
      return inner;
    },
    /** Looks into the container that was just opened. */
    enter(inner: JsonPath, isList: boolean) {
      path = inner;
      places[depth] = isList ? 0 : undefined;
    },
    comma() {
      const place = isLookedInto() ? places[depth] : undefined;
      if (place !== undefined) places[depth] = place + 1;
    },
    close() {
      depth = Math.max(0, depth - 1);
      if (depth > 0 && depth === path.length) path = path.slice(0, -1);
    },
    isOpen: () => depth > 0,
  };
}
