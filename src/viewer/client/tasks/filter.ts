/** Which tasks are shown. Pure functions of the list and of what the address says. */
import type { Share } from "../../api/shared.ts";
import type { TaskLine, Tasks } from "../../api/tasks.ts";
import type { Query } from "../address.ts";

/** Someone who played tasks: the expert, or a method. */
export interface Player {
  /** In addresses: `expert`, or `method 0` with the method's column. */
  readonly key: string;
  readonly name: string;
  /** Of a method, held-out episodes; on tasks without any, rollouts and probes in training. */
  readonly shareOf: (line: TaskLine) => Share | null;
}

export function playersOf({ methods, lines }: Tasks): Player[] {
  const all: Player[] = [
    { key: "expert", name: "expert", shareOf: (line) => line.expert },
    ...methods.map((name, column) => ({
      key: `method ${column}`,
      name,
      shareOf: (line: TaskLine) => line.evaluated[column] ?? line.explored[column] ?? null,
    })),
  ];
  return all.filter(({ shareOf }) => lines.some((line) => shareOf(line) !== null));
}

const hasWon = (share: Share | null) => share !== null && share.won > 0;
/** Played, and never won. */
const hasLost = (share: Share | null) => share !== null && share.of > 0 && share.won === 0;

/** `split`, `category`, `task` (text within its id), `won` and `lost` (players), `solved` (`yes` or `no`). */
export function tasksShown(tasks: Tasks, query: Query): readonly TaskLine[] {
  const players = playersOf(tasks);
  const shareBy = (key: string | undefined) => players.find((player) => player.key === key)?.shareOf;
  const [wonBy, lostBy] = [shareBy(query.won), shareBy(query.lost)];
  return tasks.lines.filter(
    (line) =>
      (!query.split || line.split === query.split) &&
      (!query.category || line.category === query.category) &&
      (!query.task || line.task.includes(query.task)) &&
      (!query.solved || (query.solved === "yes") === line.solvedBy.length > 0) &&
      (!wonBy || hasWon(wonBy(line))) &&
      (!lostBy || hasLost(lostBy(line))),
  );
}
