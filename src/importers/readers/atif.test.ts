// ATIF: steps that no model took in this run are context, other agents' trajectories are episodes of their own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { corridor } from "../../../test/corridor.ts";
import { withoutWorld } from "../../worlds/none/index.ts";
import { rowsOf } from "../reader.ts";
import { atif } from "./atif.ts";

const kept = atif({ benchmark: withoutWorld() });
const step = (id: number, action: string, answer: string, more: object = {}) => ({
  source: "agent",
  message: `I ${action}.`,
  tool_calls: [{ tool_call_id: `c${id}`, function_name: "act", arguments: { action }, extra: { retries: 1 } }],
  observation: { results: [{ source_call_id: `c${id}`, content: answer }] },
  ...more,
});
const START = [
  { source: "system", message: "Rules." },
  { source: "user", message: "open the door.\n\nYou are in a hall." },
];
const trajectory = (steps: readonly object[], more: object = {}) => ({
  ...{ schema_version: "ATIF-v1.8", session_id: "s", agent: { name: "a", version: "1" } },
  ...{ steps: steps.map((one, at) => ({ step_id: at + 1, ...one })), ...more },
});
const read = (record: object) => rowsOf(kept, record).map((row) => kept.read(row));
const fails = (record: object, message: RegExp) => assert.throws(() => read(record), { name: "CliError", message });

test("actions in a world, with thoughts from both places, task and reward from extra", () => {
  const reader = atif({ benchmark: corridor });
  const steps = [...START, step(0, "look", "A door.", { reasoning_content: "hm" }), step(1, "forward", "A wall.")];
  const record = trajectory(steps, { extra: { task_id: "corridor/train/halls/3", reward: 1 } });
  const episode = reader.read(rowsOf(reader, record)[0]);
  assert.partialDeepStrictEqual(episode, { taskKey: "corridor/train/halls/3", claimed: "won" });
  const told = episode.steps.map(({ thought, action, observation }) => [thought, action, observation]);
  assert.deepEqual(told, [
    ["hm\nI look.", "look", "A door."],
    ["I forward.", "forward", "A wall."],
  ]);
});

test("copied steps and steps without a model are context, never learned", () => {
  const steps = [
    ...START,
    step(0, "look", "A door.", { is_copied_context: true }),
    step(1, "wait", "Nothing.", { llm_call_count: 0 }),
    step(2, "forward", "A wall.", { llm_call_count: 1 }),
  ];
  const [{ chat, steps: taken } = assert.fail()] = read(trajectory(steps));
  assert.deepEqual([chat!.messages.length, chat!.turns, taken.length], [8, [6], 1]);
});

test("what an agent without calls was shown is the user's; parts, pictures and references are told", () => {
  const shown = {
    results: [
      {
        content: [
          { type: "text", text: "$ ls" },
          { type: "image", source: { path: "a.png" } },
        ],
      },
    ],
  };
  const steps = [...START, { source: "agent", message: '{"commands": []}', observation: shown }];
  const [{ chat, leftOut } = assert.fail()] = read(trajectory(steps, { continued_trajectory_ref: "next.json" }));
  assert.deepEqual(chat!.messages.at(-1), { role: "user", content: "$ ls" });
  assert.deepEqual(leftOut, ["what goes on in another file", "image"]);
});

test("trajectories of other agents are episodes; versions, sources and members that are not known are refused", () => {
  const inner = trajectory([...START, step(5, "peek", "Dark.")], { trajectory_id: "t" });
  const episodes = read(trajectory([...START, step(0, "look", "A door.")], { subagent_trajectories: [inner] }));
  assert.deepEqual(
    episodes.map(({ steps }) => steps[0]!.action),
    ['act({"action":"look"})', 'act({"action":"peek"})'],
  );
  fails(
    trajectory(START, { schema_version: "ATIF-v2.0" }),
    /schema_version: expected ATIF-v1\.0 to ATIF-v1\.8, found "ATIF-v2\.0"/,
  );
  fails(
    trajectory([{ source: "robot", message: "" }]),
    /steps\[0\]\.source: expected system, user or agent, found "robot"/,
  );
  fails(trajectory([...START, step(0, "look", "x", { plan: "y" })]), /steps\[2\]\.plan: expected only members/);
  fails(trajectory([...START, step(0, "look", "x", { message: 7 })]), /steps\[2\]\.content: expected text, found 7/);
});
