/** Lines of bytes from a stream, with a limit on their length. Only "\n" ends a line, and a "\r" before it is dropped. */

/** A line as text (invalid UTF-8 replaced), or `null` where it was longer than the limit and was thrown away. */
export type Line = string | null;

/** Reads no further than it is asked to: the stream waits while a line is being answered. The last line needs no end. */
export async function* linesOf(input: AsyncIterable<Uint8Array | string>, maxBytes: number): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let size = 0;
  const add = (bytes: Buffer) => {
    size += bytes.length;
    if (size > maxBytes) parts = [];
    else parts.push(bytes);
  };
  const take = (): Line => {
    const line = size > maxBytes ? null : Buffer.concat(parts).toString("utf8").replace(/\r$/, "");
    parts = [];
    size = 0;
    return line;
  };
  for await (const chunk of input) {
    const bytes =
      typeof chunk === "string" ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      add(bytes.subarray(start, end));
      yield take();
      start = end + 1;
    }
    add(bytes.subarray(start));
  }
  if (size > 0) yield take();
}
