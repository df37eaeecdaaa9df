/** Where the expert fails: every one of its runs a line, every action a cell. */
import { remembered } from "../../analysis/material.ts";
import { verbOf } from "../../analysis/skills.ts";
import { stepsIn } from "../../analysis/story.ts";
import { type StoryLine, storiesOf } from "../../analysis/story-list.ts";
import { StoreError } from "../../core/errors.ts";
import type { TrajectoryId } from "../../core/ids.ts";
import type { ExpertLine, KindLine, SentMap } from "../api/expert.ts";
import { sentMap } from "../api/expert-cells.ts";
import type { RoundKey } from "../api/shared.ts";
import type { View } from "../view.ts";
import { keptByRun } from "./kept.ts";
import { lookedAt } from "./looked.ts";
import { roundLineOf } from "./rounds.ts";

/** Maps of the largest runs have some ten thousand cells. */
const MOST_MAPS = 32;
const MOST_RUNS = 2;

/** null: there is no such run or round. */
export const expertMapOf = (view: View, run: string, key: RoundKey): SentMap | null => kept(view, run, key);

const kept = keptByRun((view, run, key): SentMap | null => {
  const looked = lookedAt(view, run, key);
  if (!looked) return null;
  const { telling, remarks } = looked.told();
  const kindsOf = kindsIn(view, run);
  const lines = storiesOf(telling).lines.map((line) => expertLine(line, kindsOf(line.trajectory)));
  const round = looked.round && roundLineOf(looked.round);
  return sentMap({ run, round, lines, kinds: kindLines(lines), remarks });
}, MOST_MAPS);

/** The kinds of the actions of a trajectory: all rounds of a run are given mostly the same ones, and each is read once. */
const kindsIn = keptByRun(({ repository, skillOf }, run) => {
  const skill = skillOf(run);
  const nameKept = remembered((name: string) => name);
  return remembered((id: TrajectoryId): readonly string[] => {
    const trajectory = repository.trajectory(id);
    const task = trajectory && repository.task(trajectory.taskId);
    if (!task) throw new StoreError(`trajectory ${id} or its task is not stored`);
    return trajectory.steps.map(({ action }) => nameKept(skill?.(task, action) ?? verbOf(action)));
  });
}, MOST_RUNS);

function expertLine(line: StoryLine, kinds: readonly string[]): ExpertLine {
  const { trajectory, task, policy, won, reading, recoveryLearned, unsolved } = line;
  const states = new Map(reading?.states.map(({ step, won, of }) => [step, { won, of }]));
  const [harmful, beneficial] = [stepsIn(reading?.harmful), stepsIn(reading?.beneficial)];
  const breaksAt = reading?.harmful[0]?.from ?? null;
  return {
    trajectory,
    task,
    policy,
    won,
    cells: kinds.map((kind, step) => ({
      label: harmful.has(step) ? "harmful" : beneficial.has(step) ? "beneficial" : null,
      taken: states.get(step) ?? null,
      needRecover: reading?.needRecover === step,
      kind,
    })),
    breaksAt,
    breaksWith: breaksAt === null ? null : kinds[breaksAt]!,
    recoveryLearned,
    unsolved,
  };
}

function kindLines(lines: readonly ExpertLine[]): KindLine[] {
  const kinds = new Map<string, { actions: number; harmful: number; beneficial: number }>();
  for (const { cells } of lines) {
    for (const { kind, label } of cells) {
      const counts = kinds.get(kind) ?? { actions: 0, harmful: 0, beneficial: 0 };
      counts.actions += 1;
      if (label !== null) counts[label] += 1;
      kinds.set(kind, counts);
    }
  }
  return [...kinds]
    .map(([kind, counts]) => ({ kind, ...counts }))
    .sort((a, b) => b.harmful - a.harmful || b.actions - a.actions || (a.kind < b.kind ? -1 : 1));
}
