/**
 * Answers on disk until the episodes they belong to are stored, so that a run that was killed or stopped by its budget
 * pays for nothing twice: started again, it asks the same requests, and those that were answered are answered from here.
 * It also makes runs go on exactly where a server ignores seeds. One line of JSON an answer; a torn last line is ignored.
 *
 * An answer is synced to the disk before anybody hears it, so that a power cut takes none that was paid for. Beside what a
 * model takes to answer that costs little (`npm run bench -- journal`).
 */
import { createHash } from "node:crypto";
import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder, syncToDisk, writing } from "../core/disk.ts";
import type { Completion, CompletionRequest, LanguageModel } from "../core/policy.ts";
import type { Spending } from "./budget.ts";
import { appendSynced, linesIn, writeLines } from "./journal-file.ts";

/**
 * A server's answers on disk until the episodes they belong to are stored: a run that was killed pays for nothing twice. Made
 * by `openJournal`.
 */
export interface Journal {
  /** What the answers in it have cost, as it was opened. */
  readonly spent: Spending;
  /**
   * `model`, asked only what is not in the journal; what it answers goes there. Throws StoreError where an answer cannot
   * be written.
   */
  before(model: LanguageModel): LanguageModel;
  /** Deletes it: everything is stored, and would survive a power cut. */
  remove(): void;
}

interface Entry extends Completion {
  readonly key: string;
  readonly seed: number;
}

/**
 * Opens the journal of one run with one set of sampling options, making the file and its folder if they are not there.
 * Throws StoreError where they cannot be written.
 *
 * @param path The file: one line of JSON for each answer.
 * @param isStored Whether the step that was sampled with this seed is stored already; then its answer is dropped.
 */
export function openJournal(path: string, isStored: (seed: number) => boolean): Journal {
  const entries = existsSync(path) ? readEntries(path).filter(({ seed }) => !isStored(seed)) : [];
  writing(path, () => {
    makeFolder(dirname(path));
    // Written beside and renamed: a kill or a power cut leaves the old journal or the new one.
    writeLines(`${path}.new`, entries.map(lineOf));
    renameSync(`${path}.new`, path);
    syncToDisk(dirname(path));
  });
  const known = new Map(entries.map((entry) => [entry.key, entry]));
  return {
    spent: {
      requests: entries.length,
      promptTokens: entries.reduce((sum, { usage }) => sum + usage.promptTokens, 0),
      completionTokens: entries.reduce((sum, { usage }) => sum + usage.completionTokens, 0),
      unaccounted: 0,
    },
    before: (model) => ({
      ...model,
      async complete(request) {
        const key = keyOf(request);
        const entry = known.get(key);
        if (entry) {
          const { key: _, seed: __, ...completion } = entry;
          return completion;
        }
        const completion = await model.complete(request);
        await appendSynced(path, lineOf({ key, seed: request.seed, ...completion }));
        return completion;
      },
    }),
    remove: () => rmSync(path, { force: true }),
  };
}

const lineOf = (entry: Entry) => `${JSON.stringify(entry)}\n`;

function readEntries(path: string): Entry[] {
  return [...linesIn(path)].flatMap((line) => {
    try {
      return [JSON.parse(line) as Entry];
    } catch {
      return [];
    }
  });
}

function keyOf({ messages, tools, temperature, maxTokens, seed }: CompletionRequest): string {
  const asked = messages.map(({ role, content, toolCalls, toolCallId }) =>
    toolCalls || toolCallId !== undefined ? [role, content, toolCalls, toolCallId] : [role, content],
  );
  return createHash("sha256")
    .update(JSON.stringify([asked, temperature, maxTokens, seed, ...(tools ? [tools] : [])]))
    .digest("base64");
}
