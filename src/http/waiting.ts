/** A word to the user when a server keeps silent, so that nobody wonders whether anything still happens. */

/** Hears lines for the user. */
export type Say = (line: string) => void;

export interface Patience {
  /** The same promise, watched. */
  watch<Result>(answer: Promise<Result>): Promise<Result>;
}

export interface PatienceOptions {
  /** What is waited for: `http://127.0.0.1:8000/v1`. */
  readonly name: string;
  /** When it ends by itself: `given up after 300 s`. */
  readonly until: string;
  /** Absent: nothing is said. */
  readonly say?: Say | undefined;
  /** Silence before the first word; twice as long before each further one. Default 30,000. */
  readonly firstMs?: number;
}

/** One for each server: it speaks when none of the requests under way has been answered for a while. */
export function patience({ name, until, say, firstMs = 30_000 }: PatienceOptions): Patience {
  let underWay = 0;
  let since = 0;
  let nextMs = firstMs;
  let timer: NodeJS.Timeout | undefined;

  const rest = () => {
    clearTimeout(timer);
    timer = undefined;
    since = performance.now();
    nextMs = firstMs;
  };
  const look = () => {
    say?.(`no answer from ${name} for ${Math.round((performance.now() - since) / 1000)} s; ${until}`);
    nextMs *= 2;
    start();
  };
  const start = () => {
    timer = setTimeout(look, Math.max(0, since + nextMs - performance.now())).unref();
  };
  return {
    async watch(answer) {
      if (say === undefined) return answer;
      underWay += 1;
      if (underWay === 1) {
        rest();
        start();
      }
      try {
        return await answer;
      } finally {
        underWay -= 1;
        rest();
        if (underWay > 0) start();
      }
    },
  };
}

/** `say`, but at most one line in `everyMs`: many requests wait for the same reason. */
export function seldom(say: Say | undefined, everyMs = 30_000): Say | undefined {
  let last = Number.NEGATIVE_INFINITY;
  return (
    say &&
    ((line) => {
      if (performance.now() - last < everyMs) return;
      last = performance.now();
      say(line);
    })
  );
}
