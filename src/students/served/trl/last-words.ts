/**
 * Why a Python program ended, from what it wrote to standard error. Where a launcher starts several processes (`accelerate`,
 * `torchrun`), the end of the text is the launcher's own traceback and a framed summary; the reason stands far above.
 */

export interface LastWords {
  /** The reason in one line, as far as it was said. */
  readonly why: string;
  /** Of several processes, the one that a signal ended, as the launcher tells. */
  readonly worker?: { readonly name: string; readonly signal: string };
}

const LINES = 3;
const LONGEST = 600;

/** torch 2.15: `W1201 02:41:27.793000 29578 torch/distributed/elastic/…`; accelerate 1.15 with one process: its own traceback. */
const LAUNCHER = /^[WE]\d{4} .*torch\/distributed\/elastic\/|^\s+File ".*accelerate\/commands\/launch\.py"/;
/** In torch's summary. SIGTERM is what the launcher itself sends to those that are left. */
const OF_SEVERAL = /^\s*rank\s*: (\d+) .*\n\s*exitcode\s*: -\d+ .*\((SIG(?!TERM)[A-Z0-9]+)\)/m;
/** In accelerate's traceback, where it starts one process. */
const OF_ONE = /CalledProcessError: .* died with <Signals\.(SIG[A-Z0-9]+): \d+>/;

/** What C++, Python, glibc and Rust write before they abort. */
const CRASH =
  /^(terminate called|Fatal Python error|\*\*\* |free\(\)|malloc|realloc\(\)|munmap_chunk\(\)|double free|corrupted |thread '.*panicked|.*: Assertion .* failed)/;
/** Goes on with `terminate called`. */
const WHAT = /^\s*what\(\):/;
const TRACEBACK = /^Traceback \(most recent call last\)/;
/** Another process is gone; why, that one knows. */
const MISSES_ANOTHER = /Connection (closed|reset)|Broken pipe/i;
/** What is logged of each step, warnings, bars that draw themselves anew, marks under code: no reasons. */
const NO_REASON = /^\{'|^\[W|\r|^\s*[\^~]+\s*$/;

/** What `said`, all that was written to standard error or its end, tells of the reason. */
export function lastWordsOf(said: string): LastWords {
  const several = OF_SEVERAL.exec(said);
  const one = OF_ONE.exec(said);
  const worker = several
    ? { name: `worker ${several[1]}`, signal: several[2]! }
    : one && { name: "the worker", signal: one[1]! };
  const lines = said.split("\n").map((line) => line.replace(/^\[rank\d+\]: ?/, ""));
  const launcher = lines.findIndex((line) => LAUNCHER.test(line));
  const own = (launcher < 0 ? lines : lines.slice(0, launcher)).filter((line) => line.trim() && !NO_REASON.test(line));
  const why = crashIn(own) ?? exceptionIn(own) ?? own.slice(-LINES);
  const text = why.map((line) => line.trim()).join(" · ");
  return { why: text.slice(0, LONGEST) || "it said nothing", ...(worker && { worker }) };
}

function crashIn(lines: readonly string[]): readonly string[] | undefined {
  const at = lines.findIndex((line) => CRASH.test(line));
  if (at < 0) return undefined;
  return WHAT.test(lines[at + 1] ?? "") ? lines.slice(at, at + 2) : [lines[at]!];
}

/** The last line of the last traceback that is not about another process; none of its lines if all are. */
function exceptionIn(lines: readonly string[]): readonly string[] | undefined {
  const ends = lines.flatMap((line, at) => {
    if (!TRACEBACK.test(line)) return [];
    const end = lines.slice(at + 1).find((each) => /^\S/.test(each));
    return end === undefined ? [] : [end];
  });
  if (ends.length === 0) return undefined;
  const own = ends.findLast((end) => !MISSES_ANOTHER.test(end));
  return own === undefined ? [] : [own];
}
