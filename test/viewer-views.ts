/** An address for each view of a project's run, as its own links make them: what tests open and pictures show. */
import type { RunLine } from "../src/viewer/api/project.ts";
import { to } from "../src/viewer/client/links.ts";
import { at, type Path } from "../src/viewer/client/paths.ts";

/** What the server at `url` answers to a resource. */
export async function resource<T>(url: string, path: Path<T>): Promise<T> {
  const answer = await fetch(`${url}api/${path}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

export type Views = Readonly<Record<ViewName, string>>;

export type ViewName =
  | "project"
  | "overview"
  | "expert"
  | "tasks"
  | "task"
  | "trunk"
  | "transcript"
  | "rollout"
  | "row"
  | "search"
  | "diff"
  | "compare"
  | "flips"
  | "iterations";

/** Addresses behind the page's own. The expert's run is the first that breaks and from which a recovery was learned, if any. */
export async function viewsOf(url: string, run: string, other = run): Promise<Views> {
  const { runs } = await resource(url, at.project());
  const [line, otherLine] = [run, other].map((name) => runs.find((each) => each.name === name)!) as [RunLine, RunLine];
  const round = line.first;
  const { lines } = await resource(url, at.expert(run, round));
  const broken = lines.filter(({ breaksAt }) => breaksAt !== null);
  const { trajectory, task } = (broken.find(({ recoveryLearned }) => recoveryLearned) ?? broken[0] ?? lines[0])!;
  const { trajectories } = await resource(url, at.task(run, task));
  const learned = await resource(url, at.transcript(run, round, trajectory));
  const tried = trajectories.find(({ role, round: its, won }) => role === "probed" && its?.key === round && won)!;
  const last = (of: RunLine, row: number) =>
    of.rounds.filter((each) => each.row === row && each.seed === 1).at(-1)!.key;
  const iterations = line.rounds.filter(({ row, seed }) => row === Number(round.split(".")[0]) && seed === 1);
  return {
    project: to.project(),
    overview: to.run(run),
    expert: to.expert(run),
    tasks: to.tasks(run),
    task: to.task(run, task),
    trunk: to.trunk(run, trajectory, round),
    transcript: to.transcript(run, trajectory, round, 0),
    rollout: to.transcript(run, tried.id, round),
    row: to.row(run, learned.examples[0]?.position ?? 0, round),
    search: to.search(run, "the"),
    diff: to.diff([trajectory, tried.id], run),
    compare: to.compare(run),
    flips: to.flips(run, last(line, 1), other, last(otherLine, other === run ? 2 : 1)),
    iterations: to.flips(run, iterations[0]!.key, run, iterations.at(-1)!.key),
  };
}
