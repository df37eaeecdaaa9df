import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { shared, skipWithout } from "../../../test/shared.ts";
import type { LoggedEpisode } from "../reader.ts";
import { readLog } from "../reader.ts";
import { knowagent } from "./knowagent.ts";

const LOGS = "alfworld/trajectories/knowagent_llama-2-13b_D0.jsonl.gz";
const GAME = "pick_and_place_simple-KeyChain-None-Drawer-208/trial_T1";
const HEAD = "You are in the middle of a room. You see a drawer 1.\nYour task is to: put some keychain on drawer.\n";

const read = (turns: string, over: object = {}) =>
  knowagent.read({ name: GAME, result: true, traj: HEAD + turns, ...over });

test("an episode: thoughts apart from actions, each action with its answer", () => {
  const turns = `> Think: First I need to find a keychain.
> ActionPath: Start
> go to drawer 1
The drawer 1 is closed.
> open drawer 1
You open the drawer 1. The drawer 1 is open. In it, you see nothing.
> Think: No keychain here
`;
  const episode: LoggedEpisode = {
    taskKey: GAME,
    claimed: "won",
    instruction: "put some keychain on drawer.",
    firstObservation: "You are in the middle of a room. You see a drawer 1.",
    steps: [
      {
        thought: "Think: First I need to find a keychain.\nActionPath: Start",
        action: "go to drawer 1",
        completion: "> Think: First I need to find a keychain.\n> ActionPath: Start\n> go to drawer 1",
        observation: "The drawer 1 is closed.",
      },
      {
        thought: "",
        action: "open drawer 1",
        completion: "> open drawer 1",
        observation: "You open the drawer 1. The drawer 1 is open. In it, you see nothing.",
      },
    ],
    unusedThoughts: 1,
  };
  assert.deepEqual(read(turns), episode);
  assert.deepEqual(read(turns.replaceAll("\n", "\r\n")), episode);
});

test("the log's claim", () => {
  const turns = "> look\nNothing happens.\n";
  assert.equal(read(turns, { result: false }).claimed, "lost");
  assert.equal(read(turns, { result: 0 }).claimed, "broken off");
});

test("what was sent to the world is an action, however odd", () => {
  for (const action of ["think", "Think", "ActionPath", "Task failed.", "", "think: aloud", "go to the > moon"]) {
    const { steps, unusedThoughts } = read(`> ${action}\nNothing happens.\n`);
    assert.deepEqual(steps, [{ thought: "", action, completion: `> ${action}`, observation: "Nothing happens." }]);
    assert.equal(unusedThoughts, 0);
  }
});

test("answers may be empty, have several lines, or be missing where the log broke off", () => {
  const { steps } = read("> look\nYou see:\n\na drawer\n> help\n\n> inventory\n");
  assert.deepEqual(
    steps.map(({ observation }) => observation),
    ["You see:\n\na drawer", "", null],
  );
});

test("the loop's answer to a thought is no observation", () => {
  const { steps } = read("> Think: hm\nOK.\n> look\nNothing happens.\n");
  assert.partialDeepStrictEqual(steps, [{ thought: "Think: hm", action: "look", observation: "Nothing happens." }]);
});

test("what cannot be understood says what was found and what was expected", () => {
  const fails = (row: unknown, message: RegExp) =>
    assert.throws(() => knowagent.read(row), { name: "CliError", message });
  const good = { name: GAME, result: true, traj: `${HEAD}> look\nNothing happens.\n` };
  fails([], /expected an object with name, result and traj, found a list/);
  fails(null, /found null/);
  fails({ ...good, name: 7 }, /name: expected a game such as .*, found 7/);
  fails({ ...good, name: "../../secret" }, /name: .*found "\.\.\/\.\.\/secret"/);
  fails({ ...good, result: 1 }, /result: expected true, false or 0, found 1/);
  fails({ ...good, result: undefined }, /result: .*found nothing/);
  fails({ ...good, traj: null }, /traj: expected the episode's text, found null/);
  fails({ ...good, traj: `${HEAD}> look\n\ud800` }, /half a surrogate pair/);
  fails({ ...good, traj: "> look\nNothing happens." }, /traj: expected the room, then a line "Your task is to: …"/);
  fails({ ...good, traj: HEAD }, /traj: expected at least one action, found none/);
  fails({ ...good, traj: `${HEAD}> Think: hm` }, /at least one action/);
  fails({ ...good, traj: `${HEAD}You see.\n> look` }, /traj, line 3: expected a turn that begins with ">", found "You/);
  fails({ ...good, traj: `${HEAD}> Think: hm\nYou see.\n> look` }, /traj, line 4: expected a turn/);
  fails(
    { ...good, traj: `${HEAD}> look\n> look\nYou see.` },
    /traj, line 3: expected an answer to "> look", found none; only the last/,
  );
  fails({ ...good, name: "x".repeat(500) }, /found "x{78}…$/);
});

test("whatever is written in the format is read back", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", " ", ">", "'", "é", ":"), minLength: 1, maxLength: 12 });
  const line = word.filter((text) => text.trim() === text && !text.startsWith(">") && text !== "OK.");
  const thought = fc.tuple(fc.constantFrom("Think:", "ActionPath:"), line).map((parts) => parts.join(" "));
  const step = fc.record({ thoughts: fc.array(thought, { maxLength: 3 }), action: line, observation: line });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), fc.array(thought, { maxLength: 2 }), (steps, last) => {
      const turns = steps.map(({ thoughts, action, observation }) =>
        [...thoughts.map((each) => `> ${each}`), `> ${action}`, observation].join("\n"),
      );
      const episode = read([...turns, ...last.map((each) => `> ${each}`), ""].join("\n"));
      assert.equal(episode.unusedThoughts, last.length);
      assert.deepEqual(
        episode.steps.map(({ thought, action, observation }) => ({ thought, action, observation })),
        steps.map(({ thoughts, action, observation }) => ({ thought: thoughts.join("\n"), action, observation })),
      );
      assert.equal(
        episode.steps
          .map(({ completion }) => completion)
          .join("\n")
          .includes("\n\n"),
        false,
      );
    }),
  );
});

test("what the logger leaves out, and nothing else, is left out of the world's text", () => {
  const { normalize } = knowagent;
  assert.equal(normalize("You arrive at loc 12. On the shelf 8, you see nothing."), "On the shelf 8, you see nothing.");
  assert.equal(normalize("You arrive at shelf 8. On the shelf 8, you see a cd 1."), "On the shelf 8, you see a cd 1.");
  const intro =
    "-= Welcome to TextWorld, ALFRED! =-\n\nYou are in the middle of a room.\n\nYour task is to: look at it.";
  assert.equal(normalize(intro), "You are in the middle of a room.");
  for (const text of ["Nothing happens.", "", "You see: You arrive at loc 1. x", " You arrive at loc 1. x"]) {
    assert.equal(normalize(text), text);
  }
});

test("all 510 published episodes are understood", { skip: skipWithout(LOGS) }, async () => {
  const count = {
    won: 0,
    lost: 0,
    "broken off": 0,
    "not told": 0,
    malformed: 0,
    steps: 0,
    withThought: 0,
    unusedThoughts: 0,
  };
  for await (const record of readLog(knowagent, shared(LOGS))) {
    if (record.kind === "malformed") {
      count.malformed += 1;
      continue;
    }
    const { claimed, steps, unusedThoughts } = record.episode;
    count[claimed] += 1;
    count.steps += steps.length;
    count.withThought += steps.filter(({ thought }) => thought).length;
    count.unusedThoughts += unusedThoughts;
    assert(steps.every(({ observation }) => observation !== null && observation !== ""));
  }
  assert.deepEqual(count, {
    won: 134,
    lost: 256,
    "broken off": 120,
    "not told": 0,
    malformed: 0,
    steps: 9000,
    withThought: 7360,
    unusedThoughts: 1341,
  });
});
