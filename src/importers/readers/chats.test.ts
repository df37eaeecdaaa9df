// Chats as OpenAI, TRL, Inspect and verifiers write them, built after their sources, of the corridor world.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { corridor, walk, winning } from "../../../test/corridor.ts";
import { importing } from "../../../test/importing.ts";
import { jsonLines, scratchFolder } from "../../../test/logs.ts";
import { zipOf } from "../../../test/zip.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { withoutWorld } from "../../worlds/none/index.ts";
import type { LoggedEpisode } from "../reader.ts";
import { READERS, type ReaderOptions } from "./registry.ts";

const { write } = scratchFolder();
const played = await walk(3, winning(3));
const GOAL = "open the door.";
const START = `${GOAL}\n\n${played.steps[0]!.observation}`;
const answers = [...played.steps.slice(1).map(({ observation }) => observation), played.finalObservation];

const user = (content: unknown) => ({ role: "user", content });
const assistant = (content: unknown, more: object = {}) => ({ role: "assistant", content, ...more });
const react = played.steps.flatMap(({ action }, index) => [
  assistant(`Thought: so ${index}\nAction: ${action}`),
  user(answers[index]),
]);
const CHAT = [{ role: "system", content: "Rules." }, user(START), ...react];
const TASK = "corridor/train/halls/3";

const read = (format: string, row: unknown, options: Omit<ReaderOptions, "benchmark"> = {}): LoggedEpisode =>
  READERS[format]!({ benchmark: corridor, ...options }).read(row);
const actions = ({ steps }: LoggedEpisode) => steps.map(({ action }) => action);
const fails = (format: string, row: unknown, message: RegExp, options = {}) =>
  assert.throws(() => read(format, row, options), { name: "CliError", message });

test("messages: goal, first observation, thoughts, actions and answers", () => {
  const episode = read("messages", { messages: CHAT, task_id: TASK, reward: 1 });
  assert.partialDeepStrictEqual(episode, { taskKey: "corridor/train/halls/3", instruction: GOAL, claimed: "won" });
  assert.equal(episode.firstObservation, played.steps[0]!.observation);
  assert.deepEqual(actions(episode), winning(3));
  assert.deepEqual(
    episode.steps.map(({ observation }) => observation),
    answers,
  );
  assert.deepEqual(episode.steps[1], {
    thought: "so 1",
    action: "take key",
    completion: "Thought: so 1\nAction: take key",
    observation: "You take the key.",
  });
  const parts = CHAT.map(({ role, content }) => ({ role, content: [{ type: "text", text: content }] }));
  assert.deepEqual(read("messages", { messages: parts, task_id: TASK, reward: 1 }), episode);
  const shareGpt = CHAT.slice(1).map(({ role, content }) => ({
    from: role === "user" ? "human" : "gpt",
    value: content,
  }));
  assert.deepEqual(read("messages", { conversations: shareGpt, task: TASK, score: 1 }), episode);
});

test("messages: how turns are spelled is recognised, or said", () => {
  const chat = (spelled: (action: string) => string, rules: readonly object[], prefix = "") => [
    ...rules,
    user(START),
    ...played.steps.flatMap(({ action }, index) => [assistant(spelled(action)), user(prefix + answers[index])]),
  ];
  const consent = [user("Rules."), assistant("OK")];
  const spellings = [
    chat((action) => action, [{ role: "system", content: "Rules." }]),
    chat((action) => `Thought: an Action: word\nAction: ${action}`, []),
    chat((action) => `Thought: hm\nAction: ${action}`, consent, "Observation: "),
    chat((action) => `Thought:\nhm\n\nAction:\n${action}</s>`, consent),
  ];
  for (const messages of spellings) {
    const episode = read("messages", { messages });
    assert.deepEqual(actions(episode), winning(3));
    assert.equal(episode.steps[0]!.observation, answers[0]);
    assert.deepEqual([episode.taskKey, episode.claimed], [null, "not told"]);
  }
  const [plain] = spellings;
  const asText = chat((action) => `Action: ${action}`, []);
  assert.equal(actions(read("messages", { messages: asText }, { spelling: "text" }))[0], "Action: forward");
  assert.deepEqual(actions(read("messages", { messages: plain }, { spelling: "react" })), winning(3));
});

test("messages: an action in a tool call, and a remark at the end that is none", () => {
  const call = (action: string) => ({
    id: "1",
    type: "function",
    function: { name: "act", arguments: JSON.stringify({ action }) },
  });
  const calls = (spelled: (action: string) => unknown) => [
    user(START),
    ...played.steps.flatMap(({ action }, index) => [
      assistant(index === 0 ? "I walk." : null, { tool_calls: [spelled(action)] }),
      { role: "tool", tool_call_id: "1", content: answers[index] },
    ]),
    assistant("The door is open."),
  ];
  const inspectCall = (command: string) => ({ id: "1", function: "act", arguments: { command } });
  for (const spelled of [call, inspectCall, (action: string) => JSON.stringify(call(action))]) {
    const episode = read("messages", { messages: calls(spelled) });
    assert.deepEqual([actions(episode), episode.unusedThoughts], [winning(3), 1]);
    assert.partialDeepStrictEqual(episode.steps[0], { thought: "I walk.", completion: "I walk.\nforward" });
  }
  const searching = { function: { name: "search", arguments: '{"query": "mug"}' } };
  const first = (tool_calls: unknown) => ({ messages: [user(START), assistant("", { tool_calls })] });
  fails(
    "messages",
    first([searching]),
    /messages\[1\]: expected an argument action or command, or --acts-with, found "search\(query\)"/,
  );
  fails("messages", first([call("a"), call("b")]), /messages\[1\]: expected an answer of its own to each call, .* "a"/);
  fails("messages", first([{ function: { name: "x", arguments: "{" } }]), /expected an argument .*, found "x\(\)"/);
  fails("messages", first("x"), /tool_calls: expected a list of tool calls, found "x"/);
});

test("messages: which task, and how it ended, by usual names or by a given one", () => {
  const of = (row: object, options = {}) => read("messages", { messages: CHAT, ...row }, options);
  assert.equal(of({ metadata: { task: TASK } }).taskKey, "corridor/train/halls/3");
  assert.equal(of({ info: JSON.stringify({ task_id: TASK }) }).taskKey, "corridor/train/halls/3");
  assert.equal(of({ id: "row-17" }).taskKey, null);
  assert.equal(of({ extra: { game: "halls/3" } }, { paths: { task: "extra.game" } }).taskKey, "halls/3");
  assert.equal(of({ nr: 7 }, { paths: { task: "nr" } }).taskKey, "7");
  fails("messages", { messages: CHAT }, /extra\.game: expected the name of a task, found nothing/, {
    paths: { task: "extra.game" },
  });
  fails("messages", { messages: CHAT, id: "../../x" }, /id: expected the name of a task/, { paths: { task: "id" } });
  assert.deepEqual(of({ success: false }), { ...of({}), claimed: "lost" });
  assert.partialDeepStrictEqual(of({ reward: 0.5 }), { claimed: "lost", end: { return: 0.5, terminated: false } });
  const contradicting = of({ reward: 0.5, success: true });
  assert.deepEqual([contradicting.claimed, contradicting.end], ["won", undefined]);
  fails("messages", { messages: CHAT, reward: "much" }, /reward: expected a number, found "much"/);
  fails("messages", { messages: CHAT, success: "yes" }, /success: expected true or false, found "yes"/);
});

test("what is no conversation says where, what was found and what was expected", () => {
  fails("messages", 3, /expected an object with messages, found 3/);
  fails("messages", {}, /messages: expected a list of messages, found nothing/);
  fails("messages", { chosen: CHAT, rejected: CHAT }, /a preference pair: expected one conversation/);
  fails(
    "messages",
    { messages: [] },
    /messages: expected the goal, a blank line and the first observation, found nothing/,
  );
  fails(
    "messages",
    { messages: [{ role: "robot", content: "" }] },
    /messages\[0\]\.role: expected one of system, .*found "robot"/,
  );
  fails("messages", { messages: [user(7)] }, /messages\[0\]\.content: expected text, found 7/);
  fails("messages", { messages: [user("\ud83d")] }, /half a surrogate/);
  fails("messages", { messages: [user(START)] }, /at least one action, found none/);
  fails(
    "messages",
    { messages: [user(" "), assistant("Action: go")] },
    /messages\[0\]: expected the goal, a blank line/,
  );
  fails(
    "messages",
    { messages: [user(START), user("x")] },
    /messages\[1\]: expected the agent's turn \(assistant\), found another "x"/,
  );
  fails(
    "messages",
    { messages: [user(START), { role: "system", content: "x" }] },
    /messages\[1\]: a system message, expected it before/,
  );
  fails(
    "messages",
    { messages: [user(START), assistant([3])] },
    /expected an object with type and text in messages\[1\]\.content\[0\]/,
  );
  assert.throws(() => READERS.messages!({ benchmark: corridor }).read(null), { name: "CliError" });
});

test("verifiers: prompt and completion, which may repeat the prompt", () => {
  const [system, start, ...rest] = CHAT;
  const row = { example_id: 0, task: "default", info: { task: TASK }, reward: 1, is_completed: true };
  const whole = read("verifiers", { ...row, prompt: [system, start], completion: rest });
  assert.deepEqual(actions(whole), winning(3));
  assert.partialDeepStrictEqual(whole, { taskKey: "corridor/train/halls/3", claimed: "won" });
  assert.deepEqual(read("verifiers", { ...row, prompt: [system, start], completion: [start, ...rest] }), whole);
  const short = read("verifiers", { ...row, prompt: START, completion: "Action: look", reward: 0 });
  assert.deepEqual([actions(short), short.claimed, short.steps[0]!.observation], [["look"], "lost", null]);
  fails("verifiers", { ...row, prompt: START }, /completion: expected a list of messages, found nothing/);
});

const sample = {
  id: 1,
  epoch: 1,
  input: "…",
  target: "",
  metadata: { task_id: TASK },
  messages: CHAT.map((message, index) => (index === 1 ? { ...message, content: "attachment://abc1" } : message)),
  attachments: { abc1: START },
  scores: { won: { value: "C" } },
};
const log = (...samples: readonly unknown[]) => ({
  version: 2,
  status: "success",
  eval: { task: "hall", dataset: { sample_ids: [1], samples: 1 }, model_args: { samples: [] } },
  plan: { steps: [{ solver: "…", params: {} }] },
  samples,
});

test("Inspect: attachments and scores of a sample", () => {
  const episode = read("inspect", sample);
  assert.deepEqual(actions(episode), winning(3));
  assert.partialDeepStrictEqual(episode, { taskKey: "corridor/train/halls/3", instruction: GOAL, claimed: "won" });
  const scored = (...values: readonly unknown[]) =>
    read("inspect", { ...sample, scores: Object.fromEntries(values.map((value, at) => [`scorer ${at}`, { value }])) });
  assert.deepEqual(
    [scored("I"), scored(true), scored(1), scored(0), scored("C", "I"), scored("P"), scored()].map(
      ({ claimed }) => claimed,
    ),
    ["lost", "won", "won", "lost", "not told", "not told", "not told"],
  );
  fails("inspect", { ...sample, attachments: {} }, /attachments: expected a text "abc1", found nothing/);
  fails("inspect", { ...sample, messages: undefined }, /messages: expected a list of messages, found nothing/);
});

test("Inspect: samples of a JSON log, of an archive, and what is damaged in them", async () => {
  const other = { ...sample, epoch: 2, metadata: {} };
  const content = JSON.stringify(log(sample, { ...sample, messages: 3 }, other), null, 2);
  const archive = zipOf([
    ["start.json", "{}"],
    ["samples/1_epoch_1.json", JSON.stringify(sample)],
    ["samples/2_epoch_1.json", Buffer.from([0xff, 0xfe])],
    ["samples/1_epoch_2.json", JSON.stringify(other)],
    ["summaries/1.json", "[]"],
  ]);
  const files = [write("log.json", content), write("log.json.gz", gzipSync(content)), write("log.eval", archive)];
  for (const file of files) {
    const repository = openSqlite(":memory:");
    const summary = await importing({ format: "inspect", benchmark: corridor, files: [file], repository });
    assert.partialDeepStrictEqual(summary, { lines: 3, verified: 2, disagreements: [] });
    const [problem] = summary.malformed;
    assert.equal(problem!.record, 2);
    assert.match(problem!.problem, /expected a list of messages, found 3|samples\/2_epoch_1\.json: not UTF-8 text/);
    repository.close();
  }
  const repository = openSqlite(":memory:");
  const cut = write("cut.eval", archive.subarray(0, archive.length - 30));
  await assert.rejects(importing({ format: "inspect", benchmark: corridor, files: [cut], repository }), {
    name: "CliError",
    message: /cut\.eval: expected a whole zip archive \(End of central directory record signature not found/,
  });
  const short = write("short.json", content.slice(0, content.length - 40));
  const summary = await importing({ format: "inspect", benchmark: corridor, files: [short], repository });
  assert.match(summary.malformed.at(-1)!.problem, /the file ends inside the array/);
  const without = write("none.json", '{"eval": {"samples": [{}]}}');
  const nothing = await importing({
    format: "inspect",
    benchmark: corridor,
    files: [without],
    repository: openSqlite(":memory:"),
  });
  assert.match(nothing.malformed[0]!.problem, /samples: expected a list of records, found nothing/);
  const broken = [{}, { samples: null }, { samples: [] }].map((more, index) =>
    write(`broken-${index}.json`, JSON.stringify({ version: 2, status: "error", eval: { task: "t" }, ...more })),
  );
  const bare = [...broken, write("empty.json", "")];
  const none = await importing({
    format: "inspect",
    benchmark: corridor,
    files: bare,
    repository: openSqlite(":memory:"),
  });
  assert.deepEqual([none.lines, none.empty], [0, bare]);
});

test("rows of any kind are told apart by line, and nothing of a broken one is stored", async () => {
  const repository = openSqlite(":memory:");
  const content = `${jsonLines([{ messages: CHAT }, { messages: [] }])}not json\n${jsonLines([{ messages: CHAT, task_id: "corridor/train/halls/9" }])}`;
  const file = write("mixed.jsonl", content);
  const summary = await importing({ format: "messages", benchmark: corridor, files: [file], repository });
  assert.partialDeepStrictEqual(summary, { lines: 4, verified: 1 });
  assert.deepEqual(
    summary.malformed.map(({ line }) => line),
    [2, 3],
  );
  assert.deepEqual(
    summary.unknownTasks.map(({ line, problem }) => [line, problem]),
    [[4, "the environment does not have its task"]],
  );
  assert.equal(repository.trajectoriesOf("logs").length, 1);
});

test("lists that are Gemini's or the Responses API's are found by their names; two that differ are refused", () => {
  const none = READERS.messages!({ benchmark: withoutWorld() });
  const said = (row: unknown) => none.read(row).chat!.messages.map(({ role, content }) => `${role}: ${content}`);
  const parts = [
    { role: "user", parts: [{ text: "Go." }] },
    { role: "model", parts: [{ text: "Yes." }] },
  ];
  const told = ["system: Be brief.", "user: Go.", "assistant: Yes."];
  assert.deepEqual(said({ contents: parts, systemInstruction: { parts: [{ text: "Be brief." }] } }), told);
  const output = [{ type: "message", role: "assistant", content: [{ type: "output_text", text: "Yes." }] }];
  assert.deepEqual(said({ instructions: "Be brief.", input: [{ role: "user", content: "Go." }], output }), told);
  assert.deepEqual(said({ input: "Go.", output }), told.slice(1));
  const messages = [
    { role: "user", content: "Go." },
    { role: "assistant", content: "Yes." },
  ];
  const conversations = [
    { from: "human", value: "Go." },
    { from: "gpt", value: "Yes." },
  ];
  assert.deepEqual(said({ messages, conversations }), told.slice(1));
  const other = [conversations[0], { from: "gpt", value: "No." }];
  assert.throws(() => none.read({ messages, conversations: other }), {
    name: "CliError",
    message: "conversations: expected the same conversation as in messages; --messages says which one is meant",
  });
});
