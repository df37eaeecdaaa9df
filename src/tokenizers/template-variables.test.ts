import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { chatCheckpoint, DATED, TEMPLATES, THINKING } from "../../test/chat-checkpoint.ts";
import { CliError } from "../core/errors.ts";
import { openTokenizerWith } from "./chat-tokenizer.ts";
import { unreadVariable, variableProblem } from "./template-variables.ts";

const ASKED = [{ role: "user", content: "where?" }] as const;

test("variables reach the template, and the date is the day that it writes", (t) => {
  const folder = chatCheckpoint(t, { template: DATED });
  const rendered = openTokenizerWith(folder, { date: "2026-07-04", enable_thinking: false }).render(ASKED, true);
  assert.match(rendered, /04 Jul 2026 2026-07-04/);
  assert.match(rendered, /assistant\n<think><\/think>$/);
  assert.throws(
    () => openTokenizerWith(folder, {}).render(ASKED, true),
    /give it a day, as the template variable date/,
  );
});

test("a variable that the template does not read is named, with those that it reads", (t) => {
  const unread = (template: string, name: string) =>
    unreadVariable(chatCheckpoint(t, { template }), { [name]: true })?.problem.replace(/\/\S+\/chat_template/, "");
  assert.equal(unread(THINKING, "enable_thinking"), undefined);
  assert.equal(
    unread(THINKING, "enable_thinkin"),
    'unknown variable "enable_thinkin": expected one of enable_thinking (did you mean "enable_thinking"?), which .jinja reads',
  );
  assert.match(unread(TEMPLATES.chatml, "enable_thinking")!, /^\S+ reads no variables$/);
  assert.equal(unread(DATED, "date"), undefined);
  assert.match(unread(THINKING, "date")!, /^unknown variable "date": expected one of enable_thinking/);
  // Given a default, or set where it is missing: it comes from outside all the same.
  for (const template of [
    "{% set effort = effort | default('low') %}{{ effort }}",
    "{% if not effort is defined %}{% set effort = 'low' %}{% endif %}{{ effort }}",
    "{% macro say(x) %}{{ effort }}{% endmacro %}{{ say(1) }}",
    "{% for m in messages if effort %}{{ loop.index }}{% endfor %}",
  ]) {
    assert.match(unread(template, "efort")!, /expected one of effort \(did/, template);
    assert.equal(unread(template, "effort"), undefined, template);
  }
  assert.match(
    unread("{% set own = 1 %}{% set own = 2 %}{% for m in messages %}{{ m }}{% endfor %}", "own")!,
    /no var/,
  );
});

test("one that only the template for tools reads is read", (t) => {
  const folder = chatCheckpoint(t, { template: TEMPLATES.chatml });
  mkdirSync(join(folder, "additional_chat_templates"));
  writeFileSync(join(folder, "additional_chat_templates", "tool_use.jinja"), "{{ effort }}");
  assert.equal(unreadVariable(folder, { effort: 1 }), undefined);
  assert.match(unreadVariable(folder, { other: 1 })!.problem, /expected one of effort/);
  writeFileSync(join(folder, "chat_template.jinja"), "{% if %}");
  assert.throws(() => unreadVariable(folder, { effort: 1 }), CliError);
});

test("names that mean something else, and days that are none, are refused", () => {
  assert.equal(variableProblem("enable_thinking", false), undefined);
  assert.equal(variableProblem("date", "2028-02-29"), undefined);
  for (const day of ["2026-02-29", "2026-13-01", "30.11.2026", "2026-1-1", 20261130, null, "2026-11-30T00:00"])
    assert.match(variableProblem("date", day)!, /^expected a day as YYYY-MM-DD, got /);
  for (const name of ["messages", "tools", "chat_template", "add_generation_prompt", "strftime_now"])
    assert.match(variableProblem(name, 1)!, /has this name/);
  for (const name of ["", "a-b", "1a", "a b", "é"]) assert.match(variableProblem(name, 1)!, /letters, digits/);
});
