// Servers that read prompts as vLLM, llama.cpp and `transformers serve` do, with our template and variables and with others.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { chatCheckpoint, DATED, TEMPLATES, THINKING } from "../../test/chat-checkpoint.ts";
import { type ChatServing, servingChats, type Telling } from "../../test/chat-server.ts";
import { openServer } from "../../test/openai-server.ts";
import { openTokenizerWith } from "../tokenizers/chat-tokenizer.ts";
import type { TemplateVariables } from "../tokenizers/template-variables.ts";
import { checkPrompts } from "./prompt-check.ts";

interface Checking {
  /** The template of the server, and ours. */
  readonly template: string;
  readonly ours?: string;
  readonly tells?: Telling;
  readonly variables?: TemplateVariables;
  readonly heedsVariables?: boolean;
  readonly hasTools?: boolean;
}

async function checked(t: TestContext, { template, ours = template, tells = "token ids", ...rest }: Checking) {
  const { variables, hasTools = false, heedsVariables = true } = rest;
  const serving: ChatServing = { folder: chatCheckpoint(t, { template }), tells, heedsVariables };
  const server = await openServer(servingChats(serving));
  t.after(() => server.close());
  const folder = chatCheckpoint(t, { template: ours });
  const options = { urls: [server.url], model: "tiny", backoffMs: 1, ...(variables && { template: variables }) };
  const openTokenizer = () => openTokenizerWith(folder, variables);
  return { ...(await checkPrompts({ server: options, openTokenizer, hasTools })), server };
}

const WAYS: readonly (readonly [Telling, RegExp])[] = [
  ["token ids", /^3 prompts as here, token for token$/],
  ["/tokenize", /^3 prompts as here, token for token$/],
  ["/apply-template", /^3 prompts as here, letter for letter$/],
];

for (const [tells, found] of WAYS) {
  test(`a server that tells prompts by ${tells} shows them as they are trained, and other ones are found out`, async (t) => {
    const variables = { enable_thinking: false };
    const same = await checked(t, { template: THINKING, tells, variables });
    assert.match(same.check.found, found);
    assert.deepEqual([same.check.state, same.check.note, same.difference], ["ok", "", undefined]);
    assert.equal(same.tokenIds, tells === "token ids");

    const deaf = await checked(t, { template: THINKING, tells, variables, heedsVariables: false });
    assert.match(deaf.difference!, /^from (token|character) \d+ on it has .*expected .*<think>/);
    assert.deepEqual([deaf.check.state, deaf.check.found], ["missing", deaf.difference]);
    const other = await checked(t, { template: TEMPLATES.chatml, ours: TEMPLATES.llama3, tells });
    assert.match(
      other.difference!,
      /^from (token|character) [02] on it has "<\|im_start\|>user.*expected "<\|begin_of_text\|>/,
    );
  });
}

test("where only the number of tokens is told, another number is a difference, and the same one is said to be all that is known", async (t) => {
  const variables = { enable_thinking: false };
  const same = await checked(t, { template: THINKING, tells: "usage", variables });
  assert.deepEqual([same.difference, same.tokenIds], [undefined, false]);
  assert.match(same.check.note, /by their number of tokens only$/);
  const deaf = await checked(t, { template: THINKING, tells: "usage", variables, heedsVariables: false });
  assert.match(deaf.difference!, /^a prompt of \d+ tokens, expected \d+: "<\|im_start\|>user/);
});

test("several turns and system messages are compared, too", async (t) => {
  const { difference } = await checked(t, { template: TEMPLATES.trimsEarlier, ours: TEMPLATES.chatml });
  assert.equal(difference, undefined);
  const rewritten = TEMPLATES.chatml.replace("m.content + '<|im_end|>'", "m.content.split(':')[-1] + '<|im_end|>'");
  assert.match((await checked(t, { template: rewritten, ours: TEMPLATES.chatml })).difference!, /expected .*Thought/);
  const noSystem = TEMPLATES.chatml.replace("m.role + ", "(m.role if m.role != 'system' else 'user') + ");
  assert.match((await checked(t, { template: noSystem, ours: TEMPLATES.chatml })).difference!, /expected .*system/);
});

test("with tools, what can be called and what was called is compared", async (t) => {
  const { tools } = TEMPLATES;
  const same = await checked(t, { template: tools, hasTools: true });
  assert.equal(same.check.found, "2 prompts as here, token for token");
  const renamed = tools.replace("<tool_response>", "<answer>");
  assert.match((await checked(t, { template: renamed, ours: tools, hasTools: true })).difference!, /<answer>/);
});

test("a dated template is compared on the day that both are given; without one it is not compared", async (t) => {
  const same = await checked(t, { template: DATED, variables: { date: "2026-11-30" } });
  assert.equal(same.check.state, "ok");
  const today = new Date().toISOString().slice(0, 10);
  const fixed = DATED.replace("strftime_now('%d %b %Y')", "''").replace("strftime_now('%Y-%m-%d')", `'${today}'`);
  const ours = DATED.replace("strftime_now('%d %b %Y')", "''");
  const other = await checked(t, { template: fixed, ours, variables: { date: "2001-02-03" } });
  assert.match(other.difference!, /expected .*2001-02-03/);
  const { check, difference } = await checked(t, { template: TEMPLATES.chatml, ours: DATED });
  assert.equal(difference, undefined);
  assert.match(check.note, /^prompts could not be compared .*writes today's date/);
});

test("a template that refuses system messages is compared without them; a server that answers nothing says why", async (t) => {
  const picky = `{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}${TEMPLATES.chatml}`;
  assert.equal((await checked(t, { template: picky })).check.found, "2 prompts as here, token for token");
  const server = await openServer({ fault: () => ({ kind: "status", status: 400 }) });
  t.after(() => server.close());
  const folder = chatCheckpoint(t, { template: TEMPLATES.chatml });
  const { tokenIds, check, difference } = await checkPrompts({
    server: { urls: [server.url], model: "tiny", backoffMs: 1 },
    openTokenizer: () => openTokenizerWith(folder, undefined),
    hasTools: false,
  });
  assert.deepEqual([tokenIds, difference, check.found], [false, undefined, "not compared"]);
  assert.match(check.note, /fault 400/);
});
