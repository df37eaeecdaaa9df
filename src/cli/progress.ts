/**
 * Progress on a terminal: one bar for each running phase, with rate and time left. If the output is no terminal: plain
 * lines. Everything goes to stderr, so that stdout holds only the result. Bars have escapes of their own, so they cannot go
 * through print and tell: every text is escaped here.
 */
import { MultiBar, type SingleBar } from "cli-progress";
import type { Phase, Progress } from "../engine/experiment/progress.ts";
import { leftInFile, type RunPlace } from "./progress-file.ts";
import { beforeEnding } from "./signals.ts";
import { printable } from "./terminal.ts";

const PLAIN_INTERVAL_MS = 10_000;

/**
 * Bars if stderr is a terminal, else lines. `place`: the run that is worked on, whose lock this process holds; how far it is stands
 * in a file, too, until `stop`.
 */
export function openProgress(
  place?: RunPlace,
  stream: NodeJS.WriteStream = process.stderr,
): Progress & { stop(): void } {
  const shown = stream.isTTY ? bars(stream) : lines(stream);
  return place ? leftInFile(shown, place) : shown;
}

function bars(stream: NodeJS.WriteStream): Progress & { stop(): void } {
  const multi = new MultiBar(
    {
      format: " {bar} {percentage} % {label}  {value}/{total} {unit}  {rate}  {left}  {note}",
      barsize: 20,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      hideCursor: true,
      clearOnComplete: true,
      stopOnComplete: false,
      stream,
      // Long labels are cut, not wrapped.
      linewrap: false,
    },
    undefined,
  );
  // The cursor is hidden while bars are drawn.
  const forget = beforeEnding(() => multi.stop());
  return {
    phase(label, total, unit, since): Phase {
      const clock = stopwatch(total, since);
      const payload = { label: printable(label), unit, rate: "–", left: "", note: "" };
      const bar: SingleBar = multi.create(total, 0, payload);
      return {
        advance(done, note = "") {
          const { rate, left } = clock(done);
          bar.update(done, { rate, left: left && `${left} left`, note: printable(note) });
        },
        end() {
          multi.remove(bar);
        },
      };
    },
    say: (line) => multi.log(`${printable(line)}\n`),
    stop() {
      forget();
      multi.stop();
    },
  };
}

function lines(stream: NodeJS.WriteStream): Progress & { stop(): void } {
  const print = (...parts: readonly string[]) => stream.write(`${printable(parts.filter(Boolean).join(", "))}\n`);
  return {
    phase(label, total, unit, since): Phase {
      const clock = stopwatch(total, since);
      let last = since ?? performance.now();
      let reached = 0;
      return {
        advance(done, note = "") {
          reached = done;
          if (performance.now() - last < PLAIN_INTERVAL_MS) return;
          last = performance.now();
          const { rate, left } = clock(done);
          print(`${label}: ${done}/${total} ${unit}`, rate, left && `${left} left`, note);
        },
        end(note = "") {
          const { rate, elapsed } = clock(reached);
          print(`${label}: ${reached}/${total} ${unit} in ${elapsed}`, rate, note);
        },
      };
    },
    say: print,
    stop() {},
  };
}

/** Of `done` things, at least one: `12/s`, `0.5/s`; of slow ones how long each takes: `12 s each`. */
export function pace(done: number, seconds: number): string {
  const rate = done / seconds;
  if (rate < 0.5) return `${duration(1 / rate)} each`;
  return `${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)}/s`;
}

/** How fast it goes, and the time left at that rate. */
function stopwatch(total: number, start = performance.now()) {
  return (done: number) => {
    const seconds = Math.max(1e-3, (performance.now() - start) / 1000);
    const left = done > 0 && done < total ? duration(((total - done) * seconds) / done) : "";
    return { rate: done > 0 ? pace(done, seconds) : "", left, elapsed: duration(seconds) };
  };
}

/** `45 s`, `3 min 20 s`, `1 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
