/**
 * Search in an exported folder. There is no server, so the page reads the transcripts that the folder holds, one after the other.
 * Pure but for the loading, which is given.
 */
import type { Hit } from "../../api/compare.ts";
import type { TaskPage, Tasks } from "../../api/tasks.ts";
import type { Transcript } from "../../api/transcript.ts";

/** As many as a server gives at once. */
export const MOST_HITS = 100;
/** Characters around a match. */
const AROUND = 80;

const PARTS = ["observation", "thought", "action"] as const;

export interface Loading {
  readonly tasks: () => Promise<Tasks>;
  readonly task: (task: string) => Promise<TaskPage>;
  /** Rejects for one that the folder does not hold. */
  readonly transcript: (id: string) => Promise<Transcript>;
  /** True: nobody waits any more. */
  readonly isOver: () => boolean;
  readonly found: (hits: readonly Hit[], read: number) => void;
}

/** Calls `found` after each transcript, until there are enough hits. `more` says whether it stopped before the end. */
export async function searchFolder(query: string, loading: Loading): Promise<{ readonly more: boolean }> {
  let hits: Hit[] = [];
  let read = 0;
  for (const { task } of (await loading.tasks()).lines) {
    const page = await loading.task(task).catch(() => null);
    for (const { id } of page?.trajectories ?? []) {
      if (loading.isOver()) return { more: true };
      const transcript = await loading.transcript(id).catch(() => null);
      if (!transcript) continue;
      hits = [...hits, ...hitsIn(transcript, query)].slice(0, MOST_HITS);
      read += 1;
      loading.found(hits, read);
      if (hits.length === MOST_HITS) return { more: true };
    }
  }
  return { more: false };
}

/** Where `query` is in a transcript, whatever the case of its letters: the first place in each text. */
export function hitsIn({ head, steps }: Pick<Transcript, "head" | "steps">, query: string): Hit[] {
  const wanted = query.toLowerCase();
  return steps.flatMap((step) =>
    PARTS.flatMap((part): Hit[] => {
      const { text } = step[part];
      const at = text.toLowerCase().indexOf(wanted);
      if (at < 0 || wanted === "") return [];
      const end = at + query.length;
      return [
        {
          trajectory: head.id,
          task: head.task,
          who: head.who,
          won: head.won,
          step: step.index,
          part,
          before: text.slice(Math.max(0, at - AROUND), at),
          match: text.slice(at, end),
          after: text.slice(end, end + AROUND),
        },
      ];
    }),
  );
}
