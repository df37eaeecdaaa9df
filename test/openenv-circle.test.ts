// OpenEnv both ways: gleaner's client against gleaner's server, by the server's snapshots and by doing it again.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openBenchmark } from "../src/worlds/open.ts";
import { webshop } from "../src/worlds/webshop/index.ts";
import { workshop } from "../src/worlds/workshop/index.ts";
import { ROOT } from "./command.ts";
import { environmentContract } from "./contract/environment.ts";
import { served } from "./openenv-client.ts";

const benchmark = workshop({ maxSteps: 100, trainTasks: 20, testTasks: 5 });
const serving = served({ benchmark });
const open = async (options: object = {}) => openBenchmark({ name: "openenv", url: (await serving).url, ...options });

for (const restore of ["state", "replay"])
  environmentContract(`OpenEnv's circle, ${restore}`, () => open({ restore }), { runs: 15, depth: 8 });

// Its state's members are in an order that is not the alphabet's, and it shows them.
const desk = openBenchmark({ name: join(ROOT, "examples", "own-tools.ts") }).then((world) =>
  served({ benchmark: world }),
);
const openDesk = async () => openBenchmark({ name: "openenv", url: (await desk).url });
environmentContract("OpenEnv's circle, calls", openDesk, { tasks: 3, runs: 15, depth: 2 });

const shop = webshop({ generated: { products: 200 } }).then((world) => served({ benchmark: world }));
const openShop = async () => openBenchmark({ name: "openenv", url: (await shop).url });
environmentContract("OpenEnv's circle, WebShop", openShop, { tasks: 4, runs: 8, depth: 6 });

test("the world comes back as it is: tasks, goals, limits, rules, texts and rewards", async () => {
  const far = await open();
  assert.equal(far.maxSteps, 100);
  assert(far.instructions.includes(benchmark.instructions));
  const [tasks, theirs] = [await benchmark.tasks("train"), await far.tasks("train")];
  assert.deepEqual(
    theirs.map(({ instruction, category }) => [instruction, category]),
    tasks.map(({ instruction, category }) => [instruction, category]),
  );
  const [near, world] = [await benchmark.open(), await far.open()];
  assert.equal(await world.reset(theirs[3]!, 5), await near.reset(tasks[3]!, 5));
  for (const action of ["go barn", "nonsense", "deliver piece"]) {
    assert.deepEqual(await world.actions(), await near.actions());
    const [{ observation, reward, terminated }, expected] = [await world.step(action), await near.step(action)];
    assert.deepEqual({ observation, reward, terminated }, expected);
  }
  await world.close();
});
