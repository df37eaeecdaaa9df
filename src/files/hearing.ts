/**
 * Who hears how far files are read. To find out how a file of many gigabytes holds its records takes minutes, in places that
 * know nothing of a terminal; whoever waits for them hears of it here.
 */

/** One way through a file, from its beginning on; some files are gone through several times. */
export interface Reading {
  readonly file: string;
  /** Of the file, as they lie on the disk. */
  readonly size: number;
  /** How many of them were read so far. */
  bytes: number;
}

/** Called after each piece; the same object for all pieces of one way through a file. */
type Listener = (reading: Readonly<Reading>) => void;

let listener: Listener | undefined;

/** Begins a way through `file`. What is returned is called with the number of bytes that were read so far. */
export function beginReading(file: string, size: number): (bytes: number) => void {
  const reading: Reading = { file, size, bytes: 0 };
  return (bytes) => {
    reading.bytes = bytes;
    listener?.(reading);
  };
}

/** Does `work`, while which `heard` hears how far files are read. One at a time: the last one hears. */
export async function hearing<T>(heard: Listener, work: () => Promise<T>): Promise<T> {
  const before = listener;
  listener = heard;
  try {
    return await work();
  } finally {
    listener = before;
  }
}
