/** Messages that a log does not hold as a list: each with where it stood, and whether the agent said it in this run. */
import { CliError } from "../../core/errors.ts";
import { readMessages } from "./apis.ts";
import type { TagOptions } from "./tags.ts";
import type { ChatTurn } from "./turn.ts";

/** A message as an API has it. */
export interface Entry {
  readonly message: Readonly<Record<string, unknown>>;
  /** Where it stood in its record, for errors: `steps[3]`. */
  readonly place: string;
  /** The agent did not say it in this run. Of others' messages it says nothing. */
  readonly isContext?: boolean;
  /** Kinds of what was left out of it. */
  readonly leftOut?: readonly string[];
}

/** What is known of the messages. `api`: its name in `APIS`; absent: by evidence. */
export type EntryOptions = TagOptions & { readonly api?: string };

/** The turns of the messages, in order. Throws CliError naming the entry's place. */
export function entryTurns(entries: readonly Entry[], options: EntryOptions = {}): ChatTurn[] {
  const list = entries.map(({ message }) => message);
  const { turns } = naming(entries, () => readMessages(list, "messages", options));
  const told = new Set<number>();
  return turns.map((turn) => {
    const at = Number(/^messages\[(\d+)\]/.exec(turn.place)?.[1]);
    const { place, isContext = false, leftOut = [] } = entries[at]!;
    const all = [...(turn.leftOut ?? []), ...(told.has(at) ? [] : leftOut)];
    told.add(at);
    return {
      ...turn,
      place,
      ...(turn.role === "assistant" && isContext && { isContext: true as const }),
      ...(all.length > 0 && { leftOut: all }),
    };
  });
}

/** What `read` gives; its errors name the entries' places. */
function naming<T>(entries: readonly Entry[], read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new CliError(
      error.message.replace(/\bmessages\[(\d+)\]/g, (found, at) => entries[Number(at)]?.place ?? found),
    );
  }
}
