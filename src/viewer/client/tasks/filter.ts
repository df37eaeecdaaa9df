/** Which tasks are shown. Pure functions of the list and of what the address says. */
import type { Share } from "../../api/shared.ts";
import type { TaskLine, Tasks } from "../../api/tasks.ts";
import type { Query } from "../address.ts";

/** Someone who played tasks: the expert, or a method on held-out tasks or in training. */
export interface Player {
  /** In addresses: `expert`, `held-out 0`, `training 0` with the method's column. */
  readonly key: string;
  readonly name: string;
  readonly shareOf: (line: TaskLine) => Share | null;
}

export function playersOf({ methods, lines }: Tasks): Player[] {
  const all: Player[] = [
    { key: "expert", name: "expert", shareOf: (line) => line.expert },
    ...methods.map((method, column) => ({
      key: `held-out ${column}`,
      name: `${method}, held-out`,
      shareOf: (line: TaskLine) => line.evaluated[column] ?? null,
    })),
    ...methods.map((method, column) => ({
      key: `training ${column}`,
      name: `${method}, in training`,
      shareOf: (line: TaskLine) => line.explored[column] ?? null,
    })),
  ];
  return all.filter(({ shareOf }) => lines.some((line) => shareOf(line) !== null));
}

export const won = (share: Share | null): boolean => share !== null && share.won > 0;
/** Played, and never won. */
export const lost = (share: Share | null): boolean => share !== null && share.of > 0 && share.won === 0;

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
      (!wonBy || won(wonBy(line))) &&
      (!lostBy || lost(lostBy(line))),
  );
}
