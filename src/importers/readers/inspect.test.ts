// Samples of Inspect put together from their events: whatever an agent's loop does to `messages`, no action is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { corridor } from "../../../test/corridor.ts";
import { inspect } from "./inspect.ts";

type Message = Record<string, unknown>;

const reader = inspect({ benchmark: corridor });
const START: readonly Message[] = [
  { id: "s", role: "system", content: "Rules." },
  { id: "u", role: "user", content: "open the door.\n\nYou are in a hall.", source: "input" },
];
const asked = (id: number, action: unknown, more: object = {}): Message => ({
  id: `a${id}`,
  role: "assistant",
  source: "generate",
  content: "",
  tool_calls: [{ id: `c${id}`, function: "act", arguments: { action }, type: "function", ...more }],
});
const answer = (id: number, content: string): Message => ({
  id: `t${id}`,
  role: "tool",
  tool_call_id: `c${id}`,
  function: "act",
  content,
});
const TOOLS = [{ name: "act", description: "Acts.", parameters: { type: "object", properties: {} }, options: null }];
const model = (input: readonly Message[], message: Message, more: object = {}) => ({
  event: "model",
  model: "m",
  input,
  tools: TOOLS,
  output: { choices: [{ message, stop_reason: "tool_calls" }] },
  ...more,
});
const sample = (messages: readonly Message[], events: readonly object[], more: object = {}) => ({
  ...{ id: 1, epoch: 1, metadata: { task_id: "corridor/train/halls/3" }, messages, events, attachments: {} },
  ...{ scores: { won: { value: "C" } }, ...more },
});
const actionsOf = (row: unknown) => reader.read(row).steps.map(({ action }) => action);
const fails = (row: unknown, message: RegExp) => assert.throws(() => reader.read(row), { name: "CliError", message });

/** Equal messages once, as Inspect's pool has them, with the id of the first; long texts as attachments. */
function condensed(row: ReturnType<typeof sample>) {
  const pool: Message[] = [];
  const attachments: Record<string, string> = {};
  const short = (value: unknown): unknown => {
    if (typeof value === "string" && value.length > 20) {
      const hash = `h${[...value].reduce((sum, sign) => (sum * 31 + sign.charCodeAt(0)) % 1e9, 7)}`;
      attachments[hash] = value;
      return `attachment://${hash}`;
    }
    if (Array.isArray(value)) return value.map(short);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, short(member)]));
  };
  const keyOf = (message: Message) => JSON.stringify({ ...message, id: 0 });
  const place = (message: Message) => {
    const at = pool.findIndex((one) => keyOf(one) === keyOf(message));
    return at < 0 ? pool.push(message) - 1 : at;
  };
  const events = row.events.map((event) => {
    const { input, ...rest } = short(event) as { input?: Message[] };
    if (!input) return rest;
    return { ...rest, input: [], input_refs: input.map(place).map((at) => [at, at + 1]) };
  });
  return { ...row, events, events_data: { messages: pool, calls: [] }, attachments };
}

const turn = fc.record({
  action: fc.oneof(
    fc.constantFrom("look", "forward"),
    fc.string({ minLength: 1 }).filter((text) => text.trim() !== ""),
  ),
  answer: fc.constantFrom("Nothing happens.", "You see a long, long hall with a door behind it."),
  fate: fc.constantFrom("go on", "go on", "reminded", "truncated", "taken back"),
  kept: fc.nat(5),
});

test("whatever was truncated, reminded or taken back on the way, all actions are read, in order", () => {
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1, maxLength: 12 }), fc.boolean(), (turns, isNew) => {
      let messages = [...START];
      const events: object[] = [];
      turns.forEach((one, id) => {
        if (one.fate === "reminded") {
          const remark = { id: `r${id}`, role: "assistant", source: "generate", content: "Hm." };
          events.push(model(messages, remark));
          messages = [...messages, remark, { id: `x${id}`, role: "user", content: "Please proceed to the next step." }];
        }
        if (one.fate === "taken back") events.push(model(messages, { id: `b${id}`, role: "assistant", content: "" }));
        // Tool messages go with the turn that they answer.
        if (one.fate === "truncated" && messages.length > 4) {
          const behind = messages.slice(2 + 2 * Math.min(one.kept, Math.floor((messages.length - 4) / 2)));
          const from = behind.findIndex(({ role }) => role === "assistant");
          messages = [...START, ...behind.slice(Math.max(0, from))];
        }
        const said = asked(id, one.action);
        events.push(model(messages, said));
        messages = [...messages, said, answer(id, one.answer)];
      });
      const row = sample(messages, events);
      const read = reader.read(isNew ? condensed(row) : row);
      assert.deepEqual(
        read.steps.map(({ action, observation }) => [action, observation]),
        turns.map((one) => [one.action.trim(), one.answer]),
      );
      const dropped = turns.filter(({ fate }) => fate === "taken back").length;
      assert.equal(read.leftOut?.filter((kind) => kind.includes("took back")).length ?? 0, dropped);
    }),
    { numRuns: 300 },
  );
});

test("attachments stand in arguments, too, and numbers of arguments stay as they were written", () => {
  const long = `push ${"x".repeat(40)}`;
  const first = asked(0, long);
  const row = sample([...START, first, answer(0, "Done, whatever it was.")], [model(START, first)]);
  assert.deepEqual(actionsOf(condensed(row)), [long]);
  const lacking = { ...condensed(row), attachments: {} };
  fails(lacking, /attachments: expected a text "h\d+", found nothing/);
});

test("what the loop wrote over is read as the model wrote it: a submit that became a text", () => {
  const first = asked(0, "look");
  const told = { ...asked(1, ""), tool_calls: [{ id: "c1", function: "submit", arguments: { answer: "done" } }] };
  const events = [model(START, first), model([...START, first, answer(0, "A door.")], told)];
  const messages = [...START, first, answer(0, "A door."), { ...told, content: "done", tool_calls: [] }];
  const { steps, unusedThoughts } = reader.read(sample(messages, events));
  assert.deepEqual([steps.length, unusedThoughts], [1, 1]);
});

test("other models' calls are counted; a conversation that was written anew is refused", () => {
  const first = asked(0, "look");
  const grader = model([{ id: "g", role: "user", content: "Is it right?" }], {
    id: "h",
    role: "assistant",
    content: "C",
  });
  const messages = [...START, first, answer(0, "A door.")];
  const read = reader.read(sample(messages, [model(START, first), grader]));
  assert.deepEqual([read.steps.length, read.leftOut], [1, ["call of another model or agent"]]);
  const summary = { id: "z", role: "user", content: "So far: a door." };
  const second = asked(1, "forward");
  const summed = [...START, summary];
  fails(
    sample([...summed, second], [model(START, first), model(summed, second)]),
    /events\[1\]: the model read another conversation than before it \(summarised, edited or handed over\)/,
  );
  fails(
    sample([...messages, { ...second, id: "q" }], [model(START, first)]),
    /messages: a turn that no event has, "": expected all of them/,
  );
  fails(
    condensedBeyond(sample(messages, [model(START, first)])),
    /events\[0\]\.input_refs: expected ranges of the 2 events_data\.messages/,
  );
});

function condensedBeyond(row: ReturnType<typeof sample>) {
  const small = condensed(row);
  return { ...small, events: small.events.map((event) => ({ ...event, input_refs: [[0, 9]] })) };
}

test("calls of models that failed are none, and logs without events are read from their messages", () => {
  const first = asked(0, "look");
  const messages = [...START, first, answer(0, "A door.")];
  const failed = model(START, { role: "assistant", content: "" }, { error: "overloaded", output: { choices: [] } });
  for (const events of [[failed, model(START, first)], [], undefined, [{ event: "state", changes: [] }]])
    assert.deepEqual(actionsOf({ ...sample(messages, []), events }), ["look"]);
  const old = {
    ...sample(messages, []),
    events: undefined,
    transcript: { events: [model(START, first)], content: {} },
  };
  assert.deepEqual(actionsOf(old), ["look"]);
  assert.equal(reader.read({ ...old, scores: undefined, score: { value: "I" } }).claimed, "lost");
});

test("arguments that were no JSON are read from Inspect's complaint, and a tool's error is what the model read", () => {
  const complaint = 'Error parsing the following tool call arguments:\n\n{"action": "look\n\nError details: cut';
  const broken = {
    ...asked(0, ""),
    tool_calls: [{ id: "c0", function: "act", arguments: {}, parse_error: complaint }],
  };
  const told = { ...answer(0, ""), error: { type: "parsing", message: complaint } };
  const second = asked(1, "look");
  const failed = { ...answer(1, ""), error: { type: "timeout", message: "timed out" } };
  const events = [model(START, broken), model([...START, broken, told], second)];
  const { steps, leftOut } = reader.read(sample([...START, broken, told, second, failed], events));
  assert.deepEqual(leftOut, ["call that cannot be read"]);
  assert.deepEqual([steps.length, steps[0]!.action, steps[0]!.observation], [1, "look", "timed out"]);
});
