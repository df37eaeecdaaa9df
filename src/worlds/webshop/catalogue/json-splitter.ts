/**
 * Cuts the bytes of one large JSON array or object into the texts of its members, in linear time and with one member in
 * memory at a time. It only follows strings and brackets: whether a member is JSON is for JSON.parse to say.
 */

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING = { array: 0x5b, object: 0x7b } as const;
const CLOSING = { array: 0x5d, object: 0x7d } as const;
const NAMES = { array: "[", object: "{" } as const;

/** No member is longer; the longest product of the official files has a few hundred kilobytes. */
const MAX_MEMBER_BYTES = 64 * 2 ** 20;

export type JsonShape = "array" | "object";

export interface JsonSplitter {
  /**
   * The texts of the members that end in this chunk: values of an array, `"key": value` of an object. Throws
   * SyntaxError for text that is not UTF-8, around the array or object, or without end.
   */
  push(chunk: Uint8Array): readonly string[];
  /** Throws SyntaxError unless the array or object was closed. */
  end(): void;
}

export function jsonSplitter(shape: JsonShape): JsonSplitter {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let phase: "before" | "inside" | "after" = "before";
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  let cut = 0;
  /** The beginning of a member whose end is in a later chunk. */
  let carried: Uint8Array[] = [];
  let carriedBytes = 0;

  const carry = (bytes: Uint8Array) => {
    carriedBytes += bytes.length;
    if (carriedBytes > MAX_MEMBER_BYTES) throw new SyntaxError(`longer than ${MAX_MEMBER_BYTES} bytes`);
    // A copy: streams may reuse their chunks.
    carried.push(bytes.slice());
  };
  const take = (bytes: Uint8Array): string => {
    const whole = carried.length === 0 ? bytes : Buffer.concat([...carried, bytes]);
    carried = [];
    carriedBytes = 0;
    try {
      return decoder.decode(whole);
    } catch {
      throw new SyntaxError("not UTF-8");
    }
  };
  const outside = (byte: number): void => {
    if (isBlank(byte)) return;
    const isStart = phase === "before" && byte === OPENING[shape];
    if (isStart) {
      phase = "inside";
      return;
    }
    const expected = phase === "before" ? `an ${shape}, so ${NAMES[shape]} first` : `nothing after the ${shape}`;
    throw new SyntaxError(`found ${JSON.stringify(String.fromCharCode(byte))}, expected ${expected}`);
  };

  return {
    push(chunk) {
      const members: string[] = [];
      let start = 0;
      for (let i = 0; i < chunk.length; i++) {
        if (isInString) {
          i = endOfString(chunk, isEscaped ? i + 1 : i);
          isInString = i >= chunk.length;
          isEscaped = i > chunk.length;
          continue;
        }
        const byte = chunk[i]!;
        if (phase !== "inside") {
          outside(byte);
          start = i + 1;
        } else if (byte === QUOTE) {
          isInString = true;
        } else if (byte === OPENING.array || byte === OPENING.object) {
          depth++;
        } else if ((byte === CLOSING.array || byte === CLOSING.object) && depth > 0) {
          depth--;
        } else if (byte === COMMA && depth === 0) {
          members.push(take(chunk.subarray(start, i)));
          cut++;
          start = i + 1;
        } else if (byte === CLOSING[shape]) {
          const last = take(chunk.subarray(start, i));
          // Only an empty array or object may end without a member; a comma before the end is left for JSON.parse.
          if (cut > 0 || last.trim() !== "") members.push(last);
          phase = "after";
          start = i + 1;
        }
      }
      if (phase === "inside") carry(chunk.subarray(start));
      return members;
    },
    end() {
      if (phase === "before") throw new SyntaxError(`empty, expected an ${shape}`);
      if (phase === "inside") throw new SyntaxError(`ends in the middle of the ${shape}`);
    },
  };
}

/** Where the string's closing quote is; the length if it is in a later chunk, one more if that begins with an escaped byte. */
function endOfString(bytes: Uint8Array, from: number): number {
  let i = from;
  while (i < bytes.length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
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
  const splitter = jsonSplitter("object");
  const members = splitter.push(Buffer.from(object));
  splitter.end();
  return members;
}

function keyOf(member: string): string {
  return JSON.parse(/^\s*("(?:[^"\\]|\\.)*")/.exec(member)![1]!) as string;
}
