import assert from "node:assert/strict";
import { test } from "node:test";
import { readJsonLines, shared, skipWithout } from "../../../test/shared.ts";
import { type LoggedEpisode, readLog } from "../reader.ts";
import { reactWebshop } from "./react-webshop.ts";

const LOGS = "webshop/react_webshop_500.jsonl.gz";
const GOALS = "webshop/human_goals.json.gz";
const skip = skipWithout(LOGS);

const GOAL = "i want a red mug, and price lower than 20.00 dollars";
const START = `\nWebshop \nInstruction:  \n${GOAL} \n[Search] `;
const RESULTS = "\n[Back to Search] \nPage 1 (Total results: 50) \n[B000000001] \nA red mug \n$9.0 ";
const turn = (action: string, observation: string) => ({ action, observation });
const MEANS = "\n\n8 0.5833333333333334 0.3333333333333333 0.0\n-------------";

const row = {
  idx: 7,
  instruction: GOAL,
  steps: [
    turn("reset", START),
    turn("search[red mug]", RESULTS),
    turn("think[B000000001 is a red mug.]", "OK."),
    turn("think[I will take", "OK."),
    turn("click[B000000001]", "\n[Back to Search] \n[< Prev] \nsize [small][large]\nA red mug "),
    turn("click[large]", "You have clicked large."),
    turn("click[Buy Now]", `Your score (min 0.0, max 1.0): 1.0${MEANS}`),
  ],
  score: 1,
};
const read = (over: object = {}) => reactWebshop.read({ ...row, ...over });

test("an episode: the reset is its start, thoughts are apart, the running means are no page", () => {
  const episode: LoggedEpisode = {
    taskKey: "human/7",
    instruction: GOAL,
    firstObservation: START,
    claimed: "won",
    end: { return: 1, terminated: true },
    unusedThoughts: 0,
    steps: [
      { thought: "", action: "search[red mug]", completion: "search[red mug]", observation: RESULTS },
      {
        thought: "B000000001 is a red mug.\nI will take",
        action: "click[B000000001]",
        completion: "think[B000000001 is a red mug.]\nthink[I will take\nclick[B000000001]",
        observation: "\n[Back to Search] \n[< Prev] \nsize [small][large]\nA red mug ",
      },
      { thought: "", action: "click[large]", completion: "click[large]", observation: "You have clicked large." },
      {
        thought: "",
        action: "click[Buy Now]",
        completion: "click[Buy Now]",
        observation: "Your score (min 0.0, max 1.0): 1.0",
      },
    ],
  };
  assert.deepEqual(read(), episode);
});

test("the result: a score as shown, none where nothing was bought or shown", () => {
  const ending = (action: string, observation: string, score: number | null) => {
    const { claimed, end, unusedThoughts } = read({
      steps: [...row.steps.slice(0, 3), turn(action, observation)],
      score,
    });
    return { claimed, ...end, unusedThoughts };
  };
  const lost = { claimed: "lost", return: 0, unusedThoughts: 0 } as const;
  assert.deepEqual(ending("click[Buy Now]", `Your score (min 0.0, max 1.0): 0.5${MEANS}\n0.63 0.35 0.0`, 0.5), {
    ...lost,
    return: 0.5,
    terminated: true,
  });
  assert.deepEqual(ending("click[Buy Now]", MEANS, null), { ...lost, terminated: true });
  assert.deepEqual(ending("click[red]", `Invalid action!${MEANS}`, null), { ...lost, terminated: false });
  assert.deepEqual(ending("think[hm]", `OK.${MEANS}`, null), { ...lost, terminated: false, unusedThoughts: 2 });
});

test("what cannot be understood says what was found and what was expected", () => {
  const fails = (over: object, message: RegExp) => assert.throws(() => read(over), { name: "CliError", message });
  const steps = (at: number, step: unknown) => ({ steps: row.steps.toSpliced(at, 1, step as (typeof row.steps)[0]) });
  assert.throws(() => reactWebshop.read([]), { message: /expected an object with idx, .*found a list/ });
  fails({ idx: -1 }, /idx: expected the index of a goal .*found -1/);
  fails({ idx: "7" }, /idx: .*found "7"/);
  fails({ instruction: undefined }, /instruction: expected the goal, found nothing/);
  fails({ instruction: "another goal" }, /steps\[0\]\.observation: expected the goal, then "\[Search\]"/);
  fails({ steps: {} }, /steps: expected a list of turns, found an object/);
  fails({ steps: [] }, /steps\[0\]\.action: expected "reset", found nothing/);
  fails({ steps: row.steps.slice(1) }, /steps\[0\]\.action: expected "reset", found "search/);
  fails({ steps: row.steps.slice(0, 1), score: null }, /at least one action after the reset/);
  fails(steps(1, 7), /expected an object with action and observation in steps\[1\], found 7/);
  fails(steps(1, { action: 3, observation: "" }), /steps\[1\]\.action: expected an action, found 3/);
  fails(steps(1, { action: "a" }), /steps\[1\]\.observation: expected what the shop answered, found nothing/);
  fails(steps(1, turn("\ud800", "")), /half a surrogate/);
  fails(steps(2, turn("think[hm]", "A page")), /expected "OK\." in answer to a thought, found "A page"/);
  fails({ score: 0.5 }, /score: expected the score on the last page \(1\.0\), found 0\.5/);
  fails({ score: null }, /score: expected the score on the last page \(1\.0\), found null/);
  fails({ score: 7 }, /score: expected a number from 0 to 1, found 7/);
});

test("all 500 published episodes are understood, and their scores add up to the printed means", { skip }, async () => {
  const count = { won: 0, lost: 0, terminated: 0, actions: 0, withThought: 0, unusedThoughts: 0 };
  const raw = readJsonLines<{ steps: { observation: string }[] }>(LOGS);
  const [goals] = readJsonLines<string[]>(GOALS);
  let total = 0;
  let at = 0;
  for await (const record of readLog(reactWebshop, shared(LOGS))) {
    assert(record.kind === "episode", JSON.stringify(record));
    const { taskKey, instruction, claimed, end, steps, unusedThoughts } = record.episode;
    assert.equal(taskKey, `human/${at}`);
    assert.equal(reactWebshop.goalOf!(instruction), goals![at]!.replace(/\s+/g, " ").trim());
    assert(claimed === "won" || claimed === "lost");
    count[claimed] += 1;
    count.terminated += Number(end!.terminated);
    count.actions += steps.length;
    count.withThought += steps.filter(({ thought }) => thought).length;
    count.unusedThoughts += unusedThoughts;
    total += end!.return;
    const [, mean, rate] = /\n\n\d+ (\S+) (\S+) \S+\n-/.exec(raw[at]!.steps.at(-1)!.observation)!;
    at += 1;
    assert(Math.abs(total / at - Number(mean)) < 1e-12, `${at}: ${total / at} is not ${mean}`);
    assert(Math.abs(count.won / at - Number(rate)) < 1e-12);
    assert(!steps.at(-1)!.observation!.includes("---"));
  }
  assert.deepEqual(count, {
    won: 179,
    lost: 321,
    terminated: 465,
    actions: 2348,
    withThought: 1075,
    unusedThoughts: 13,
  });
});
