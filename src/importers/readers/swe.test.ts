// SWE-agent and mini-swe-agent: demonstrations are context, and turns that a loop took back are counted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { scratchFolder } from "../../../test/logs.ts";
import { withoutWorld } from "../../worlds/none/index.ts";
import { readLog, rowsOf } from "../reader.ts";
import { miniSweAgent } from "./mini-swe-agent.ts";
import { sweAgent } from "./swe-agent.ts";

const { write } = scratchFolder();
const benchmark = withoutWorld();
const reader = sweAgent({ benchmark });
const mini = miniSweAgent({ benchmark });
const by = (role: string, content: string, more: object = {}) => ({ role, content, agent: "primary", ...more });
const call = (id: string) => ({
  tool_calls: [{ id, type: "function", function: { name: "bash", arguments: '{"command": "ls"}' } }],
});
const HISTORY = [
  by("system", "Rules."),
  by("user", "An example.", { is_demo: true }),
  by("assistant", "ls", { is_demo: true }),
  by("user", "Solve it."),
  by("assistant", "I look.", { thought: "I look.", action: "ls", ...call("a"), message_type: "action" }),
  by("tool", "a.py", { tool_call_ids: ["a"] }),
  by("assistant", "summary", { agent: "summarizer" }),
  by("assistant", "```\nsubmit\n```", { thought: "", action: "submit" }),
];
const TRAJECTORY = [
  { response: "I look." },
  { response: "not parsed" },
  { response: "```\nsubmit\n```" },
  { response: "" },
];

test("SWE-agent: demonstrations are context; other agents and turns that were asked for again are counted", () => {
  const replay_config = JSON.stringify({ problem_statement: { id: "owner__repo-1" } });
  const [row, ...more] = rowsOf(reader, { history: HISTORY, trajectory: TRAJECTORY, replay_config });
  const { chat, leftOut, taskKey, claimed } = reader.read(row);
  assert.deepEqual([more.length, chat!.messages.length, chat!.turns], [0, 7, [4, 6]]);
  assert.deepEqual(leftOut, ["message of another agent", "turn that the agent's loop took back"]);
  assert.deepEqual([taskKey, claimed], ["owner__repo-1", "not told"]);
  const attempts = [{ history: HISTORY }, { history: HISTORY.slice(0, 5) }];
  assert.deepEqual(
    rowsOf(reader, { attempts, trajectory: TRAJECTORY }).map((one) => reader.read(one).steps.length),
    [2, 1],
  );
  const several = [...HISTORY.slice(0, 5), by("tool", "a.py", { tool_call_ids: ["a", "b"] })];
  assert.throws(() => reader.read({ history: several }), {
    name: "CliError",
    message: /history\[5\]\.tool_call_ids: expected one call that it answers, found 2/,
  });
  assert.throws(() => reader.read({ history: 3 }), { name: "CliError", message: /history: expected a list, found 3/ });
});

const message = (role: string, content: string, more: object = {}) => ({ role, content, ...more });
const V1 = [
  message("system", "Rules."),
  message("user", "Solve it."),
  message("assistant", "```bash\nls\n```"),
  message("user", "a.py"),
  message("user", "b.py"),
];

test("mini-swe-agent: a list is a chat, two answers in a row are two messages, and exit is no message", async () => {
  const exit = message("exit", "Submitted", { extra: { exit_status: "Submitted" } });
  const broken = message("user", "No tool calls found.", { extra: { interrupt_type: "FormatError", response: {} } });
  const v2 = { info: {}, messages: [...V1, broken, exit], trajectory_format: "mini-swe-agent-1.1", instance_id: "x-1" };
  const files = [
    write("v1.traj.json", JSON.stringify(V1, null, 2)),
    write("v2.traj.json", JSON.stringify(v2, null, 2)),
  ];
  const found: unknown[] = [];
  for (const file of files)
    for await (const record of readLog(mini, file)) {
      if (record.kind === "malformed") assert.fail(record.problem);
      const { chat, leftOut, taskKey } = record.episode;
      found.push([chat!.messages.length, chat!.turns, leftOut, taskKey!.replace(/^goal-.*/, "by its goal")]);
    }
  assert.deepEqual(found, [
    [5, [2], undefined, "by its goal"],
    [6, [2], ["turn that the agent's loop took back", "how the loop ended"], "x-1"],
  ]);
});

test("mini-swe-agent: answers of OpenAI's Responses API are read item by item", () => {
  const output = [
    { type: "reasoning", id: "r", summary: [{ type: "summary_text", text: "hm" }] },
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "I look." }] },
    { type: "function_call", call_id: "a", name: "bash", arguments: '{"command": "ls"}' },
  ];
  const answered = { type: "function_call_output", call_id: "a", output: "a.py", extra: { returncode: 0 } };
  const messages = [...V1.slice(0, 2), { object: "response", output, extra: {} }, answered];
  const { chat } = mini.read(rowsOf(mini, { messages, trajectory_format: "mini-swe-agent-1.1" })[0]);
  assert.deepEqual(
    chat!.messages
      .slice(2)
      .map(({ role, reasoning, content, toolCalls }) => [role, reasoning, content, toolCalls?.length]),
    [
      ["assistant", "hm", "I look.", 1],
      ["tool", undefined, "a.py", undefined],
    ],
  );
});
