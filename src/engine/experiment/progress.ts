/** What a long run reports while it works. The command line draws it; a library user may ignore it. */

/** One stretch of work whose length is known, such as the probes of an iteration. */
export interface Phase {
  /**
   * `done` of the phase's total; `note` is short (`loss 0.31`, `won 41 %`). `failed`: how many of these broke, for a reason outside
   * the task.
   */
  advance(done: number, note?: string, failed?: number): void;
  /** The phase is over; `note` says what came of it. */
  end(note?: string): void;
}

/** Hears how a long run goes. */
export interface Progress {
  /**
   * A phase begins, or began at `since` (as `performance.now()` tells). `label` like `seed 1 · EEF · probe`; `unit` in the
   * plural.
   */
  phase(label: string, total: number, unit: string, since?: number): Phase;
  /** One line worth keeping. */
  say(line: string): void;
}

/** Says nothing. */
export const silent: Progress = { phase: () => ({ advance() {}, end() {} }), say() {} };
