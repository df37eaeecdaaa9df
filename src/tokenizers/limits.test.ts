/** Templates and patterns that are too much work, here for limits that are small, and those that are slow but end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chatCheckpoint,
  context,
  demonstration,
  learned,
  TEMPLATES,
  tokenizerJson,
} from "../../test/chat-checkpoint.ts";
import { openChatTokenizer } from "./chat-tokenizer.ts";
import { COMPUTING_LIMITS } from "./limits.ts";
import { timeLimit } from "./time-limit.ts";

const MESSAGES = [context("system", "Play."), context("user", "Well?")];
const limits = (some: Partial<typeof COMPUTING_LIMITS>) => ({ ...COMPUTING_LIMITS, ...some });

test("a template that takes too many steps, or makes too large a value, is refused by its file", (t) => {
  const refused = (template: string, some: Partial<typeof COMPUTING_LIMITS>, message: RegExp) => {
    const folder = chatCheckpoint(t, { template });
    const { render } = openChatTokenizer(folder, limits(some));
    assert.throws(() => render(MESSAGES, true), { name: "CliError", message });
    assert.equal(typeof openChatTokenizer(folder).render(MESSAGES, true), "string");
  };
  const steps =
    /chat_template\.jinja: expected a template that can .* \(it takes more than 50 steps for one conversation\)$/;
  refused("{% for i in range(40) %}{{ i }}{% endfor %}", { steps: 50 }, steps);
  refused("{% set all = range(60) %}", { steps: 50 }, steps);
  refused("{% set all = range(60, 0, -1) %}", { steps: 50 }, steps);
  // A long value counts for more than a short one.
  refused(`{% set long = '${"x".repeat(20_000)}' %}`, { steps: 50 }, steps);
  const size =
    /chat_template\.jinja: expected a template that can .* \(it makes a text or list of more than 10 characters or elements\)$/;
  refused(
    "{% set ns = namespace(x='ab') %}{% for i in [1, 2, 3] %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
    { size: 10 },
    size,
  );
  refused(
    "{% set ns = namespace(x=[1]) %}{% for i in range(4) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    { size: 10 },
    size,
  );
});

test("the steps are those of one conversation", (t) => {
  const { render } = openChatTokenizer(chatCheckpoint(t, { template: TEMPLATES.chatml }), limits({ steps: 100 }));
  for (let i = 0; i < 20; i++) render(MESSAGES, true);
});

/** Looks for a z behind each place of a text: in time that grows with the square of its length, and over at last. */
const SLOW = { type: "Split", pattern: { Regex: "(?:(?!z)[\\s\\S])*z" }, behavior: "Isolated", invert: false };

test("a splitting pattern that takes too long is refused by its file, in every call", (t) => {
  const folder = chatCheckpoint(t, { template: TEMPLATES.chatml, tokenizer: tokenizerJson({ before: [SLOW] }) });
  const tokenizer = openChatTokenizer(folder, limits({ ms: 30 }));
  const long = "x".repeat(60_000);
  const refused = {
    name: "CliError",
    message: `${folder}/tokenizer.json: parting a text into tokens did not end within 0.03 s, expected it to`,
  };
  assert.throws(() => tokenizer.encode(long), refused);
  assert.throws(() => tokenizer.prompt([context("user", long)]), refused);
  assert.throws(() => tokenizer.demonstration(demonstration(context("user", long), learned("go"))), refused);
});

test("a pattern that is not known gives the same tokens under the limit", (t) => {
  const unknown = { ...SLOW, pattern: { Regex: "[xyz]+" } };
  const folder = chatCheckpoint(t, { template: TEMPLATES.chatml, tokenizer: tokenizerJson({ before: [unknown] }) });
  const plain = openChatTokenizer(chatCheckpoint(t, { template: TEMPLATES.chatml }));
  const example = demonstration(context("user", "the end"), learned("go on"));
  assert.deepEqual(openChatTokenizer(folder).demonstration(example), plain.demonstration(example));
  assert.deepEqual(openChatTokenizer(folder).encode("the"), plain.encode("the"));
});

/** Works for so long. */
function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test("work that takes too long as a whole is done again, step by step", () => {
  const { step, whole } = timeLimit(100);
  let attempts = 0;
  const add = step("adding", (a: number, b: number) => a + b);
  const answer = whole(() => {
    attempts += 1;
    if (attempts === 1) busy(5000);
    return add(add(1, 2), 3);
  });
  assert.deepEqual([answer, attempts], [6, 2]);
  const sleep = step("x.json: sleeping", () => busy(5000));
  assert.throws(() => whole(() => sleep()), {
    name: "CliError",
    message: "x.json: sleeping did not end within 0.1 s, expected it to",
  });
  assert.throws(
    () =>
      whole(() => {
        throw new RangeError("of the work itself");
      }),
    RangeError,
  );
});
