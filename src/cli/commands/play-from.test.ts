// A person takes over from a state of a recorded episode, in the world as it was, and is recorded as a fork of it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ROOT } from "../../../test/command.ts";
import { gleanerHere } from "../../../test/command-here.ts";
import { temporaryFolder } from "../../../test/temporary.ts";
import type { TrajectoryId } from "../../core/ids.ts";
import { openSqlite } from "../../store/sqlite.ts";

const project = join(temporaryFolder(), "project");
const store = () => openSqlite(join(project, "store.sqlite"));

/** Records the scripted expert in a world that is no default one: a shorter episode would be another world. */
async function recorded(context: TestContext): Promise<readonly TrajectoryId[]> {
  const world = ["--env", "workshop", "--option", "lengths=[2]", "--option", "trainTasks=3", "--max-steps", "17"];
  const { code, output } = await gleanerHere(
    context,
    "expert",
    "scripted",
    ...world,
    "--out",
    "expert",
    "--project",
    project,
  );
  assert.equal(code, 0, output);
  const repository = store();
  const ids = repository.trajectoriesOf("expert");
  repository.close();
  return ids;
}

/** A person who has typed `lines` already, in a process of its own: what they see goes where a test's results go, too. */
function played(lines: readonly string[], ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, "bin", "gleaner.js"), "play", ...args, "--project", project],
    { input: lines.map((line) => `${line}\n`).join(""), encoding: "utf8" },
  );
  return { code: status, shown: stdout, output: `${stdout}${stderr}` };
}

test("play --from: the state is reached, the person sees what was done, and the rest is theirs", async (context) => {
  const [id] = await recorded(context);
  const before = store();
  const parent = before.trajectory(id!)!;
  before.close();
  const step = 2;
  const rest = parent.steps.slice(step).map(({ action }) => action);
  const { code, output, shown } = played(rest, "workshop", "--from", `${id}:${step}`, "--name", "ada");
  assert.equal(code, 0, output);
  for (const { observation, action } of parent.steps.slice(0, step))
    assert(shown.includes(`${observation}\n> ${action}`));
  assert.match(shown, /2 actions were done before\. You take over here/);
  assert(shown.includes(parent.steps[step]!.observation));
  assert.match(output, /Won after \d+ steps, return 1\. Recorded in run play-from-expert\./);
  const repository = store();
  const [made, ...others] = repository.trajectoriesOf("play-from-expert").map((each) => repository.trajectory(each)!);
  assert.equal(others.length, 0);
  assert.deepEqual(made!.fork, { from: id, step });
  assert.equal(made!.policy, "human/ada");
  assert.deepEqual(made!.steps.slice(0, step), parent.steps.slice(0, step));
  assert.equal(made!.success, true);
  // The world of the expert's run, options and all.
  const { environment } = repository.run("play-from-expert")!.config as { environment: Record<string, unknown> };
  assert.deepEqual(environment, (repository.run("expert")!.config as { environment: unknown }).environment);
  repository.close();

  // The fork is a trajectory like others: it verifies, and somebody can play on from its own states.
  const verified = await gleanerHere(context, "verify", "play-from-expert", "--project", project);
  assert.match(verified.output, /all 1 trajectories verified/);
  const again = played(["quit"], "workshop", "--from", `${made!.id}:${made!.steps.length - 1}`);
  assert.equal(again.code, 0, again.output);
  assert(again.shown.includes(made!.steps.at(-1)!.observation));
  assert.match(again.output, /You left before the episode ended/);
});

test("play --from: what cannot be played from is refused by name, before anybody is asked", async (context) => {
  const [id, other] = await recorded(context);
  const repository = store();
  const { length } = repository.trajectory(id!)!.steps;
  const like = repository.trajectory(id!)!;
  repository.addRun({ name: "elsewhere", kind: "dataset", config: { sources: [] } });
  repository.addTrajectory("elsewhere", { ...like, id: "without a world" as TrajectoryId });
  repository.addTrajectory("expert", { ...like, id: "only told" as TrajectoryId });
  repository.addVerification({
    kind: "unreplayable",
    trajectory: "only told" as TrajectoryId,
    reason: "no observations",
  });
  const [first, ...steps] = like.steps;
  const changed = [{ ...first!, observation: "Another place." }, ...steps];
  repository.addTrajectory("expert", { ...like, id: "otherwise" as TrajectoryId, steps: changed });
  repository.close();
  const refused = async (from: string, ...more: string[]) => {
    const { code, output } = await gleanerHere(
      context,
      "play",
      "workshop",
      "--from",
      from,
      ...more,
      "--project",
      project,
    );
    assert(code !== 0, `${from}: ${output}`);
    return output;
  };
  const near = `${id!.slice(0, -1)}`;
  assert(id && other);
  for (const [from, said] of [
    [`${id}:${length}`, new RegExp(`trajectory ${id}: expected a step from 0 to ${length - 1}, got ${length}`)],
    [`${id}`, /expected TRAJECTORY:STEP/],
    [`${id}:-1`, /expected TRAJECTORY:STEP/],
    [`${near}:1`, new RegExp(`there is no trajectory "${near}" in this project \\(did you mean "${id}"\\?\\)`)],
    ["without a world:1", /is of run "elsewhere", which does not say in which world it was made/],
    ["only told:1", /cannot be replayed: no observations/],
    ["otherwise:1", /otherwise before step 0: expected "Another place\.", got /],
  ] as const)
    assert.match(await refused(from), said);
  assert.match(await refused(`${id}:1`, "--task", like.taskId), /--task: not with --from/);
  assert.match(
    await refused(`${id}:1`, "--max-steps", "1"),
    /expected a step before the limit of an episode here \(--max-steps 1\), got 1/,
  );
  const { output } = await gleanerHere(context, "play", "webshop", "--from", `${id}:1`, "--project", project);
  assert.match(output, /was made in workshop, not in "webshop"/);
});
