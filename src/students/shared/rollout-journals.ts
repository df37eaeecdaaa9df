/**
 * What the students of a run answered in episodes that are not stored yet, on disk (endpoints/journal.ts): a run that
 * was killed asks none of it again, so nothing is paid for twice, and it goes on exactly even where seeds are ignored.
 *
 * One file for each checkpoint while it plays; it goes when everything that it was opened for is stored.
 */
import { join } from "node:path";
import { StopError } from "../../core/errors.ts";
import type { LanguageModel } from "../../core/policy.ts";
import { type Journal, openJournal } from "../../endpoints/journal.ts";

export interface RolloutJournals {
  /** `model`, asked only what the journal of its checkpoint (its name) does not have. Closing it closes the journal, too. */
  before(model: LanguageModel): LanguageModel;
}

interface Entry {
  readonly journal: Journal;
  users: number;
  /** A rollout was given up, so that it is owed. */
  isOwed: boolean;
}

/** `project`: its folder. */
export function rolloutJournals(project: string, run: string): RolloutJournals {
  const entries = new Map<string, Entry>();

  function open(name: string): Entry {
    const known = entries.get(name);
    const path = join(project, "journals", run, `${name}.jsonl`);
    // Stored episodes are never asked for again, so their answers need not be told from the others.
    const entry = known ?? { journal: openJournal(path, () => false), users: 0, isOwed: false };
    entry.users += 1;
    entries.set(name, entry);
    return entry;
  }

  return {
    before(model) {
      const entry = open(model.name);
      const journaled = entry.journal.before(model);
      return {
        ...model,
        async complete(request) {
          try {
            return await journaled.complete(request);
          } catch (error) {
            if (error instanceof StopError) entry.isOwed = true;
            throw error;
          }
        },
        async close() {
          await model.close();
          entry.users -= 1;
          if (entry.users > 0) return;
          entries.delete(model.name);
          if (!entry.isOwed) entry.journal.remove();
        },
      };
    },
  };
}
