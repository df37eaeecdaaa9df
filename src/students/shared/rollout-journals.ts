/**
 * What the students of a run answered in episodes that are not stored yet, on disk (endpoints/journal.ts): a run that
 * was killed asks none of it again, so nothing is paid for twice, and it goes on exactly even where seeds are ignored.
 *
 * One file for each checkpoint while it plays; it goes when everything that it was opened for is stored.
 */
import { join } from "node:path";
import type { LanguageModel } from "../../core/policy.ts";
import { type Journal, openJournal } from "../../endpoints/journal.ts";

export interface RolloutJournals {
  /**
   * `model`, asked only what the journal of its checkpoint (its name) does not have. The journal goes when all who opened
   * it have closed it, if each of them was told to forget first.
   */
  before(model: LanguageModel): LanguageModel;
}

interface Entry {
  readonly journal: Journal;
  users: number;
  /** Those whose episodes are not all stored yet. */
  owing: number;
}

/** `project`: its folder. */
export function rolloutJournals(project: string, run: string): RolloutJournals {
  const entries = new Map<string, Entry>();

  function open(name: string): Entry {
    const known = entries.get(name);
    const path = join(project, "journals", run, `${name}.jsonl`);
    // Stored episodes are never asked for again, so their answers need not be told from the others.
    const entry = known ?? { journal: openJournal(path, () => false), users: 0, owing: 0 };
    entry.users += 1;
    entry.owing += 1;
    entries.set(name, entry);
    return entry;
  }

  return {
    before(model) {
      const entry = open(model.name);
      return {
        ...entry.journal.before(model),
        forget() {
          entry.owing -= 1;
        },
        async close() {
          await model.close();
          entry.users -= 1;
          if (entry.users > 0) return;
          entries.delete(model.name);
          if (entry.owing === 0) entry.journal.remove();
        },
      };
    },
  };
}
