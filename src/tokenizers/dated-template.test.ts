import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { chatCheckpoint, DATED, TEMPLATES, THINKING } from "../../test/chat-checkpoint.ts";
import { CliError } from "../core/errors.ts";
import { openTokenizerWith } from "./chat-tokenizer.ts";
import { asksForToday, datedTemplate } from "./dated-template.ts";

const CHAT = [{ role: "user", content: "where?" }] as const;
const DATE = "2026-07-04";

test("with its day written into it, a template gives what it gives on that day", (t) => {
  const whole = "{{ strftime_now('%d %b %Y') }}";
  for (const template of [
    DATED,
    whole,
    `\n  ${whole}`,
    `   {% if true %}${whole}{% endif %}`,
    `{% macro day() %}${whole}{% endmacro %}{% for m in messages %}{{ day() + m.content }}{% endfor %}`,
    "{% if strftime_now is defined %}{{ strftime_now(format='%A \"%e\" 100%%') }}{% endif %}",
  ]) {
    const folder = chatCheckpoint(t, { template });
    const expected = openTokenizerWith(folder, { date: DATE }).render(CHAT, true);
    writeFileSync(join(folder, "chat_template.jinja"), datedTemplate(folder, false, DATE));
    assert.equal(openTokenizerWith(folder, undefined).render(CHAT, true), expected, template);
  }
});

test("a template that asks for no day, or is given none, stays as it is; a day in a computed form is refused", (t) => {
  const given = (template: string, date?: string) => datedTemplate(chatCheckpoint(t, { template }), true, date);
  assert.equal(given(THINKING, DATE), THINKING);
  assert.equal(given(DATED), DATED);
  for (const template of ["{{ strftime_now(form) }}", "{{ strftime_now('%H') }}"])
    assert.throws(() => given(template, DATE), CliError);
});

test("whether a template asks for today depends on what it is given", (t) => {
  const asks = (template: string, variables?: Record<string, string>) =>
    asksForToday(chatCheckpoint(t, { template }), variables);
  const llama = `{% if not date_string is defined %}{% set date_string = strftime_now('%d %b %Y') %}{% endif %}{{ date_string }}`;
  assert.equal(asks(llama), true);
  assert.equal(asks(llama, { date: DATE }), true);
  assert.equal(asks(llama, { date_string: "4 Jul 2026" }), false);
  assert.equal(asks(TEMPLATES.chatml), false);
  assert.equal(asks("{{ raise_exception('never') }}"), false);
});
