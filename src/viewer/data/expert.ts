/** Where the expert fails: every one of its runs a line, every action a cell. */

import type { TaskHead } from "../../analysis/material.ts";
import { type SkillOf, verbOf } from "../../analysis/skills.ts";
import { type RunReading, stepsIn } from "../../analysis/story.ts";
import { type StoryLine, storiesOf } from "../../analysis/story-list.ts";
import { StoreError } from "../../core/errors.ts";
import type { ExpertCell, ExpertLine, ExpertMap, KindLine } from "../api/expert.ts";
import type { RoundKey } from "../api/shared.ts";
import type { View } from "../view.ts";
import { placeOf, roundLineOf, toldAt } from "./rounds.ts";

/** null: there is no such run or round. */
export function expertMapOf(view: View, run: string, key: RoundKey): ExpertMap | null {
  const place = placeOf(view, run, key);
  if (!place) return null;
  const { telling, remarks } = toldAt(view, place);
  const kindOf = kindsOf(view, run);
  const lines = storiesOf(telling).lines.map((line) => expertLine(view, line, kindOf));
  return { run, round: place.round && roundLineOf(place.round), lines, kinds: kindLines(lines), remarks };
}

type KindOf = (task: TaskHead, action: string) => string;

function kindsOf({ skillOf }: View, run: string): KindOf {
  const skill: SkillOf | undefined = skillOf(run);
  return (task, action) => skill?.(task, action) ?? verbOf(action);
}

function expertLine({ repository }: View, line: StoryLine, kindOf: KindOf): ExpertLine {
  const { trajectory, task, policy, won, reading, recoveryLearned, unsolved } = line;
  const [head, steps] = [repository.task(task), repository.trajectory(trajectory)?.steps];
  if (!head || !steps) throw new StoreError(`trajectory ${trajectory} or its task ${task} is not stored`);
  const kinds = steps.map(({ action }) => kindOf(head, action));
  const cells = cellsOf(kinds, reading);
  const breaksAt = reading?.harmful[0]?.from ?? null;
  const breaksWith = breaksAt === null ? null : kinds[breaksAt]!;
  return { trajectory, task, policy, won, cells, breaksAt, breaksWith, recoveryLearned, unsolved };
}

function cellsOf(kinds: readonly string[], reading: RunReading | null): ExpertCell[] {
  const states = new Map(reading?.states.map(({ step, won, of }) => [step, { won, of }]));
  const [harmful, beneficial] = [stepsIn(reading?.harmful), stepsIn(reading?.beneficial)];
  return kinds.map((kind, step) => ({
    label: harmful.has(step) ? "harmful" : beneficial.has(step) ? "beneficial" : null,
    taken: states.get(step) ?? null,
    needRecover: reading?.needRecover === step,
    kind,
  }));
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
