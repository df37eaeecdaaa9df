/**
 * Cuts the bytes of one large JSON array or object into the texts of its members, in linear time and with one member in
 * memory at a time. It only follows strings and brackets: whether a member is JSON is for JSON.parse to say. What is wrong
 * with one member leaves the others readable.
 */
import { collector, MAX_RECORD_BYTES, type Position, type RawRecord } from "./record.ts";
import { SIGN, signFinder } from "./signs.ts";

const OPENING = { array: SIGN.openList, object: SIGN.openObject } as const;
const CLOSING = { array: SIGN.closeList, object: SIGN.closeObject } as const;
const FIRST = { array: "[", object: "{" } as const;
/** Space, tab, line feed, carriage return. */
const BLANKS = [0x20, 0x09, 0x0a, 0x0d];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const NOTHING = new Uint8Array();

export type JsonShape = "array" | "object";

/** A value of an array or a `"key": value` of an object, without the blanks before it. */
export type Member = RawRecord<Required<Position>>;

export interface JsonSplitter {
  /**
   * The members that end in this chunk; take them all before the next chunk. Where a value is missing before a comma, the
   * member is "", for JSON.parse to refuse. What stands around the array or object is a member with a problem, the last.
   */
  push(chunk: Uint8Array): Iterable<Member>;
  /** A member with a problem, unless the array or object was closed. */
  end(): Iterable<Member>;
  /** Where in the last chunk it was closed; undefined as long as it is open. */
  closed(): { readonly at: number; readonly line: number } | undefined;
}

/**
 * A member of more than `maxBytes` is one with a problem, told of as soon as it is too long. `innerLine`: the array or object is
 * part of another value and begins in this line; what stands behind it is then of no concern.
 */
export function jsonSplitter(shape: JsonShape, maxBytes = MAX_RECORD_BYTES, innerLine?: number): JsonSplitter {
  const finder = signFinder(innerLine);
  const { add, take } = collector(maxBytes);
  let phase: "before" | "inside" | "after" | "broken" = "before";
  let chunk: Uint8Array = NOTHING;
  /** Everything before it is dealt with. */
  let start = 0;
  /** Brackets open in the member being read. */
  let depth = 0;
  let record = 1;
  /** Of the member being read; undefined before its first sign. */
  let position: Required<Position> | undefined;
  let isTooLong = false;
  let closed: { readonly at: number; readonly line: number } | undefined;

  const placeOf = (at: number) => ({ line: finder.lineAt(at), record });
  const broken = (place: Required<Position>, problem: string): Member => {
    phase = "broken";
    return { ...place, text: null, problem };
  };
  const passBlanks = (blanks: readonly number[]) => {
    while (start < chunk.length && blanks.includes(chunk[start]!)) start += 1;
    return start < chunk.length;
  };

  function* before(): Generator<Member> {
    if (!passBlanks([...BLANKS, ...BYTE_ORDER_MARK])) return;
    if (finder.next() === start && chunk[start] === OPENING[shape]) {
      phase = "inside";
      start += 1;
      return;
    }
    const found = JSON.stringify(String.fromCharCode(chunk[start]!));
    yield broken(placeOf(start), `found ${found}, expected an ${shape}, which begins with ${FIRST[shape]}`);
  }

  function* inside(): Generator<Member> {
    while (phase === "inside") {
      if (!position) findMember();
      const at = nextBorder();
      if (at === chunk.length) break;
      const isClosed = chunk[at] === CLOSING[shape];
      // Only an empty array or object may end without a member.
      const isEmpty = isClosed && record === 1 && !position;
      if (!isEmpty && !isTooLong) yield take(position ?? placeOf(at), position && chunk.subarray(start, at));
      if (isClosed) {
        phase = "after";
        closed = { at, line: finder.lineAt(at) };
      }
      position = undefined;
      isTooLong = false;
      record += 1;
      start = at + 1;
    }
    if (phase !== "inside" || !position || isTooLong || add(chunk.subarray(start))) return;
    isTooLong = true;
    yield take(position);
  }

  function findMember(): void {
    if (!passBlanks(BLANKS)) return;
    if (chunk[start] !== SIGN.comma && chunk[start] !== CLOSING[shape]) position = placeOf(start);
  }

  /** Where the member's comma, or the bracket that closes the whole, is; the chunk's length if they are further on. */
  function nextBorder(): number {
    for (;;) {
      const at = finder.next();
      if (at === chunk.length) return at;
      const sign = chunk[at];
      if (depth === 0 && (sign === SIGN.comma || sign === CLOSING[shape])) return at;
      if (sign === SIGN.openList || sign === SIGN.openObject) depth += 1;
      else if (sign !== SIGN.comma && depth > 0) depth -= 1;
    }
  }

  function* after(): Generator<Member> {
    if (passBlanks(BLANKS)) yield broken(placeOf(start), `text after the ${shape}: expected one ${shape} in the file`);
  }

  return {
    *push(next) {
      if (phase === "broken") return;
      chunk = next;
      start = 0;
      finder.begin(next);
      if (phase === "before") yield* before();
      if (phase === "inside") yield* inside();
      if (phase === "after" && innerLine === undefined) yield* after();
    },
    *end() {
      if (phase === "before") yield broken(placeOf(0), `empty, expected an ${shape}`);
      if (phase !== "inside") return;
      yield broken(
        position ?? { line: finder.line(), record },
        `the file ends inside the ${shape}: expected a whole JSON ${shape}`,
      );
    },
    closed: () => closed,
  };
}

/**
 * The keys of the object that is `field` of the JSON object `text`, in the order of the text; JSON.parse puts numbers
 * (`"36"`) first.
 */
export function keysInOrder(text: string, field: string): string[] {
  const member = membersOf(text).findLast((candidate) => keyOf(candidate) === field);
  const value = member?.slice(member.indexOf("{"), member.lastIndexOf("}") + 1);
  return value ? [...new Set(membersOf(value).map(keyOf))] : [];
}

function membersOf(object: string): readonly string[] {
  const bytes = Buffer.from(object);
  const splitter = jsonSplitter("object", bytes.length);
  return [...splitter.push(bytes), ...splitter.end()].map((member) => {
    if (member.text === null) throw new SyntaxError(member.problem);
    return member.text;
  });
}

function keyOf(member: string): string {
  return JSON.parse(/^\s*("(?:[^"\\]|\\.)*")/.exec(member)![1]!) as string;
}
