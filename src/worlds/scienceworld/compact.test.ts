import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readJsonLines, skipWithout } from "../../../test/shared.ts";
import { compactRendering as compact } from "./compact.ts";

test("a room in few words: what contains something has it in brackets, doors come last", () => {
  const room = [
    "This room is called the kitchen. In it, you see: ",
    "\tthe agent",
    "\ta substance called air",
    "\ta counter. On the counter is: a bowl (containing a red apple, an orange), a drawer.",
    "\ta cupboard. The cupboard door is closed. ",
    "\ta large cupboard. The large cupboard door is open. In the large cupboard is: nothing.",
    "\ta glass jar (containing a substance called sodium chloride)",
    "\ta sink, which is turned off. In the sink is: nothing.",
    "\ta pea plant in the adult stage with a tall height",
    "\ta thermometer, currently reading a temperature of -10 degrees celsius",
    "You also see:",
    "\tA door to the art studio (that is open)",
    "",
  ];
  assert.equal(
    compact.observation(room.join("\n")),
    "kitchen : counter ( bowl ( red_apple orange ) drawer ) cupboard closed large_cupboard open " +
      "glass_jar ( sodium_chloride ) sink off pea_plant adult tall thermometer -10 : art_studio open",
  );
});

test("answers in few words", () => {
  const answers = {
    "You move to the hallway.": "ok",
    "The stove is now activated.": "ok",
    "(disconnecting orange)You move the orange to the workshop.": "ok",
    "The door is already open.": "already",
    "No known action matches that input.": "unknown",
    "the thermometer measures a temperature of 13 degrees celsius": "thermometer 13",
    "an inclined plane B, with: a brick approximately 9% down the plane": "inclined_plane_b brick 9",
    "a stopwatch, which is deactivated. The time reads 22 ticks.": "stopwatch deactivated 22",
    "Bread and peanuts mix to produce a peanut butter sandwich.": "made peanut_butter_sandwich",
    "liquid unknown substance T": "liquid_unknown_substance_t",
    "a substance called air": "nothing",
    "In your inventory, you see:\n\tan orange\n\ta thermometer, currently reading a temperature of 4 degrees celsius\n":
      "inventory : orange thermometer 4",
    "The orange was delicious.": "orange was delicious",
    "Ambiguous request: Please enter the number for the action you intended (or blank to cancel):\n0:\tmove seed (in pot) to sink\n1:\tmove seed (in jar) to sink\n":
      "which 0 1",
  };
  for (const [text, short] of Object.entries(answers)) assert.equal(compact.observation(text), short);
});

test("actions as a verb and names of one word each", () => {
  const actions = {
    "open door to art studio": "open_door art_studio",
    "go to living room": "go living_room",
    "pick up metal pot": "take metal_pot",
    "move apple seed in seed jar to flower pot 2": "move apple_seed_in_seed_jar flower_pot_2",
    "connect door to kitchen to black wire terminal 1": "connect door_to_kitchen black_wire_terminal_1",
    "use thermometer on substance in metal pot": "use thermometer substance_in_metal_pot",
    "use stopwatch": "use stopwatch",
    "look around": "look",
    "reset task": "reset",
    wait1: "wait1",
    "0": "0",
    "frobnicate the_thing": "frobnicate the_thing",
  };
  for (const [action, short] of Object.entries(actions)) {
    assert.equal(compact.action(action), short);
    assert.equal(compact.parse(short), action);
  }
});

test("what cannot be told in short is left as it is", () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9 _().'-]{1,20}$/);
  const verbs = ["open", "go to", "use", "move", "pick up", "connect", "focus on", "wait", ""];
  fc.assert(
    fc.property(
      fc.constantFrom(...verbs),
      name,
      fc.constantFrom("", " to ", " on ", " into "),
      name,
      (verb, x, by, y) => {
        const action = `${verb} ${x}${by}${by && y}`;
        const short = compact.action(action);
        assert(short === action || compact.parse(short) === action, action);
      },
    ),
  );
});

test("every recorded text is rendered, an observation by four words on average", {
  skip: skipWithout("scienceworld/golden"),
}, () => {
  type Episode = { readonly task: string; readonly desc: string; readonly steps: { a: string; o?: string }[] };
  const [, ...episodes] = readJsonLines<Episode>("scienceworld/golden/episodes_1.2.3.jsonl.gz");
  const lengths: number[] = [];
  for (const { steps } of episodes) {
    for (const { a, o } of steps) {
      assert.equal(compact.parse(compact.action(a)), a);
      if (o === undefined) continue;
      const words = compact.observation(o).split(" ");
      assert(words.every((word) => word !== ""));
      lengths.push(words.length);
    }
  }
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  assert(mean < 5, `${mean} words an observation`);
  assert(Math.max(...lengths) <= 120);
});
