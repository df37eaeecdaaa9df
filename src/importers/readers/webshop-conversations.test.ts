// ETO's and AgentGym's conversations. There are no files of theirs here: the examples are built after their sources.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoggedEpisode, LogReader } from "../reader.ts";
import { agentgymWebshop } from "./agentgym.ts";
import { etoWebshop } from "./eto.ts";

const GOAL = "find me a mug with color: red, and price lower than 20.00 dollars";
const START = `WebShop [SEP] Instruction: [SEP] ${GOAL} [SEP] Search`;
const RESULTS = `Instruction: [SEP] ${GOAL} [SEP] Back to Search [SEP] Page 1 (Total results: 1) [SEP] B01`;

const messages = (...values: readonly string[]) =>
  values.map((value, index) => ({ from: index % 2 === 0 ? "human" : "gpt", value }));
const withLoss = (...values: readonly string[]) =>
  messages(...values).map((message, index) => ({ ...message, loss: index % 2 === 0 ? null : index > 1 }));

const SEARCH = "Thought: I look for mugs.\nAction: search[red mug]";
const BUY = "Thought: The Action: buy it.\nAction: click[Buy Now]";
const eto = {
  id: 1234,
  conversations: messages(
    "You are web shopping. …",
    "OK",
    START,
    SEARCH,
    `Observation:\n${RESULTS}`,
    "Action: click[Buy Now]",
  ),
  reward: 0.75,
};
const agentgym = {
  item_id: "webshop_6",
  conversations: withLoss(
    "You are web shopping. …",
    "Ok.",
    START,
    "Thought:\nI look for mugs.\n\nAction:\nsearch[red mug]",
    RESULTS,
    `${BUY}</s>`,
    "Thank you for shopping with us! [SEP] …",
  ),
};

test("ETO: thought, action and page of each turn; the last page is missing", () => {
  const episode: LoggedEpisode = {
    taskKey: "human/1234",
    instruction: GOAL,
    firstObservation: START,
    unusedThoughts: 0,
    claimed: "lost",
    end: { return: 0.75, terminated: true },
    steps: [
      { thought: "I look for mugs.", action: "search[red mug]", completion: SEARCH, observation: RESULTS },
      { thought: "", action: "click[Buy Now]", completion: "Action: click[Buy Now]", observation: null },
    ],
  };
  assert.deepEqual(etoWebshop.read(eto), episode);
  assert.deepEqual(etoWebshop.read({ ...eto, id: "1234" }), episode);
  const prefixed = eto.conversations.with(2, { from: "human", value: `Observation:\n${START}` });
  assert.deepEqual(etoWebshop.read({ ...eto, conversations: prefixed }), episode);
  assert.partialDeepStrictEqual(etoWebshop.read({ ...eto, reward: 1 }), { claimed: "won" });
  const { end, claimed } = etoWebshop.read({ ...eto, reward: undefined });
  assert.deepEqual([end, claimed], [undefined, "not told"]);
});

test("ETO: the action is everything behind the first Action:, lines and all", () => {
  const conversations = eto.conversations.with(3, { from: "gpt", value: "Thought: a\nAction: search[a\nAction: b]" });
  assert.equal(etoWebshop.read({ ...eto, conversations }).steps[0]!.action, "search[a\nAction: b]");
});

test("AgentGym: as the reference's example, whatever the loss says; the last Action: counts", () => {
  const { taskKey, instruction, steps, claimed, end } = agentgymWebshop.read(agentgym);
  assert.deepEqual([taskKey, instruction, claimed, end], ["synthetic/6", GOAL, "not told", undefined]);
  assert.deepEqual(
    steps.map(({ thought, action }) => [thought, action]),
    [
      ["I look for mugs.", "search[red mug]"],
      ["The Action: buy it.", "click[Buy Now]"],
    ],
  );
  assert.equal(steps[1]!.completion, `${BUY}</s>`);
  assert.equal(steps[1]!.observation, "Thank you for shopping with us! [SEP] …");
});

test("AgentGym: what its evaluator collects tells the result", () => {
  const collected = (reward: number, success: unknown) => agentgymWebshop.read({ ...agentgym, reward, success });
  assert.partialDeepStrictEqual(collected(1, 1), { claimed: "won", end: { return: 1, terminated: true } });
  assert.partialDeepStrictEqual(collected(0.5, false), { claimed: "lost", end: { return: 0.5 } });
  assert.throws(() => collected(0.5, 1), {
    name: "CliError",
    message: /success: expected 0 for a reward of 0\.5, found 1/,
  });
});

test("what is not known of a format is refused, with what was found and what was expected", () => {
  const fails = (reader: LogReader, row: unknown, message: RegExp) =>
    assert.throws(() => reader.read(row), { name: "CliError", message });
  fails(etoWebshop, null, /expected an object with id, conversations and reward, found null/);
  fails(etoWebshop, { ...eto, id: "example_0" }, /id: expected the index of a goal .*found "example_0"/);
  fails(etoWebshop, { ...eto, reward: 100 }, /reward: expected a number from 0 to 1, found 100/);
  fails(
    agentgymWebshop,
    { ...agentgym, item_id: "alfworld_3" },
    /item_id: expected "webshop_<index>", found "alfworld_3"/,
  );
  fails(agentgymWebshop, { ...agentgym, item_id: 6 }, /item_id: .*found 6/);
  for (const [reader, row] of [
    [etoWebshop, eto],
    [agentgymWebshop, agentgym],
  ] as const) {
    const message = (at: number, value: unknown, from = at % 2 === 0 ? "human" : "gpt") => ({
      ...row,
      conversations: (row.conversations as readonly object[]).toSpliced(at, 1, { from, value } as object),
    });
    fails(reader, { ...row, conversations: null }, /conversations: expected a list of messages, found null/);
    fails(reader, { ...row, conversations: ["a"] }, /expected an object with from and value in conversations\[0\]/);
    fails(
      reader,
      { ...row, conversations: [] },
      /conversations\[1\]: expected the rules to be answered "OK", found noth/,
    );
    fails(reader, message(1, "Certainly!"), /conversations\[1\]: .*answered "OK", found "Certainly!"/);
    fails(reader, message(3, "x", "human"), /conversations\[3\]\.from: expected "gpt", found "human"/);
    fails(reader, message(3, 7), /conversations\[3\]\.value: expected text, found 7/);
    fails(reader, message(3, "\udc00"), /half a surrogate/);
    fails(reader, message(3, "I would search."), /conversations\[3\]: expected "Thought: … Action: …", found "I would/);
    fails(
      reader,
      message(2, "[START OF THE EXAMPLE]"),
      /conversations\[2\]: expected the first page, "WebShop \[SEP\]/,
    );
    fails(reader, { ...row, conversations: row.conversations.slice(0, 3) }, /at least one action, found none/);
  }
});

test("ETO trims pages, so blanks at their ends are no difference; AgentGym's are compared as they are", () => {
  assert.equal(etoWebshop.normalize("a [SEP] "), "a [SEP]");
  assert.equal(agentgymWebshop.normalize("a [SEP] "), "a [SEP] ");
});
