/**
 * EEF from scratch: learning from an expert's failures, in one file that imports nothing.
 * The method is "Exploring Expert Failures" (Lan et al. 2025, arXiv 2504.13145). Run: node examples/eef-from-scratch.ts
 *
 * An expert plays and often loses. Imitation learns from its wins and throws its losses away. But most of a lost run
 * may be good. To find out which part, put the world back into states along the run and let the student finish from
 * each. Where it wins from one state and loses from the next, the expert's actions in between did harm.
 */

// 1. CHANCE. Random numbers, at least 0 and below 1, that follow from a seed (the generator of Numerical Recipes).
type Draw = () => number;
function random(seed: number): Draw {
  return () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}
const pick = <T>(items: readonly T[], draw: Draw): T => items[Math.floor(draw() * items.length)]!;

// 2. THE WORLD. A tower has a door on each floor. One of 20 keys opens the door; any other jams it. One key opens the
// jammed door; any other breaks it, and the task is lost. Equal doors take equal keys in all tasks. Nobody says which.
const FLOORS = [1, 2, 3, 4, 5, 6, 7, 8];
const SIGNS = [..."abcdefghij"];
const KEYS = Array.from({ length: 20 }, (_, key) => key);
const SIGHTS = FLOORS.flatMap((floor) => SIGNS.flatMap((sign) => [`${floor}${sign}`, `${floor}${sign} jammed`]));
const secret = random(0);
const RIGHT = new Map(SIGHTS.map((sight) => [sight, pick(KEYS, secret)]));
type Task = readonly string[]; // the doors to open, from the lowest floor up: ["6c", "7a", "8h"]
type State = Readonly<{ door: number; wrong: number }>; // the next door, and how many wrong keys it has seen
const look = (task: Task, { door, wrong }: State) => `${task[door]}${wrong > 0 ? " jammed" : ""}`;
const turn = (task: Task, { door, wrong }: State, key: number): State =>
  key === RIGHT.get(look(task, { door, wrong })) ? { door: door + 1, wrong: 0 } : { door, wrong: wrong + 1 };

// 3. RUNS. A policy sees a door and chooses a key. Of a run's steps, those before `step` are the expert's.
type Policy = (sight: string) => number;
type Step = Readonly<{ state: State; sight: string; key: number }>;
export type Run = Readonly<{ task: Task; steps: readonly Step[]; step: number; won: boolean; round: number }>;
/** Plays a task to its end. Given an expert's run, it first puts the world back into the state before step `step`. */
function play(task: Task, policy: Policy, round: number, expert?: Run, step = 0): Run {
  const steps = expert ? expert.steps.slice(0, step) : [];
  let state = expert ? expert.steps[step]!.state : { door: 0, wrong: 0 };
  while (state.door < task.length && state.wrong < 2) {
    const sight = look(task, state);
    const key = policy(sight);
    steps.push({ state, sight, key });
    state = turn(task, state, key);
  }
  return { task, steps, step, won: state.wrong < 2, round };
}

// 4. THE STUDENT. A table: a row for each sight, a number for each key. The higher the number, the likelier the key.
type Student = ReadonlyMap<string, readonly number[]>;
function chances(row: readonly number[]): number[] {
  const powers = row.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}
/** A key drawn by its chance. This is how the student explores. */
function sample(row: readonly number[], draw: Draw): number {
  let left = draw();
  return chances(row).findIndex((chance) => (left -= chance) < 0);
}
/** The likeliest key. This is how the student is tested. */
const likeliest = (row: readonly number[]) => row.indexOf(Math.max(...row));
/** A mask has a weight for each step of a run. 1: learn its action. 0: it only led here. */
type Example = Readonly<{ run: Run; mask: readonly number[] }>;
const learn = (run: Run, from = 0): Example => ({ run, mask: run.steps.map((_, step) => (step < from ? 0 : 1)) });
/** A new student. Each step of gradient ascent makes the unmasked actions of one example likelier. */
function train(examples: readonly Example[]): Student {
  const student = new Map(SIGHTS.map((sight) => [sight, KEYS.map(() => 0)]));
  for (let n = 0; n < 3000; n++) {
    const { run, mask } = examples[n % examples.length]!;
    for (const [i, step] of run.steps.entries()) {
      const row = student.get(step.sight)!;
      const chance = chances(row);
      for (const key of KEYS) row[key]! += 0.2 * mask[i]! * (Number(key === step.key) - chance[key]!);
    }
  }
  return student;
}

// 5. PROBES AND LABELS. A probe: the student finishes from a state along an expert's run. Does it win?
/** The steps to probe: at most `probes`, one skip length apart. */
export function probeSteps(actions: number, probes: number): number[] {
  const skip = Math.max(1, Math.floor(actions / (probes + 1)));
  return Array.from({ length: probes }, (_, k) => (k + 1) * skip).filter((step) => step < actions);
}
/** Won before and lost after: harmful. The reverse: beneficial. Need-recover: the state behind the first harm. */
export function labelsOf(probes: readonly { readonly step: number; readonly won: boolean }[]) {
  const spans = probes.slice(1).map((after, i) => ({ from: probes[i]!.step, to: after.step }));
  const harmful = spans.filter((_, i) => probes[i]!.won && !probes[i + 1]!.won);
  const beneficial = spans.filter((_, i) => !probes[i]!.won && probes[i + 1]!.won);
  return { beneficial, harmful, needRecover: harmful[0]?.to ?? null };
}

// 6. EEF. Probe; then learn one solution for the start of each task and one for each need-recover state; repeat.
/** Of wins through a state: fewest expert steps from there; then latest; then shortest. What led there is masked. */
export function solution(wins: readonly Run[], expert: Run, step: number | null): Example[] {
  if (step === null) return [];
  const path = ({ steps }: Run) => String(steps.slice(0, step).map(({ key }) => key));
  const byExpert = (win: Run) => Math.max(0, win.step - step);
  const through = wins.filter((win) => win.task === expert.task && path(win) === path(expert));
  through.sort((a, b) => byExpert(a) - byExpert(b) || b.round - a.round || a.steps.length - b.steps.length);
  return through.slice(0, 1).map((win) => learn(win, step));
}
function eef(runs: readonly Run[], imitation: Student, rounds: number, probes: number, draw: Draw) {
  const wins = runs.filter(({ won }) => won); // soon the student's too
  const readings = [];
  let student = imitation;
  for (let round = 1; round <= rounds; round++) {
    const policy: Policy = (sight) => sample(student.get(sight)!, draw);
    const read = runs.map((run) => {
      const steps = [0, ...probeSteps(run.steps.length, probes)];
      const probed = steps.map((step) => play(run.task, policy, round, run, step));
      wins.push(...probed.filter(({ won }) => won));
      return { round, run, probed, ...labelsOf(probed) };
    });
    const solved = read.flatMap(({ run }) => solution(wins, run, 0));
    const recovered = read.flatMap(({ run, needRecover }) => solution(wins, run, needRecover));
    student = train([...solved, ...recovered]);
    readings.push(...read);
  }
  return { student, readings };
}

// 7. THE EXPERIMENT. All tasks end on the top floor: doors of low floors are rare and come first. Here, failures pay.
export function experiment(seed: number) {
  const draw = random(seed);
  const newTask = (_: unknown, i: number): Task => FLOORS.slice(i % 7).map((floor) => `${floor}${pick(SIGNS, draw)}`);
  const tasks = Array.from({ length: 80 }, newTask);
  const heldOut = Array.from({ length: 500 }, newTask).filter((task) => !tasks.map(String).includes(String(task)));
  const expert: Policy = (sight) => (draw() < 0.4 ? pick(KEYS, draw) : RIGHT.get(sight)!); // knows the keys, but slips
  const runs = tasks.map((task) => play(task, expert, 0)).map((run) => ({ ...run, step: run.steps.length }));
  const imitation = train(runs.filter(({ won }) => won).map((run) => learn(run)));
  const { student, readings } = eef(runs, imitation, 3, 3, draw);
  const control = eef(runs, imitation, 12, 0, draw).student; // no fewer rollouts, but all from the start
  const wins = (of: Student) => heldOut.filter((task) => play(task, (sight) => likeliest(of.get(sight)!), 0).won);
  const percent = (of: Student) => Math.round((100 * wins(of).length) / heldOut.length);
  return { readings, won: { imitation: percent(imitation), "no probes": percent(control), EEF: percent(student) } };
}

if (import.meta.main) {
  const results = [1, 2, 3, 4, 5].map(experiment);
  const failures = results[0]!.readings.filter(({ round, run }) => round === 1 && !run.won);
  const row = (...cells: string[]) => console.log(cells.map((cell, i) => cell.padEnd([25, 36, 9, 12, 0][i]!)).join(""));
  row("lost by the expert", "finished by the student from step", "harmful", "beneficial", "need-recover");
  for (const { run, probed, harmful, beneficial, needRecover } of failures) {
    const list = (spans: typeof harmful) => spans.map(({ from, to }) => `[${from},${to})`).join(" ") || "–";
    const probes = probed.map(({ step, won }) => `${step} ${won ? "won" : "lost"}`).join(", ");
    row(run.task.join(" "), probes, list(harmful), list(beneficial), `${needRecover ?? "–"}`);
  }
  console.table(Object.fromEntries(results.map(({ won }, i) => [`% won, seed ${i + 1}`, won])));
}
