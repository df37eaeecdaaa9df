import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { taskId, trajectoryId } from "../core/ids.ts";
import type { Turn } from "../core/policy.ts";
import { rollout } from "../engine/rollout/rollout.ts";
import { workshop } from "../worlds/workshop/index.ts";
import { HumanQuitError, human } from "./human.ts";

const benchmark = workshop();
const task = await benchmark.task(taskId("workshop/train/front-0-0"));

/** A person who has typed `lines` already. */
function person(lines: readonly string[]) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  input.end(lines.map((line) => `${line}\n`).join(""));
  return { policy: human({ input, output, name: "ada" }), shown: () => String(output.read() ?? "") };
}

const turn = (listed: readonly string[] | null, observation = "A door."): Turn => ({
  task,
  steps: [],
  observation,
  actions: async () => listed,
  seed: 0,
});

test("a person sees order and observation, and acts in words or by number", async () => {
  const { policy, shown } = person(["look around", "2"]);
  assert.equal(policy.name, "human/ada");
  const decision = await policy.act(turn(["go barn", "go mill"]));
  assert.deepEqual(decision, { thought: "", action: "look around", completion: "look around", usage: null });
  const text = shown();
  assert(text.includes(task.instruction) && text.includes("A door."));
  assert.equal((await policy.act(turn(["go barn", "go mill"]))).action, "go mill");
  await policy.close();
});

test("? lists the actions; empty lines and wrong numbers ask again; a listed number is itself", async () => {
  const { policy, shown } = person(["?", "", "3", "0", " go mill ", "7"]);
  assert.equal((await policy.act(turn(["go barn", "go mill"]))).action, "go mill");
  const text = shown();
  assert(text.includes("1  go barn\n2  go mill"));
  assert(text.includes("no action 3") && text.includes("no action 0"));
  assert.equal((await policy.act(turn(["5", "7"]))).action, "7");
  await policy.close();
});

test("a world without listed actions says so", async () => {
  const { policy, shown } = person(["?", "wait", "12", "3"]);
  assert.equal((await policy.act(turn(null))).action, "wait");
  assert(shown().includes("lists no actions"));
  // A number is an action of the world then.
  assert.equal((await policy.act(turn(null))).action, "12");
  assert.equal((await policy.act(turn([]))).action, "3");
  await policy.close();
});

test("quit, and the end of the input, end the episode with an error of their own", async () => {
  for (const lines of [["quit"], []]) {
    const { policy } = person(lines);
    await assert.rejects(policy.act(turn([])), HumanQuitError);
    await policy.close();
  }
});

test("quitting ends a rollout instead of failing it", async () => {
  const { policy } = person(["go barn", "quit"]);
  const environment = await benchmark.open();
  const playing = rollout({
    id: trajectoryId("x"),
    task,
    environment,
    policy,
    seed: 0,
    maxSteps: 30,
    successReturn: 1,
  });
  await assert.rejects(playing, HumanQuitError);
  await policy.close();
});

test("control characters of an observation do not reach the terminal", async () => {
  const { policy, shown } = person(["wait"]);
  await policy.act(turn([], "red \u001b[31m \u009b2J\u0007 alert\n\tnow"));
  const text = shown();
  assert(text.includes("red \\u{1b}[31m \\u{9b}2J\\u{7} alert\n\tnow"));
  for (const control of ["\u001b", "\u009b", "\u0007"]) assert(!text.includes(control));
  await policy.close();
});
