/** The best few of many documents: a heap whose root is the worst of those kept. */

export interface Scored {
  readonly document: number;
  /** A float32. */
  readonly score: number;
}

export interface Best {
  /** The score that a document of a higher number than all before must exceed to be kept; −Infinity while there is room. */
  readonly threshold: number;
  add(document: number, score: number): void;
  /** By falling score, ties by rising document. */
  sorted(): Scored[];
}

const order = (a: Scored, b: Scored): number => b.score - a.score || a.document - b.document;

/** Keeps `limit` documents, at least 1. */
export function bestOf(limit: number): Best {
  const heap: Scored[] = [];
  const isWorse = (a: number, b: number) => order(heap[a]!, heap[b]!) > 0;
  const swap = (a: number, b: number) => {
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  };
  const rise = (start: number) => {
    for (let at = start; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!isWorse(at, parent)) return;
      swap(at, parent);
      at = parent;
    }
  };
  const sink = () => {
    for (let at = 0; ; ) {
      let worst = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < heap.length && isWorse(child, worst)) worst = child;
      if (worst === at) return;
      swap(at, worst);
      at = worst;
    }
  };
  return {
    get threshold() {
      return heap.length < limit ? Number.NEGATIVE_INFINITY : heap[0]!.score;
    },
    add(document, score) {
      const scored = { document, score };
      if (heap.length < limit) {
        heap.push(scored);
        rise(heap.length - 1);
      } else if (order(scored, heap[0]!) < 0) {
        heap[0] = scored;
        sink();
      }
    },
    sorted: () => heap.toSorted(order),
  };
}
