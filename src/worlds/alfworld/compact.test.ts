// The compact rendering on everything that was recorded: nothing a student needs is lost, nothing else is kept.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyCharacter } from "../../../test/any-character.ts";
import { readJsonLines, skipWithout } from "../../../test/shared.ts";
import type { Task } from "../../core/task.ts";
import { compactRendering } from "./compact.ts";

const EPISODES = "alfworld/golden/textworld_episodes.jsonl.gz";
const LOGS = "alfworld/trajectories/knowagent_llama-2-13b_D0.jsonl.gz";
const current = compactRendering("new");
const old = compactRendering("old");

interface Episode {
  readonly observation: string;
  readonly admissible: readonly string[];
  readonly steps: readonly { readonly observation: string; readonly admissible: readonly string[] }[];
}

test("actions, observations and instructions in compact words", () => {
  const actions = [
    ["go to shelf 8", "go shelf_8"],
    ["take keychain 1 from sidetable 1", "take keychain_1 sidetable_1"],
    ["move keychain 1 to drawer 10", "put keychain_1 drawer_10"],
    ["heat egg 2 with microwave 1", "heat egg_2 microwave_1"],
    ["use desklamp 1", "use desklamp_1"],
    ["inventory", "inventory"],
  ] as const;
  for (const [action, compact] of actions) {
    assert.equal(current.action(action), compact);
    assert.equal(current.parse(compact), action);
  }
  assert.equal(old.action("put keychain 1 in/on drawer 10"), "put keychain_1 drawer_10");
  assert.equal(old.parse("put keychain_1 drawer_10"), "put keychain 1 in/on drawer 10");

  const observations = [
    ["On the shelf 8, you see a remotecontrol 3.", "remotecontrol_3"],
    ["You arrive at shelf 8. On the shelf 8, you see a cd 3, and a pen 1.", "cd_3 pen_1"],
    ["You arrive at loc 21. On the shelf 8, you see a cd 3, a pen 12, and a pen 1.", "cd_3 pen_12 pen_1"],
    ["You arrive at shelf 8. On the shelf 8, you see nothing.", "nothing"],
    ["You arrive at safe 1. The safe 1 is closed.", "closed"],
    ["The safe 1 is open. In it, you see nothing.", "nothing"],
    ["You open the safe 1. The safe 1 is open. In it, you see a cd 3, and a pen 1.", "cd_3 pen_1"],
    ["You close the safe 1.", "ok"],
    ["You pick up the cd 3 from the safe 1.", "ok"],
    ["You put the cd 3 in/on the safe 1.", "ok"],
    ["You move the cd 3 to the safe 1.", "ok"],
    ["You cool the egg 1 using the fridge 1.", "ok"],
    ["You turn on the desklamp 1.", "ok"],
    ["Nothing happens.", "failed"],
    ["You are carrying: a cd 3.", "cd_3"],
    ["You are not carrying anything.", "nothing"],
    ["You are facing the shelf 8, and desk 1. Next to it, you see a cd 3.", "facing shelf_8 desk_1 cd_3"],
    ["You are facing the shelf 8. Next to it, you see nothing.", "facing shelf_8"],
    ["This is a hot and clean sliced apple 1.", "hot clean sliced"],
    ["This desklamp 1 is on.", "on"],
    ["There's nothing special about cd 3.", "plain"],
    ["This is a normal bowl 1. In it, you see a keychain 2.", "keychain_2"],
    ["", ""],
  ] as const;
  for (const [text, compact] of observations) assert.equal(current.observation(text), compact, text);

  const instructions = [
    ["put some keychain on drawer.", "put keychain drawer"],
    ["put a clean ladle in countertop.", "put clean ladle countertop"],
    ["cool some mug and put it in coffeemachine.", "cool mug put coffeemachine"],
    ["find two cd and put them in safe.", "find two cd put safe"],
    ["look at alarmclock under the desklamp.", "look alarmclock desklamp"],
  ] as const;
  for (const [instruction, compact] of instructions) {
    assert.equal(current.instruction({ instruction } as Task), compact);
  }
});

test("the introduction becomes the receptacles in order, with or without the frame", () => {
  const list = "You are in the middle of a room. Looking quickly around you, you see a bed 1, a desk 12, and a safe 1.";
  for (const text of [list, `-= Welcome to TextWorld, ALFRED! =-\n\n${list}\n\nYour task is to: put a cd in safe.`]) {
    assert.equal(current.observation(text), "bed_1 desk_12 safe_1");
  }
});

test("every recorded command survives, every recorded observation is understood", {
  skip: skipWithout(EPISODES),
}, () => {
  for (const episode of readJsonLines<Episode>(EPISODES)) {
    for (const { observation, admissible } of [episode, ...episode.steps]) {
      for (const action of admissible) {
        const compact = current.action(action);
        assert.match(compact, /^[a-z]+( [a-z]+_\d+)*$/, action);
        assert.equal(current.parse(compact), action);
      }
      assert.match(
        current.observation(observation),
        /^(nothing|ok|closed|failed|help|plain|on|off|((hot|cool|cold|clean|sliced) ?)+|(facing )?([a-z]+_\d+ ?)+)$/,
        observation,
      );
    }
  }
});

test("logged observations and the engine's own have one rendering", { skip: skipWithout(LOGS) }, () => {
  for (const { traj } of readJsonLines<{ traj: string }>(LOGS)) {
    for (const line of traj.split("\n")) {
      if (line.startsWith("> ")) {
        const action = line.slice(2);
        const isPut = / in\/on /.test(action);
        if (isPut) assert.equal(old.parse(old.action(action)), action);
      } else if (/^(On|The) /.test(line)) {
        assert.equal(old.observation(`You arrive at loc 4. ${line}`), old.observation(line), line);
      }
    }
  }
});

test("any text has a rendering on one line, and no text breaks the parser", () => {
  const text = fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc.constantFrom("constructor", "go __proto__", "put a_1", "go a_1_2"),
  );
  fc.assert(
    fc.property(text, (any) => {
      assert.match(current.observation(any), /^(\S+( \S+)*)?$/);
      assert.equal(typeof current.parse(current.action(any)), "string");
      assert.equal(typeof current.parse(any), "string");
    }),
  );
  assert.equal(current.parse("go to the moon"), "go to the moon");
  assert(current.observation("x ".repeat(1e6)).length < 1000);
});
