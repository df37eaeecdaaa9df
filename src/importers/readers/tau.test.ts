// tau-bench and tau2-bench: runs that broke are no failures of the agent, and what only the user saw is not the agent's.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import { scratchFolder } from "../../../test/logs.ts";
import { withoutWorld } from "../../worlds/none/index.ts";
import { readLog, rowsOf } from "../reader.ts";
import { tauBench } from "./tau-bench.ts";
import { tau2Bench } from "./tau2-bench.ts";

const { folder, write } = scratchFolder();
const benchmark = withoutWorld();
const reader = tau2Bench({ benchmark });
const call = (id: string, requestor: string) => ({ id, name: "check", arguments: { n: 1 }, requestor });
const result = (id: string, requestor: string, more: object = {}) => ({
  role: "tool",
  id,
  content: "ok",
  requestor,
  error: false,
  ...more,
});
const generated = (more: object) => ({
  role: "assistant",
  content: null,
  cost: 0.1,
  usage: { prompt_tokens: 9 },
  ...more,
});
const MESSAGES = [
  { role: "assistant", content: "Hi! How can I help you today?", cost: 0, turn_idx: 0, timestamp: "…" },
  { role: "user", content: "My phone is broken.", raw_data: { id: "x" } },
  generated({ tool_calls: [call("a", "assistant"), call("b", "assistant")] }),
  { role: "tool", tool_messages: [result("a", "assistant"), result("b", "assistant", { content: "no", error: true })] },
  generated({ content: "Turn it off.", raw_data: { choices: [{ message: { reasoning_content: "hm" } }] } }),
  { role: "user", content: null, tool_calls: [call("u", "user")] },
  result("u", "user"),
  { role: "user", content: "Done." },
];
const simulation = (more: object = {}) => ({
  ...{ id: "s1", task_id: "t1", trial: 0, termination_reason: "user_stop", reward_info: { reward: 1 } },
  ...{ messages: MESSAGES, ticks: null, ...more },
});
const fails = (more: object, message: RegExp) =>
  assert.throws(() => reader.read(simulation(more)), { name: "CliError", message });

test("tau2: the greeting is context, several results are several turns, the user's own calls are counted", () => {
  const { chat, leftOut, taskKey, claimed, steps } = reader.read(simulation());
  assert.deepEqual(
    chat!.messages.map(({ role, content }) => [role, content]),
    [
      ["assistant", "Hi! How can I help you today?"],
      ["user", "My phone is broken."],
      ["assistant", ""],
      ["tool", "ok"],
      ["tool", "no"],
      ["assistant", "Turn it off."],
      ["user", "Done."],
    ],
  );
  assert.deepEqual([chat!.turns, steps[1]!.thought, chat!.messages[4]!.isError], [[2, 5], "hm", true]);
  assert.deepEqual(leftOut, Array(2).fill("what the user did with tools of its own"));
  assert.deepEqual([taskKey, claimed], ["t1", "won"]);
});

test("tau2: ends that tell nothing of the agent, speech and indexes are refused by name", () => {
  const error = { error: "socket closed" };
  fails(
    { termination_reason: "infrastructure_error", messages: [], info: error },
    /termination_reason: infrastructure_error, "socket closed": expected an end that tells of the agent/,
  );
  fails({ messages: null, ticks: [{ tick_id: 0 }] }, /ticks: a conversation spoken aloud/);
  fails({ messages: [{ role: "user", content: "AAAA", is_audio: true }] }, /messages\[0\]\.is_audio: spoken aloud/);
  fails({ messages: undefined, simulation_index: [] }, /simulation_index: an index of simulations/);
  fails({ messages: [{ role: "user", content: "x", mood: "sad" }] }, /messages\[0\]\.mood: expected only members/);
});

test("tau2: simulations of one file have its rules; a folder has a file for each", async () => {
  const info = { git_commit: "c", environment_info: { domain_name: "telecom", policy: "Be kind." } };
  const rest = { timestamp: "…", info, tasks: [{ id: "t1", simulations: [] }] };
  const whole = { ...rest, simulations: [simulation(), simulation({ id: "s2", messages: 7 })] };
  mkdirSync(`${folder}/voice/simulations`, { recursive: true });
  const files = [
    write("results.json", JSON.stringify(whole, null, 2)),
    write("voice/simulations/s1.json", JSON.stringify(simulation({ policy: "Be brief." }), null, 2)),
    write("voice/results.json", JSON.stringify({ ...rest, simulation_index: [{ id: "s1" }] }, null, 2)),
  ];
  const found: unknown[] = [];
  for (const file of files)
    for await (const record of readLog(reader, file))
      found.push(record.kind === "malformed" ? record.problem.slice(0, 28) : record.episode.chat!.messages[0]!.content);
  assert.deepEqual(found, ["Be kind.", "messages: expected a list of", "Be brief.", "simulation_index: an index o"]);
});

test("tau-bench: tasks have numbers, and the reward of a run that broke is nobody's", () => {
  const old = tauBench({ benchmark });
  const traj = [
    { role: "user", content: "Hi." },
    { role: "assistant", content: "Hello.", function_call: null, tool_calls: null, audio: null },
  ];
  const read = (row: object) => old.read(rowsOf(old, row)[0]);
  assert.partialDeepStrictEqual(read({ task_id: 7, trial: 1, reward: 0, info: {}, traj }), {
    taskKey: "7",
    claimed: "lost",
  });
  const broken = { task_id: 7, trial: 1, reward: 0, info: { error: "429", traceback: "…" }, traj: [] };
  assert.throws(() => read(broken), { name: "CliError", message: /info\.error: the run broke, "429": expected a run/ });
});
