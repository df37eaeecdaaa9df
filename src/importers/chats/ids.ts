/** Ids of calls where a log has none. Without them nobody could say which call a result answers. */
import { CliError } from "../../core/errors.ts";
import { shown } from "../reader.ts";
import type { ChatTurn } from "./turn.ts";

/** A turn whose calls may lack ids (""), and whose result may say which tool it is of. */
export interface Draft extends ChatTurn {
  readonly toolName?: string;
}

/**
 * The turns with an id for each call. A result without one answers the first open call of the last turn that called; where
 * it says its tool, the first open call of that tool. A result that answers nothing keeps no id. Throws CliError for a
 * result of a tool that is not the open one's.
 */
export function withIds(drafts: readonly Draft[]): ChatTurn[] {
  const taken = new Set(drafts.flatMap(({ toolCalls = [] }) => toolCalls.map(({ id }) => id)));
  let unnamed = 0;
  const newId = () => {
    while (taken.has(`call_${unnamed}`)) unnamed++;
    return `call_${unnamed++}`;
  };
  let waiting: { readonly id: string; readonly name: string }[] = [];
  return drafts.map(({ toolName, ...turn }) => {
    if (turn.toolCalls) {
      const toolCalls = turn.toolCalls.map((call) => (call.id === "" ? { ...call, id: newId() } : call));
      // What the turns before left open stays open: results come behind their calls.
      waiting = [...toolCalls];
      return { ...turn, toolCalls };
    }
    if (turn.role !== "tool") return turn;
    const toolCallId = turn.toolCallId ?? openCall(waiting, toolName, turn.place);
    const at = waiting.findIndex(({ id }) => id === toolCallId);
    if (at >= 0) waiting.splice(at, 1);
    return toolCallId === undefined ? turn : { ...turn, toolCallId };
  });
}

function openCall(
  waiting: readonly { readonly id: string; readonly name: string }[],
  toolName: string | undefined,
  place: string,
): string | undefined {
  const found = toolName === undefined ? waiting[0] : waiting.find(({ name }) => name === toolName);
  if (found || waiting.length === 0) return found?.id;
  const names = waiting.map(({ name }) => shown(name)).join(", ");
  throw new CliError(`${place}: expected a result of ${names}, found one of ${shown(toolName)}`);
}
