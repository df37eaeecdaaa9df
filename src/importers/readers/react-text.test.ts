// Episodes as running text, built after ReAct's prompts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { corridor, walk, winning } from "../../../test/corridor.ts";
import { importing } from "../../../test/importing.ts";
import { jsonLines, scratchFolder } from "../../../test/logs.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { reactText } from "./react-text.ts";

const { write } = scratchFolder();
const alfworld = reactText({ benchmark: { ...corridor, name: "alfworld" } });
const ROOM = "You are in the middle of a room. Looking quickly around you, you see a desk 1.";
const START = `${ROOM}\nYour task is to: put some mug on desk.`;
const read = (text: string, more: object = {}) => alfworld.read({ text, ...more });

test("labels and prompts tell the same episode, and thoughts are no actions", () => {
  const labelled = `${START}
Thought 1: A mug may be
on a desk.
Action 1: go to desk 1
Observation 1: On the desk 1, you see a mug 1.
A second line.
Action 2: inventory`;
  const prompted = `${START}
> think: A mug may be on a desk.
OK.
> go to desk 1
On the desk 1, you see a mug 1.
A second line.
> inventory`;
  const webshop = `${START}
Action: think[A mug may be on a desk.]
Observation: OK.

Action: go to desk 1
Observation: On the desk 1, you see a mug 1.
A second line.

Action: inventory
`;
  const short = labelled.replaceAll("Action", "Act").replaceAll("Observation", "Obs");
  for (const text of [labelled, short, prompted, webshop]) {
    const { instruction, firstObservation, steps, unusedThoughts } = read(text);
    assert.deepEqual([instruction, firstObservation, unusedThoughts], ["put some mug on desk.", START, 0]);
    assert.deepEqual(
      steps.map(({ thought, action, observation }) => [thought.replace("\n", " "), action, observation]),
      [
        ["A mug may be on a desk.", "go to desk 1", "On the desk 1, you see a mug 1.\nA second line."],
        ["", "inventory", null],
      ],
    );
  }
  assert.equal(read(`${prompted}\nYou carry nothing.\n> think: What now?`).unusedThoughts, 1);
  assert.deepEqual(read(`${prompted}\nYou carry nothing.\n>`).steps.length, 2);
  assert.equal(read(prompted).steps[0]!.completion, "> think: A mug may be on a desk.\n> go to desk 1");
  const row = { trajectory: prompted, gamefile: "x/pick_x-Mug-None-Desk-308/trial_T1/game.tw-pddl", won: true };
  assert.partialDeepStrictEqual(alfworld.read(row), { taskKey: "pick_x-Mug-None-Desk-308/trial_T1", claimed: "won" });
});

test("what is no episode says where, what was found and what was expected", () => {
  const fails = (text: unknown, message: RegExp) =>
    assert.throws(() => alfworld.read({ text }), { name: "CliError", message });
  fails(7, /text: expected the episode's text, found 7/);
  fails(undefined, /text: expected the episode's text, found nothing/);
  fails("> look", /text: expected the room and "Your task is to: …", then a turn, found ""/);
  fails(START, /text: expected at least one action, found none/);
  fails(`${START}\n> look\n> inventory`, /text, line 3: expected an answer to "look", found "inventory"/);
  fails(`${START}\nObservation: hm`, /text, line 3: expected an action before "hm", found none/);
  fails(`${START}\nThought: so\nObservation: hm`, /text, line 3: expected an action after the thought, found "hm"/);
  fails(`${START}\n> look\n${ROOM}\nYour task is to: heat some egg.\n> look`, /text, line 4: a second task/);
});

test("walks through the corridor are confirmed", async () => {
  const { steps, finalObservation } = await walk(3, winning(3));
  const turns = steps.map(({ action }, index) => `> ${action}\n${steps[index + 1]?.observation ?? finalObservation}`);
  const text = ["open the door.", "", steps[0]!.observation, ...turns].join("\n");
  const files = [write("walk.jsonl", jsonLines([{ text, success: true }, { text: "hm" }]))];
  const summary = await importing({
    format: "react-text",
    benchmark: corridor,
    files,
    repository: openSqlite(":memory:"),
  });
  assert.partialDeepStrictEqual(summary, { lines: 2, verified: 1, malformed: [{ line: 2 }], disagreements: [] });
});
