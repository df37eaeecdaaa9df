/** The warning about episodes whose tasks are not for training. */
import { printable } from "./terminal.ts";

/** Nothing if every episode is of a training task. `splits`: of which splits' tasks the episodes are. */
export function outsideTraining(splits: Readonly<Record<string, number>>): string[] {
  const heldOut = Object.entries(splits).filter(([split]) => split !== "train");
  if (heldOut.length === 0) return [];
  const counts = heldOut.map(([split, episodes]) => `${episodes} of split ${printable(split)}`).join(", ");
  return [`outside the split train: ${counts}; a student that learns from these must not be evaluated on their tasks`];
}
