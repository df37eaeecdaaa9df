// Traces of verifiers: a graph of messages is as many chats as it has leaves, with all that each of them says.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { corridor } from "../../../test/corridor.ts";
import { scratchFolder } from "../../../test/logs.ts";
import { readLog, rowsOf } from "../reader.ts";
import { verifiers } from "./verifiers.ts";

const { write } = scratchFolder();
const reader = verifiers({ benchmark: corridor });
const START = [
  { message: { role: "system", content: "Rules." }, sampled: false },
  { parent: 0, message: { role: "user", content: "open the door.\n\nYou are in a hall." }, sampled: false },
];
const said = (parent: number, action: string, sampled = true) => ({
  parent,
  sampled,
  message: {
    role: "assistant",
    content: "",
    reasoning_content: `so ${action}`,
    tool_calls: [{ id: `c${parent}`, type: "function", name: "act", arguments: JSON.stringify({ action }) }],
  },
});
const heard = (parent: number, id: string, content: string) => ({
  parent,
  sampled: false,
  message: { role: "tool", tool_call_id: id, content },
});
const trace = (nodes: readonly object[], more: object = {}) => ({
  ...{
    version: 1,
    id: "t",
    task: { type: "T", key: "corridor/train/halls/3", data: { prompt: "…" } },
    nodes,
    ok: true,
  },
  ...{ rewards: { won: { score: 1, weight: 1 } }, errors: [], ...more },
});
const episode = (traces: readonly object[], more: object = {}) => ({
  id: "e",
  task: {},
  ok: true,
  errors: [],
  traces,
  ...more,
});
const read = (record: object) => rowsOf(reader, record).map((row) => reader.read(row));
const fails = (record: object, message: RegExp) => assert.throws(() => read(record), { name: "CliError", message });
const walked = [...START, said(1, "look"), heard(2, "c1", "A door."), said(3, "forward"), heard(4, "c3", "A wall.")];

test("each way from a root to a leaf is an episode with all its actions, thoughts and answers", () => {
  const growth = fc.array(fc.record({ from: fc.nat(), action: fc.constantFrom("look", "back", "go on") }), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(growth, (turns) => {
      const nodes: object[] = [...START];
      const ways = new Map<number, readonly string[]>([[1, []]]);
      for (const { from, action } of turns) {
        const ends = [...ways.keys()];
        const parent = ends[from % ends.length]!;
        const way = ways.get(parent)!;
        // A leaf is gone on from, the start is forked.
        if (parent !== 1) ways.delete(parent);
        nodes.push(said(parent, action), heard(nodes.length, `c${parent}`, `You did ${action}.`));
        ways.set(nodes.length - 1, [...way, action]);
      }
      ways.delete(1);
      const episodes = read(episode([trace(nodes)]));
      const told = episodes.map(({ steps }) => steps.map(({ action }) => action));
      assert.deepEqual(
        told,
        [...ways].sort(([a], [b]) => a - b).map(([, way]) => way),
      );
      for (const { steps, claimed } of episodes) {
        assert.equal(claimed, "won");
        for (const { action, thought, observation } of steps)
          assert.deepEqual([thought, observation], [`so ${action}`, `You did ${action}.`]);
      }
    }),
    { numRuns: 200 },
  );
});

test("the return is the sum of scores times weights; what was not scored has none", () => {
  const ended = (rewards: unknown, more = {}) => read(trace(walked, { rewards, ...more }))[0]!;
  const half = { score: 0.5, weight: 0.5 };
  assert.equal(ended({ a: half, b: { score: 1, weight: 0.25 }, judge: null }).end?.return, 0.5);
  assert.equal(ended({ a: { score: 1 } }).end?.return, 1);
  for (const rewards of [{}, undefined, null, { a: null }]) assert.equal(ended(rewards).claimed, "not told");
  assert.equal(ended({ a: half, b: null }, { ok: false }).claimed, "not told");
  fails(
    trace(walked, { rewards: { a: { score: "1" } } }),
    /rewards\.a: expected numbers, score and weight, found "1" and 1/,
  );
});

test("traces of an episode are read each for itself, and what is broken says why", async () => {
  const judge = trace(walked, { agent: { name: "judge", trainable: false } });
  const broken = trace([], { ok: false, errors: [{ type: "Timeout", message: "600 s" }] });
  const lines = [
    episode([trace(walked), judge, broken]),
    episode([], { ok: false, errors: [{ type: "SandboxError", message: "gone" }] }),
    trace(walked),
  ];
  const found: unknown[] = [];
  const file = write("traces.jsonl", lines.map((line) => JSON.stringify(line)).join("\n"));
  for await (const record of readLog(reader, file)) {
    const { line, part } = record;
    found.push([line, part, record.kind === "malformed" ? record.problem : record.episode.steps.length]);
  }
  assert.deepEqual(found, [
    [1, 0, 2],
    [1, 1, 'row 2 of 3: agent: "judge" is not trainable, expected a trace of the agent that learns'],
    [1, 2, 'row 3 of 3: nodes: expected at least one, found none ("Timeout": "600 s")'],
    [2, undefined, 'traces: expected at least one, found none ("SandboxError": "gone")'],
    [3, undefined, 2],
  ]);
});

test("turns that no model wrote are context, sealed thoughts are counted, odd graphs are refused", () => {
  const shot = [...START, said(1, "look", false), heard(2, "c1", "A door."), said(3, "forward")];
  const state = { provider_state: [{ type: "reasoning", encrypted_content: "x" }] };
  const sealed = walked.map((node, at) => (at === 2 ? { ...node, message: { ...node.message, ...state } } : node));
  assert.deepEqual(read(trace(sealed))[0]!.leftOut, ["encrypted reasoning"]);
  fails(trace(shot), /branch\[3\]: answers "c1", expected the id of a call without an answer|expected/);
  fails(
    trace([...START, { ...said(1, "look"), parent: 7 }]),
    /nodes\[2\]\.parent: expected the place of a node before it, found 7/,
  );
});
