/** What every report on ScienceWorld must say, since results differ by it. */
import type { Release } from "./files.ts";
import type { Scoring } from "./scoring.ts";
import type { StepLimits, TaskKind } from "./tasks.ts";

export interface Rules {
  readonly release: Release;
  /** As the simulator spells them, "" for none. */
  readonly simplifications: string;
  readonly scoring: Scoring;
  /** One limit for all tasks, or the name of the table. */
  readonly limits: number | StepLimits;
  readonly kinds: readonly TaskKind[];
}

const RETURNS: Readonly<Record<Scoring, string>> = {
  final: "returns are final scores, -100 where a wrong focus ended the task",
  best: "returns are the best scores reached, as ETO counts them",
};

export function notesOf({ release, simplifications, scoring, limits, kinds }: Rules): readonly string[] {
  const limit = typeof limits === "number" ? `${limits} steps for every task` : `step limits by task (${limits})`;
  const hasFruit = kinds.some(({ name }) => name === "grow-fruit");
  return [
    `ScienceWorld ${release}, simplifications: ${simplifications || "none"}; ${limit}`,
    RETURNS[scoring],
    ...(hasFruit
      ? [
          "grow-fruit counts as won by a focus on any such fruit, also one that nobody grew (`ungrown` in a step's info)",
        ]
      : []),
  ];
}
