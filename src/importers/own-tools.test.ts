// Chats of a world that declares its tools: turns of several calls, in every API's spelling, and goals that stand alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { benchmark } from "../../examples/own-tools.ts";
import type { Spoken } from "../../test/chat-model.ts";
import { spokenBy, WRITERS } from "../../test/chat-writers.ts";
import { imported, importing } from "../../test/importing.ts";
import { jsonLines, scratchFolder } from "../../test/logs.ts";
import { openWorld } from "../core/call-by-call.ts";
import { actionOfCalls, callsInAction, resultsIn } from "../core/calls.ts";
import type { Benchmark } from "../core/environment.ts";
import { newTask } from "../core/task.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { openSqlite } from "../store/sqlite.ts";
import { listedTasks } from "../worlds/listed-tasks.ts";

const { write } = scratchFolder();
const [task] = await benchmark.tasks("train");
const GOAL = task!.instruction;
const START = "It never came.";

const find = (order: string) => ({ name: "find_order", arguments: JSON.stringify({ order_id: order }) });
const refund = (cents: number) => ({ name: "refund", arguments: JSON.stringify({ order_id: "A-1", cents }) });
type Turns = readonly (readonly ReturnType<typeof find>[])[];

/** What the world says to each call of the turns, up to its end; null behind it. */
async function answersOf(turns: Turns): Promise<(readonly (string | null)[])[]> {
  const world = await openWorld(benchmark);
  await world.reset(task!, 0);
  const answers: (readonly (string | null)[])[] = [];
  for (const calls of turns) {
    const { observation, terminated } = await world.step(actionOfCalls(calls));
    answers.push(calls.length > 1 ? resultsIn(observation)! : [observation]);
    if (terminated) break;
  }
  return answers;
}

async function importOf(rows: readonly object[], world: Benchmark = benchmark) {
  const repository = openSqlite(":memory:");
  const files = [write("chats.jsonl", jsonLines(rows))];
  const summary = await importing({ format: "messages", benchmark: world, files, repository });
  return { summary, found: imported(repository) };
}

const called = ({ steps }: Trajectory) => steps.map(({ action }) => callsInAction(action));

/** An API that tells calls and results of a turn apart by ids, or by their order. */
const SEVERAL = WRITERS.filter(({ name }) => name !== "OpenAI, function_call");
const turns = fc.array(fc.array(fc.constantFrom(find("A-1"), find("A-9"), refund(500), refund(1)), { minLength: 1 }), {
  minLength: 1,
  maxLength: 3,
});

test("property: turns of any number of calls are imported, replayed and verified, whatever API wrote them", async () => {
  await fc.assert(
    fc.asyncProperty(turns, fc.constantFrom(...SEVERAL), fc.boolean(), async (drawn, writer, isCut) => {
      const answers = await answersOf(drawn);
      const said = drawn.slice(0, answers.length).map((calls, index): Spoken => {
        // Loops answer calls behind the end in their own words.
        const result = (place: number) => ({ text: answers[index]![place] ?? "It is over.", isError: false });
        const spoken = calls.map((call, place) => ({ name: call.name, given: call.arguments, result: result(place) }));
        const asked = index === 0 ? `${GOAL}\n\n${START}` : undefined;
        return { asked, text: "", thought: undefined, calls: spoken };
      });
      const messages = writer.write(spokenBy(writer, { system: "Help.", turns: said, isCut }));
      const { summary, found } = await importOf([{ messages: JSON.parse(`[${messages.join(",")}]`) }]);
      assert.partialDeepStrictEqual(summary, { verified: 1, malformed: [], diverged: [], unknownTasks: [] });
      assert.deepEqual(called(found[0]!), drawn.slice(0, answers.length));
      const shown = found[0]!.steps.slice(1).map(({ observation }) => observation);
      const expected = answers.map((each) => (each.length > 1 ? JSON.stringify(each) : each[0]));
      assert.deepEqual([...shown, found[0]!.finalObservation], expected);
      const undone = answers.flat().filter((answer) => answer === null).length;
      assert.equal(summary.cut.actions, isCut ? 0 : undone);
    }),
    { numRuns: 60 },
  );
});

const user = (content: string) => ({ role: "user", content });
const calling = (...calls: readonly ReturnType<typeof find>[]) => ({
  ...{ role: "assistant", content: "So." },
  tool_calls: calls.map((call, index) => ({ id: `c${index}`, type: "function", function: call })),
});
const result = (index: number, content: string) => ({ role: "tool", tool_call_id: `c${index}`, content });
const KNOWN = '{"order":"A-1","cents":500}';

test("each call needs an answer of its own; behind the last turn a log may have broken off", async () => {
  const start = user(`${GOAL}\n\n${START}`);
  const both = calling(find("A-1"), find("A-9"));
  const ending = [calling(refund(500)), result(0, "Paid.")];
  const { summary, found } = await importOf([
    { messages: [start, both, result(1, "?"), result(0, KNOWN), ...ending] },
    { messages: [start, both, result(0, KNOWN), ...ending] },
    { messages: [start, both, user(`${KNOWN} ?`), ...ending] },
    { messages: [start, both, result(1, "?")] },
    { messages: [start, both, result(0, "?"), result(1, "?")] },
  ]);
  assert.equal(summary.verified, 2);
  const cut = found.find(({ success, outcome }) => !success && outcome.kind === "truncated");
  assert.deepEqual(resultsIn(cut!.finalObservation), [KNOWN, "?"]);
  assert.deepEqual(
    summary.malformed.map(({ line, problem }) => [line, problem.replace(/"(\{|find).*/, "…")]),
    [
      [2, "messages[1]: expected an answer of its own to each call, found none to …"],
      [3, "messages[2]: expected the answers to 2 calls, found …"],
    ],
  );
  assert.partialDeepStrictEqual(summary.diverged, [{ line: 5, step: 0 }]);
});

test("calls beside the world's, and calls that cannot be read, are no part of a turn's action", async () => {
  const broken = { name: "refund", arguments: "{" };
  const think = { name: "think", arguments: '{"thought":"Both at once."}' };
  const turn = calling(broken, find("A-1"), think, find("A-9"));
  const answers = [result(0, "Error."), result(1, KNOWN), result(2, ""), result(3, "?")];
  const { summary, found } = await importOf([{ messages: [user(`${GOAL}\n\n${START}`), turn, ...answers] }]);
  assert.partialDeepStrictEqual(summary, { verified: 1, leftOut: { "call that cannot be read": 1 } });
  assert.deepEqual(called(found[0]!), [[find("A-1"), find("A-9")]]);
  assert.equal(found[0]!.steps[0]!.thought, "So.\nBoth at once.");
});

test("a goal that stands alone is the task's; what was seen first is the world's", async () => {
  const rest = [calling(find("A-1")), result(0, KNOWN), calling(refund(500)), result(0, "Paid.")];
  const system = { role: "system", content: "You work at a help desk." };
  const keyed = { task: task!.id };
  const { summary, found } = await importOf([
    { messages: [system, user(GOAL), ...rest] },
    { messages: [user(`  ${GOAL.toUpperCase()}\n`), ...rest] },
    { ...keyed, messages: [user(GOAL), ...rest] },
    { ...keyed, messages: [user(`${GOAL}\n\n`), ...rest] },
    { ...keyed, messages: [user(START), ...rest] },
    { messages: [user("Sing."), ...rest] },
    { ...keyed, messages: [user("Sing."), ...rest] },
  ]);
  assert.partialDeepStrictEqual(summary, { verified: 5, malformed: [], untold: 5 });
  const won = found.filter(({ success }) => success);
  assert.deepEqual(
    won.map(({ steps }) => steps[0]!.observation),
    Array(5).fill(START),
  );
  assert.deepEqual(
    summary.unknownTasks.map(({ line, task: name }) => [line, name]),
    [[6, "Sing."]],
  );
  assert.partialDeepStrictEqual(summary.diverged, [{ line: 7, step: -1, expected: "Sing.", got: START }]);
});

test("a goal may have several paragraphs", async () => {
  const long = "Help me.\n\nMy order A-1 is lost.\n\nThanks.";
  const worded = newTask({
    ...{ benchmark: "desk", split: "train", category: "refund" },
    key: "9",
    instruction: long,
    data: 1,
  });
  const world: Benchmark = { ...benchmark, ...listedTasks([task!, worded]) };
  const rest = [calling(refund(500)), result(0, "Paid.")];
  const { summary, found } = await importOf(
    [
      { messages: [user(long), ...rest] },
      { messages: [user(`${long}\n\n${START}`), ...rest] },
      { task: worded.id, messages: [user(`${long}\n\n${START}`), ...rest] },
    ],
    world,
  );
  assert.partialDeepStrictEqual(summary, { verified: 3, diverged: [], unknownTasks: [] });
  assert.deepEqual(new Set(found.map(({ taskId }) => taskId)), new Set([worded.id]));
});
