/**
 * Progress while files are looked at before anything is done with them: their format is recognised, their records are counted.
 * Most files take no time worth a word; one of many gigabytes takes minutes.
 */
import { statSync } from "node:fs";
import type { Phase, Progress } from "../engine/experiment/progress.ts";
import { hearing, type Reading } from "../files/hearing.ts";

/** What takes no longer is not shown. */
const WORTH_A_WORD_MS = 1_000;
const MEGABYTE = 1e6;

interface ReadingProgress {
  heard(reading: Readonly<Reading>): void;
  /** Nothing is shown from now on. */
  end(): void;
}

/** One way through all files, or through the rest of them: some are gone through several times. */
interface Round {
  /** The file in which it is, since when, and the last way through that one. */
  index: number;
  entered: number;
  reading: Readonly<Reading>;
  /** Bytes of its files before that one. */
  before: number;
  readonly total: number;
  readonly since: number;
  phase?: Phase;
}

/** Does `work` and shows, until it is done or `end` is called, how far `files` are read. */
export async function readingShown<T>(
  progress: Progress,
  label: string,
  files: readonly string[],
  work: (end: () => void) => Promise<T>,
): Promise<T> {
  const { heard, end } = readingProgress(progress, label, files);
  try {
    return await hearing(heard, () => work(end));
  } finally {
    end();
  }
}

/** Shows what is heard of `files`, gone through in this order, under `label`. */
function readingProgress(progress: Progress, label: string, files: readonly string[]): ReadingProgress {
  const indexes = new Map(files.map((file, index) => [file, index]));
  let sizes: readonly number[] | undefined;
  let round: Round | undefined;
  let isOver = false;

  function roundOf(reading: Readonly<Reading>, index: number): Round {
    if (round?.reading === reading) return round;
    const now = performance.now();
    // A file's first bytes are looked at several times, and a small file in no time: these are parts of one round.
    const isSameWay = round?.index === index && now - round.entered < WORTH_A_WORD_MS;
    if (round && (isSameWay || round.index < index)) {
      if (!isSameWay) round.entered = now;
      for (; round.index < index; round.index++) round.before += sizes![round.index]!;
      round.reading = reading;
      return round;
    }
    round?.phase?.end();
    sizes ??= files.map(sizeOf);
    const total = sizes.slice(index).reduce((sum, size) => sum + size, 0);
    round = { index, entered: now, reading, before: 0, total, since: now };
    return round;
  }

  return {
    heard(reading) {
      const index = indexes.get(reading.file);
      if (isOver || index === undefined) return;
      const current = roundOf(reading, index);
      if (!current.phase && performance.now() - current.since < WORTH_A_WORD_MS) return;
      current.phase ??= progress.phase(label, megabytes(current.total), "MB", current.since);
      current.phase.advance(megabytes(current.before + reading.bytes));
    },
    end() {
      if (!isOver) round?.phase?.end();
      isOver = true;
    },
  };
}

const megabytes = (bytes: number) => Math.round(bytes / MEGABYTE);

/** What cannot be looked at is told by whoever reads it. */
const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
