/** The 35 recorded episodes again: same JVM, fresh JVM, other order, with and without questions between, side by side. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { taskId } from "../../src/core/ids.ts";
import { scienceworld } from "../../src/worlds/scienceworld/index.ts";
import { startRuntime } from "../../src/worlds/scienceworld/java.ts";
import type { Jvm } from "../../src/worlds/scienceworld/jvm.ts";
import { pointsOf } from "../../src/worlds/scienceworld/scoring.ts";
import { type GoldenEpisode, goldenEpisodes, hashOf, runtime, skipWithoutGolden as skip } from "./scienceworld.ts";

const jvms: Jvm[] = [];
after(() => Promise.all(jvms.map((jvm) => jvm.close())));

async function freshJvm(): Promise<Jvm> {
  const jvm = startRuntime(await runtime(), { heapMb: 512, timeoutMs: 60_000 });
  jvms.push(jvm);
  return jvm;
}

const QUESTIONS = ["actions", "look", "goal"];

test("every recorded episode is the same: again in one JVM, in reverse order, in a fresh JVM, with questions between", {
  skip,
}, async (context) => {
  const forward = goldenEpisodes();
  const backward = forward.toReversed();
  assert.equal(forward.length, 35);
  const replays = async (rounds: readonly (readonly [readonly GoldenEpisode[], readonly string[]])[]) => {
    const jvm = await freshJvm();
    let steps = 0;
    for (const [episodes, questions] of rounds)
      for (const episode of episodes) steps += await replay(jvm, episode, questions);
    return steps;
  };
  const [twice, asked] = await Promise.all([
    replays([
      [forward, []],
      [backward, []],
    ]),
    replays([[backward, QUESTIONS]]),
  ]);
  context.diagnostic(`${twice + asked} steps, a third of them with questions between: 0 differences`);
  assert.equal(twice + asked, 3 * 1230);
});

test("all recorded episodes played side by side in two JVMs are the same", { skip }, async () => {
  const worlds = {
    "": await scienceworld({ processes: 2 }),
    easy: await scienceworld({ processes: 2, simplifications: "easy" }),
  };
  await Promise.all(
    goldenEpisodes().map(async (episode) => {
      const benchmark = worlds[episode.simp as "" | "easy"];
      const task = await benchmark.task(taskId(`scienceworld/${episode.task}/${episode.var}`));
      assert.equal(task.instruction, episode.desc);
      assert.equal(task.split, episode.split);
      const environment = await benchmark.open();
      assert.equal(await environment.reset(task, 0), episode.look.trim());
      for (const [index, { a, h, s, d, m }] of episode.steps.entries()) {
        const where = `${task.id}, step ${index}: ${a}`;
        const { observation, terminated, info } = await environment.step(a);
        const got = { hash: hashOf(observation), terminated, info };
        assert.deepEqual(got, { hash: h, terminated: d || s < 0, info: { score: pointsOf(s), moves: m } }, where);
      }
      await environment.close();
    }),
  );
});

/** Plays the episode and compares everything that was recorded; returns the number of steps. */
async function replay(jvm: Jvm, episode: GoldenEpisode, questions: readonly string[]): Promise<number> {
  const start = { task: episode.task, variation: episode.var, simplifications: episode.simp };
  const first = await jvm.ask<{ observation: string; noCopying: string | null }>({ op: "load", state: "a", ...start });
  assert.equal(first.noCopying, null);
  assert.equal(first.observation, episode.look);
  const actions = episode.steps.map(({ a }) => a);
  type Steps = { steps: readonly { observation: string; score: number; completed: boolean; moves: number }[] };
  const { steps } = await jvm.ask<Steps>({ op: "play", state: "a", actions, with: questions }, 10);
  const got = steps.map((step) => [hashOf(step.observation), step.score, step.completed, step.moves]);
  const recorded = episode.steps.map(({ h, s, d, m }) => [h, s, d, m]);
  assert.deepEqual(got, recorded, `${episode.task} ${episode.var}`);
  const asked = ["look", "inventory", "digest"];
  const end = await jvm.ask<Record<"look" | "inventory" | "digest", string>>({ op: "ask", state: "a", with: asked });
  const { look, inv, digest } = episode.final;
  assert.deepEqual([hashOf(end.look), hashOf(end.inventory), end.digest], [look, inv, digest]);
  return steps.length;
}
