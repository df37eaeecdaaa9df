// System messages that stand beside the messages are what the model read: none is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutWorld } from "../../worlds/none/index.ts";
import { READERS } from "../readers/registry.ts";

const read = (row: object, messages?: string) =>
  READERS.messages!({ benchmark: withoutWorld(), ...(messages && { paths: { messages } }) }).read(row);
const said = (row: object, messages?: string) =>
  read(row, messages).chat!.messages.map(({ role, content }) => [role, content]);

const LIST = [
  { role: "user", content: "Go on." },
  { role: "assistant", content: "Done." },
];
const WHOLE = [
  ["system", "Rules."],
  ["user", "Go on."],
  ["assistant", "Done."],
];

test("a system message beside the messages is the first message, in every spelling of it", () => {
  const spellings: readonly (readonly [string, unknown])[] = [
    ["system", "Rules."],
    ["system", [{ type: "text", text: "Rules.", cache_control: { type: "ephemeral" } }]],
    ["system", [{ text: "Rules." }, { cachePoint: { type: "default" } }]],
    ["system_prompt", "Rules."],
    ["systemInstruction", { parts: [{ text: "Rules." }] }],
    ["system_instruction", { role: "user", parts: [{ text: "Rules." }] }],
    ["system_message", { role: "system", content: "Rules." }],
  ];
  for (const [name, value] of spellings) {
    assert.deepEqual(said({ [name]: value, messages: LIST }), WHOLE, name);
    assert.deepEqual(said({ request: { [name]: value, messages: LIST } }, "request.messages"), WHOLE, name);
  }
  assert.deepEqual(said({ instructions: "Rules.", input: LIST }, "input"), WHOLE);
  assert.deepEqual(said({ instructions: "Rules.", messages: LIST }), WHOLE.slice(1));
  const whole = [{ role: "system", content: "Rules." }, ...LIST];
  assert.deepEqual(said({ system: "Rules.", messages: whole }), WHOLE);
  assert.deepEqual(said({ system: null, messages: whole }), WHOLE);
  assert.deepEqual(said({ system: "", messages: LIST }), WHOLE.slice(1));
});

test("two different system messages, and what is no text, are refused by name", () => {
  const whole = [{ role: "system", content: "Others." }, ...LIST];
  assert.throws(() => read({ system: "Rules.", messages: whole }), {
    name: "CliError",
    message: "system: expected one system message, found another one in messages[0]",
  });
  assert.throws(() => read({ system: "Rules.", system_prompt: "Others.", messages: LIST }), {
    name: "CliError",
    message: "system_prompt: expected one system message, found another one in system",
  });
  assert.throws(() => read({ system: [{ type: "image" }], messages: LIST }), {
    name: "CliError",
    message: /^system\[0\]: expected a text, found type "image"/,
  });
  assert.throws(() => read({ system: 5, messages: LIST }), { name: "CliError", message: /^system: expected the text/ });
});
