/** Runs that began before the code of a user's module was part of their episodes' ids. */
import { isCodeNote } from "../core/code-note.ts";
import type { Benchmark } from "../core/environment.ts";
import type { Repository } from "../core/repository.ts";
import { quoted } from "../core/wording.ts";
import { withoutCode } from "../worlds/own.ts";

/** `benchmark` as `run` began with it, which then finds its episodes again and goes on. `say` is called where it matters. */
export function asItBegan(
  repository: Repository,
  run: string,
  benchmark: Benchmark,
  say: (line: string) => void,
): Benchmark {
  const plain = withoutCode(benchmark);
  if (plain === benchmark || repository.countOf(run) === 0) return benchmark;
  const { notes = [] } = (repository.run(run)?.config ?? {}) as { readonly notes?: readonly string[] };
  if (notes.some(isCodeNote)) return benchmark;
  say(
    `run ${quoted(run)} does not say which code its world had and goes on with the code of today. A run of another name does.`,
  );
  return plain;
}
