/** Where the expert fails: every one of its runs a line, every action a cell. */
import { remembered } from "../../analysis/material.ts";
import { verbOf } from "../../analysis/skills.ts";
import { stepsIn } from "../../analysis/story.ts";
import { type StoryLine, storiesOf } from "../../analysis/story-list.ts";
import { StoreError } from "../../core/errors.ts";
import type { TrajectoryId } from "../../core/ids.ts";
import type { ExpertCell, ExpertLine, ExpertMap, KindLine } from "../api/expert.ts";
import type { RoundKey } from "../api/shared.ts";
import type { View } from "../view.ts";
import { keptByRun } from "./kept.ts";
import { lookedAt } from "./looked.ts";
import { roundLineOf } from "./rounds.ts";

/** Maps of the largest runs have some ten thousand cells. */
const MOST_MAPS = 32;
const MOST_RUNS = 2;

/** null: there is no such run or round. */
export const expertMapOf = (view: View, run: string, key: RoundKey): ExpertMap | null => kept(view, run, key);

const kept = keptByRun((view, run, key): ExpertMap | null => {
  const looked = lookedAt(view, run, key);
  if (!looked) return null;
  const { telling, remarks } = looked.told();
  const kindsOf = kindsIn(view, run);
  const cell = cells();
  const lines = storiesOf(telling).lines.map((line) => expertLine(line, kindsOf(line.trajectory), cell));
  return { run, round: looked.round && roundLineOf(looked.round), lines, kinds: kindLines(lines), remarks };
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

function expertLine(line: StoryLine, kinds: readonly string[], cell: CellOf): ExpertLine {
  const { trajectory, task, policy, won, reading, recoveryLearned, unsolved } = line;
  const states = new Map(reading?.states.map(({ step, won, of }) => [step, { won, of }]));
  const [harmful, beneficial] = [stepsIn(reading?.harmful), stepsIn(reading?.beneficial)];
  const breaksAt = reading?.harmful[0]?.from ?? null;
  return {
    trajectory,
    task,
    policy,
    won,
    cells: kinds.map((kind, step) =>
      cell({
        label: harmful.has(step) ? "harmful" : beneficial.has(step) ? "beneficial" : null,
        taken: states.get(step) ?? null,
        needRecover: reading?.needRecover === step,
        kind,
      }),
    ),
    breaksAt,
    breaksWith: breaksAt === null ? null : kinds[breaksAt]!,
    recoveryLearned,
    unsolved,
  };
}

type CellOf = (cell: ExpertCell) => ExpertCell;

/** Gives equal cells as one object: a large map has few that differ. */
function cells(): CellOf {
  const known = new Map<string, ExpertCell>();
  return (cell) => {
    const { label, taken, needRecover, kind } = cell;
    const name = `${label} ${taken?.won} ${taken?.of} ${needRecover} ${kind}`;
    const found = known.get(name);
    if (!found) known.set(name, cell);
    return found ?? cell;
  };
}

function kindLines(lines: readonly ExpertLine[]): KindLine[] {
  const cells = Map.groupBy(
    lines.flatMap((line) => line.cells),
    ({ kind }) => kind,
  );
  const counted = (of: readonly ExpertCell[], label: ExpertCell["label"]) => of.filter((c) => c.label === label).length;
  return [...cells]
    .map(([kind, of]) => ({
      kind,
      actions: of.length,
      harmful: counted(of, "harmful"),
      beneficial: counted(of, "beneficial"),
    }))
    .sort((a, b) => b.harmful - a.harmful || b.actions - a.actions || (a.kind < b.kind ? -1 : 1));
}
