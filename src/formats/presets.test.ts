// ETO's and AgentGym's spelling, example episodes, and completions kept as they were.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { corridor, walk, winning } from "../../test/corridor.ts";
import { CliError } from "../core/errors.ts";
import type { Task } from "../core/task.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { demonstration } from "./demonstration.ts";
import { withExamples } from "./few-shot.ts";
import { conversation, formatId, TEXT_FORMATS } from "./format.ts";
import { formatFor } from "./named.ts";
import { verbatim } from "./verbatim.ts";

const [first, second] = (await corridor.tasks("train")) as [Task, Task];
const own = await walk(3, winning(3));
const example = { task: first, trajectory: await walk(2, winning(2)) };
const decision = { thought: "A key would help.", action: "take key" };

test("agentgym: rules are accepted before the task, parts stand below their headings", () => {
  const format = formatFor("agentgym", corridor);
  const [rules, consent, start] = conversation(format, first, [], "A hall.");
  assert.equal(rules!.role, "user");
  assert(rules!.content.startsWith(corridor.instructions));
  assert.match(rules!.content, /Thought:\nyour thoughts\n\nAction:\nyour next action$/);
  assert.deepEqual([consent!.role, start!.role], ["assistant", "user"]);
  assert.equal(format.assistant(decision), "Thought:\nA key would help.\n\nAction:\ntake key");
  assert.deepEqual(format.parse("Thought:\nAction: is a word.\n\nAction:\ntake key</s>"), {
    thought: "Action: is a word.",
    action: "take key",
  });
});

test("eto: rules are accepted with OK, observations are announced, the first Action: counts", () => {
  const format = formatFor("eto", corridor);
  const messages = conversation(format, first, own.steps.slice(0, 1), "A door.");
  assert.deepEqual(
    messages.map(({ role }) => role),
    ["user", "assistant", "user", "assistant", "user"],
  );
  assert.equal(messages[1]!.content, "OK");
  assert(!messages[2]!.content.includes("Observation:"));
  assert.equal(messages[4]!.content, "Observation: A door.");
  assert.equal(format.assistant(decision), "Thought: A key would help.\nAction: take key");
  assert.equal(format.parse("Thought: so\nAction: search[Action: toys]").action, "search[Action: toys]");
});

for (const name of TEXT_FORMATS.filter((each) => each !== "compact")) {
  test(`${name}: what it writes it reads`, () => {
    const format = formatFor(name, corridor);
    const words = fc.stringMatching(/^[a-z]( ?[a-z]){0,15}$/);
    fc.assert(
      fc.property(words, words, (thought, action) => {
        const said = format.assistant({ thought, action });
        assert.deepEqual(format.parse(said), { thought: format.marker ? thought : "", action });
      }),
    );
  });

  test(`${name}: example episodes come before the task, are never learned and have another id`, () => {
    const plain = formatFor(name, corridor);
    const format = withExamples(plain, [example]);
    assert.notEqual(formatId(format), formatId(plain));
    assert.notEqual(formatId(format), formatId(withExamples(plain, [{ task: second, trajectory: own }])));
    assert.equal(formatId(withExamples(plain, [])), name);
    const asked = conversation(format, second, own.steps, "Now?");
    const without = conversation(plain, second, own.steps, "Now?");
    assert.equal(asked.length, without.length + 2 * example.trajectory.steps.length);
    assert.deepEqual(asked.slice(-2 * own.steps.length - 1), without.slice(-2 * own.steps.length - 1));
    const { messages } = demonstration({ format, task: second, trajectory: own, learnFrom: 0, reason: "r" });
    assert.deepEqual(
      messages.map(({ role, content }) => ({ role, content })),
      asked.slice(0, -1),
    );
    assert.equal(messages.filter(({ weight }) => weight === 1).length, own.steps.length);
    const turns = asked.filter(({ role }) => role !== "system").map(({ role }) => role);
    assert(turns.every((role, index) => role === (index % 2 === 0 ? "user" : "assistant")));
  });
}

test("an example without actions is refused", () => {
  const trajectory: Trajectory = { ...own, steps: [] };
  assert.throws(() => withExamples(formatFor("react", corridor), [{ task: second, trajectory }]), CliError);
});

test("verbatim keeps what was written in the format, and renders the rest", () => {
  const format = verbatim(formatFor("react", corridor));
  assert.equal(formatId(format), "react+verbatim");
  const kept = "Thought:  A key would help. \n\nAction: take key\n";
  assert.equal(format.assistant({ ...decision, completion: kept }), kept);
  const rendered = "Thought: A key would help.\nAction: take key";
  // Another format's words, another action's, and none.
  assert.equal(format.assistant({ thought: "", action: "go", completion: "go" }), "Action: go");
  assert.equal(format.assistant({ ...decision, completion: "Action: open door" }), rendered);
  assert.equal(format.assistant(decision), rendered);
  const text = verbatim(formatFor("text", corridor));
  assert.equal(text.assistant({ thought: "", action: "go", completion: " go\n" }), " go\n");
  assert.equal(text.assistant({ thought: "so", action: "go", completion: "Thought: so\nAction: go" }), "go");
});

test("verbatim: what is learned is what was said", () => {
  const format = verbatim(formatFor("agentgym", corridor));
  const completion = "Thought:\nI am sure.\n\nAction: forward \n";
  const step = { ...own.steps[0]!, ...format.parse(completion), completion };
  const trajectory = { ...own, steps: [step] };
  const { messages } = demonstration({ format, task: second, trajectory, learnFrom: 0, reason: "r" });
  assert.equal(messages.at(-1)!.content, completion);
});
