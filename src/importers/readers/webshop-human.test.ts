// The original's human demonstrations. There is no file of them here: the examples are built after its baseline's code.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readJsonLines, skipWithout } from "../../../test/shared.ts";
import { webshopHuman } from "./webshop-human.ts";

const GOAL = "I want a red mug, and price lower than 20.00 dollars";
const START = `Amazon Shopping Game\nInstruction: \n${GOAL}\n[button] Search [button_]`;
const RESULTS = `Instruction:\n${GOAL}\n[button] Back to Search [button_]\n`;
const row = {
  states: [START, RESULTS],
  actions: ["search[red mug]", "click[b000000001]"],
  available_actions: [["search[red mug]"], ["click[item - a red mug]"]],
  action_idxs: [-1, 0],
  actions_translate: ["search[red mug]", "click[item - a red mug]"],
  images: [0, 0],
};

test("an episode without index, thoughts, last page and result", () => {
  const step = (action: string, observation: string | null) => ({
    thought: "",
    action,
    completion: action,
    observation,
  });
  assert.deepEqual(webshopHuman.read(row), {
    taskKey: null,
    instruction: GOAL,
    firstObservation: START,
    steps: [step("search[red mug]", RESULTS), step("click[b000000001]", null)],
    unusedThoughts: 0,
    claimed: "not told",
  });
});

test("the goal's text is compared as the original's list of goals spells it", () => {
  assert.equal(
    webshopHuman.goalOf!(`I want a "red" mug's  handle, and price lower than 20.00 dollars`),
    "i want a red mugs handle",
  );
  assert.equal(webshopHuman.goalOf!("a mug, large, and price lower than 1"), "a mug, large");
});

const EPISODES = "webshop/golden/episodes.jsonl.gz";
test("pages of the text environment are equal to themselves under the older heading", {
  skip: skipWithout(EPISODES),
}, () => {
  const { normalize } = webshopHuman;
  const episodes = readJsonLines<{ reset: { text_rich: string }; steps: { text_rich: string }[] }>(EPISODES).slice(
    0,
    20,
  );
  const pages = episodes.flatMap(({ reset, steps }) => [reset, ...steps].map(({ text_rich }) => text_rich));
  for (const page of pages) {
    const older = page
      .replace(/^WebShop\n/, "Amazon Shopping Game\n")
      .toLowerCase()
      .trim();
    assert.equal(normalize(older), normalize(page));
  }
  assert.equal(new Set(pages.map(normalize)).size, new Set(pages.map((page) => page.toLowerCase().trim())).size);
});

test("what cannot be understood says what was found and what was expected", () => {
  const fails = (over: object, message: RegExp) =>
    assert.throws(() => webshopHuman.read({ ...row, ...over }), { name: "CliError", message });
  assert.throws(() => webshopHuman.read("x"), { message: /expected an object with states and actions, found "x"/ });
  fails({ states: undefined }, /states: expected a list of texts, found nothing/);
  fails({ actions: [1, 2] }, /actions\[0\]: expected text, found 1/);
  fails({ actions: ["search[a]"] }, /actions: expected one for each of the 2 states and at least one, found 1/);
  fails({ states: [], actions: [] }, /each of the 0 states and at least one, found 0/);
  fails({ states: ["<html>", RESULTS] }, /states\[0\]: expected the shop's first page with the goal, found "<html>"/);
  fails({ actions: ["search[a]", "finish"] }, /actions\[1\]: expected search\[…\] or click\[…\], found "finish"/);
});
