// How an action becomes an object, and an observation a text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseWritten } from "../../core/written-json.ts";
import { actionForm } from "./actions.ts";
import { textOf } from "./observations.ts";
import type { Fields } from "./protocol.ts";

const model = (
  properties: object,
  required: readonly string[] = Object.keys(properties),
  more: object = {},
): Fields => ({
  properties: { metadata: { type: "object" }, ...properties },
  required,
  ...more,
});
const jsonOf = (schema: Fields, action: string, field?: string) => {
  const written = actionForm(schema, field).write(action);
  return "json" in written ? written.json : written.why;
};

test("the only field that must be given takes the text, whatever it says", () => {
  const one = model({ message: { type: "string" } });
  assert.equal(jsonOf(one, '{"message":"hi"}'), String.raw`{"message":"{\"message\":\"hi\"}"}`);
  const code = model({ code: { type: "string" }, timeout: { type: "number" } }, ["code"]);
  assert.equal(jsonOf(code, "1 + 1"), '{"code":"1 + 1"}');
  const optional = model({ move: { anyOf: [{ type: "string" }, { type: "null" }] } }, []);
  assert.equal(jsonOf(optional, "go"), '{"move":"go"}');
  assert.equal(jsonOf(model({ a: { type: "string" }, b: { type: "string" } }), "x", "b"), '{"b":"x"}');
  assert.match(jsonOf(one, "\ud800"), /half of a character/);
});

test("choices are the actions that there are", () => {
  const referred = model({ move: { $ref: "#/$defs/Move" } }, ["move"], { $defs: { Move: { enum: ["up", "down"] } } });
  assert.deepEqual(actionForm(referred, undefined).listed, ["up", "down"]);
  assert.equal(jsonOf(referred, "up"), '{"move":"up"}');
  assert.deepEqual(actionForm(model({ action_id: { enum: [0, 1] } }), undefined).listed, ["0", "1"]);
});

test("a field that is no text takes the JSON value that the text is", () => {
  const schema = model({ action_id: { type: "integer" } });
  assert.equal(jsonOf(schema, "12345678901234567890"), '{"action_id":12345678901234567890}');
  assert.match(jsonOf(schema, "left"), /^This is no action: expected a JSON integer for action_id\.$/);
});

test("several fields are written as a JSON object, numbers as they were written", () => {
  const schema = model({ x: { type: "number" }, y: { type: "number" } });
  assert.equal(jsonOf(schema, '{"x": 1.0, "y": 1e3}'), '{"x":1.0,"y":1e3}');
  assert.match(jsonOf(schema, "[1,2]"), /expected a JSON object with x, y\.$/);
  assert.match(jsonOf(schema, String.raw`{"x":"\ud800"}`), /half of a character/);
});

test("tools are called", () => {
  const call = model({ type: { const: "call_tool" }, tool_name: { type: "string" }, arguments: { type: "object" } });
  assert.equal(jsonOf(call, 'find({"id":1.0})'), '{"type":"call_tool","tool_name":"find","arguments":{"id":1.0}}');
  assert.match(jsonOf(call, "find it"), /no call of a tool/);
  assert.equal(actionForm(model({}), undefined).kind, "calls");
});

test("an observation is its only text, what a tool said, or JSON", () => {
  const text = (written: string, field?: string) =>
    textOf({ observation: parseWritten(written) as Fields, reward: null, done: false, metadata: {} }, field);
  assert.equal(text('{"metadata":{},"said":"hi"}'), "hi");
  assert.equal(text('{"metadata":{"status":"ready"}}'), '{"status":"ready"}');
  assert.equal(text('{"metadata":{},"said":"hi","n":1.0,"done":false}'), '{"said":"hi","n":1.0}');
  assert.equal(text('{"said":"hi","at":{"x":2.50}}', "at.x"), "2.50");
  const tool = (result: string, error = "null") => text(`{"tool_name":"t","result":${result},"error":${error}}`);
  assert.equal(tool('{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}],"data":1}'), "a\nb");
  assert.equal(tool('{"x":1}'), '{"x":1}');
  assert.equal(tool("null", '{"error_type":"timeout","message":"too late"}'), "too late");
});
