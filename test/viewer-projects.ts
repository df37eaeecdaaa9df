/**
 * Projects for what looks at them: a small one that a real run made in seconds, and the same one with every text hostile.
 * The run has behaviour cloning, RFT and two iterations of EEF, with two seeds; `replays` has what replaying can find out.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TaskId, type TrajectoryId, trajectoryId } from "../src/core/ids.ts";
import type { Repository } from "../src/core/repository.ts";
import type { Example, TrainingSet } from "../src/core/training.ts";
import type { Trajectory } from "../src/core/trajectory.ts";
import { openSqlite } from "../src/store/sqlite.ts";
import { gleaner } from "./command.ts";

/** `seeds`: as YAML says them. `steps`: of each training. */
export interface SmallRunOptions {
  readonly seeds?: string;
  readonly steps?: number;
}

/** A small run's config. `methods`: as YAML says them. */
export const smallRun = (
  run: string,
  methods: string,
  { seeds = "[1, 2]", steps = 150 }: SmallRunOptions = {},
) => `run: ${run}
environment: { name: workshop, kind: front, trainTasks: 24, testTasks: 16, lengths: [1, 2], maxSteps: 12 }
expert: { scripted: true, errorRate: 0.2 }
student: { width: 32, layers: 1, heads: 2, context: 192 }
training: { steps: ${steps}, batch: 8, learningRate: 0.004, optimizer: muon }
seeds: ${seeds}
methods: [${methods}]
`;

const RFT = "{ method: rft, samples: 2, solutions: one }";
const EEF = "{ method: eef, probes: 3, iterations: 2 }";

/** Names of the runs. */
export const SMALL = "small";
export const OTHER = "other";
export const REPLAYS = "replays";

/** Makes the project in `folder`. `other` has another method on the same tasks, and one seed. */
export async function smallProject(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await runIn(folder, SMALL, `${RFT}, ${EEF}`);
  await runIn(folder, OTHER, "{ method: rft, samples: 4 }", { seeds: "[1]" });
  const repository = openSqlite(join(folder, "store.sqlite"));
  addReplays(repository);
  repository.close();
}

async function runIn(folder: string, run: string, methods: string, options?: SmallRunOptions): Promise<void> {
  const file = join(folder, `${run}.yaml`);
  writeFileSync(file, smallRun(run, methods, options));
  await gleaner(folder, ["run", file]);
}

/** Three runs of the expert as an import would keep them: one verified, one that diverged, one that nobody can replay. */
function addReplays(repository: Repository): void {
  const [first, second, third] = repository.rounds(SMALL)[0]!.expert.map((id) => repository.trajectory(id)!);
  repository.addRun({ name: REPLAYS, kind: "import", config: { environment: { name: "workshop" } } });
  const add = (name: string, like: Trajectory): TrajectoryId => {
    const id = trajectoryId(`log-${name}`);
    repository.addTrajectory(REPLAYS, { ...like, id, policy: "expert/logged" });
    return id;
  };
  repository.addVerification({ kind: "verified", trajectory: add("verified", first!) });
  repository.addVerification({
    kind: "diverged",
    trajectory: add("diverged", second!),
    step: 0,
    expected: "The oven is warm.",
    got: second!.steps[1]?.observation ?? second!.finalObservation,
  });
  repository.addVerification({
    kind: "unreplayable",
    trajectory: add("unreplayable", third!),
    reason: "the log has no name of the task",
  });
}

/** Harmless where it is shown as text; each would be noticed where it is not: it sets `window.owned`, or breaks what is around it. */
export const HOSTILE_TEXTS: readonly string[] = [
  '<script>window.owned = "script"</script>',
  '</script><script>window.owned = "closed"</script>',
  '<img src="x:y" onerror="window.owned = 1">',
  '"><b onmouseover="window.owned = 2" style="position:fixed;inset:0">',
  "javascript:window.owned = 3",
  "[link](javascript:window.owned=4) {@html owned} {{owned}}",
  "\u001b[31mred\u001b[2J\u001b]0;title\u0007\u009b31m\u007f",
  "\u202egnp.exe\u202c \u2066isolate \u200b\u2028\u2029",
  "half a pair \ud83d and \udc00 the other",
  "NUL \u0000 and BEL \u0007",
  "__proto__",
  "constructor toString hasOwnProperty",
  "<!-- --> ]]> <style>*{display:none}</style> <base href='//example.invalid/'>",
  "&lt;b&gt; &amp;amp; %3Cscript%3E %2e%2e/ ../../etc",
];

/** One line of a million characters. */
export const LONG_LINE = "long ".repeat(200_000);

/** Ids may hold anything but an unpaired surrogate. */
const wellFormed = (text: string) => text.toWellFormed();

/** Which of them a text gets follows from the text, so that what forks share stays shared. */
function hostile(text: string): string {
  const sum = [...text].reduce((all, character) => (all * 31 + character.codePointAt(0)!) % 65521, 7);
  return `${text} ${HOSTILE_TEXTS[sum % HOSTILE_TEXTS.length]}`;
}

const hostileId = (id: TaskId) => wellFormed(hostile(id).replaceAll("//", "/-/").replace(/\/$/, "/-")) as TaskId;

/** Copies the run `small` of the project in `from`, every text of it hostile, to a new project in `to`. */
export function hostileProject(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  const [source, target] = [openSqlite(join(from, "store.sqlite")), openSqlite(join(to, "store.sqlite"))];
  target.together(() => copyHostile(source, target));
  source.close();
  target.close();
}

function copyHostile(source: Repository, target: Repository): void {
  target.addRun({ ...source.run(SMALL)!, name: SMALL });
  const trajectories = source.trajectoriesOf(SMALL).map((id) => source.trajectory(id)!);
  const inOrder = trajectories.toSorted((a, b) => Number(a.fork !== null) - Number(b.fork !== null));
  for (const id of new Set(inOrder.map(({ taskId }) => taskId))) {
    const task = source.task(id)!;
    const [category, instruction] = [hostile(task.category), hostile(task.instruction)];
    target.addTask({ ...task, id: hostileId(id), category, instruction });
  }
  for (const [index, trajectory] of inOrder.entries()) target.addTrajectory(SMALL, hostileRun(trajectory, index));
  for (const round of source.rounds(SMALL)) {
    const checkpoint = source.checkpoint(round.checkpoint)!;
    target.addTrainingSet(round.trainingSet, hostileSet(source.trainingSet(round.trainingSet)!));
    target.addCheckpoint({ ...checkpoint, parent: null });
    const method = round.row === 0 ? round.method : hostile(round.method);
    target.addRound({ ...round, method, counts: { ...round.counts, ...JSON.parse('{ "__proto__": 1, "<b>": 2 }') } });
  }
}

/** The first one ends with the long line; some break off with a hostile reason. */
function hostileRun(trajectory: Trajectory, index: number): Trajectory {
  const breaks = !isExpert(trajectory.policy) && index % 40 === 39;
  const error = { name: "EnvironmentError", message: hostile(`the world of ${index} broke`) };
  const steps = trajectory.steps.map((step) => ({
    ...step,
    observation: hostile(step.observation),
    thought: hostile(`thought of ${step.action}`),
    action: hostile(step.action),
    completion: hostile(step.completion),
  }));
  const finalObservation = index === 0 ? `${LONG_LINE}${HOSTILE_TEXTS[0]}` : hostile(trajectory.finalObservation);
  return {
    ...trajectory,
    taskId: hostileId(trajectory.taskId),
    policy: isExpert(trajectory.policy) ? hostile(trajectory.policy) : trajectory.policy,
    steps,
    finalObservation,
    ...(breaks && { success: false, outcome: { kind: "failed", error } as const }),
  };
}

const isExpert = (policy: string) => policy.startsWith("expert/");

function hostileSet(set: TrainingSet): TrainingSet {
  const said = <T extends Example>(example: T): T =>
    JSON.parse(JSON.stringify(example), (key, value) =>
      key === "content" || key === "reason" || (key === "actor" && isExpert(value)) ? hostile(String(value)) : value,
    );
  return set.kind === "sft"
    ? { ...set, examples: set.examples.map(said) }
    : { ...set, examples: set.examples.map(said) };
}
