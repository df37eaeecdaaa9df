/** Typed arrays that grow at the end: numbers by the hundred million, without an object for each. */

type NumberArray = Uint8Array | Uint16Array | Uint32Array;

export interface Growing<A extends NumberArray> {
  readonly length: number;
  /** Values so far, followed by room for more; another array after a `push` that needed room. */
  readonly buffer: A;
  /** Appends a value; gives its index. */
  push(value: number): number;
  /** A copy of the values. */
  array(): A;
}

export function growing<A extends NumberArray>(create: new (length: number) => A): Growing<A> {
  let buffer = new create(1024);
  let length = 0;
  return {
    get length() {
      return length;
    },
    get buffer() {
      return buffer;
    },
    push(value) {
      if (length === buffer.length) {
        const wider = new create(2 * length);
        wider.set(buffer);
        buffer = wider;
      }
      buffer[length] = value;
      return length++;
    },
    array: () => buffer.slice(0, length) as A,
  };
}
