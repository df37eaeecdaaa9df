/**
 * Why a Python program ended, from what it wrote to standard error. A launcher of several processes (`accelerate`, `torchrun`)
 * ends with a framed summary and its own traceback; what the processes said themselves stands before that.
 */

export interface LastWords {
  /** Its last lines, in one line. */
  readonly text: string;
  /** The signal that ended one of several processes, as the launcher tells: `SIGABRT`. */
  readonly signal?: string;
}

const LINES = 3;
const LONGEST = 600;

/** torch 2.x: `W1201 02:41:27.793000 29578 torch/distributed/elastic/…`. */
const LAUNCHER = /^[WE]\d{4} .*torch\/distributed\/elastic\//;
/** In its summary of those that failed: `exitcode  : -6 (pid: 29865)  (SIGABRT)`. SIGTERM is what it sends to the others. */
const ENDED = /^\s*exitcode\s*: -\d+ .*\((SIG(?!TERM)[A-Z0-9]+)\)/m;
/** What is logged of each step, and bars that draw themselves anew: no reasons. */
const NO_REASON = /^\{'|\r|^\s*[\^~]+\s*$/;

export function lastWordsOf(said: string): LastWords {
  const signal = ENDED.exec(said)?.[1];
  const lines = said.split("\n");
  const launcher = lines.findIndex((line) => LAUNCHER.test(line));
  const own = (launcher > 0 ? lines.slice(0, launcher) : lines).filter((line) => line.trim() && !NO_REASON.test(line));
  const text = own
    .slice(-LINES)
    .map((line) => line.trim())
    .join(" · ");
  return { text: text.slice(-LONGEST) || "it said nothing", ...(signal && { signal }) };
}
