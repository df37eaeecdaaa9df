/** Commands of this program as a hint tells them: with the options that they need, quoted for a shell. */

/** `command("show", "agent")` → `gleaner show agent`, with the options that the hint's own command was given. */
export type CommandLine = (...words: readonly string[]) => string;

/** Commands that repeat `options`, by flag; those that are undefined are left out. */
export function commandLine(options: Readonly<Record<`--${string}`, string | undefined>> = {}): CommandLine {
  const given = Object.entries(options).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]));
  return (...words) => ["gleaner", ...words, ...given].map(shellQuoted).join(" ");
}

/** `word` as a POSIX shell takes it literally: as it is where that is safe, else between single quotes. */
export function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
