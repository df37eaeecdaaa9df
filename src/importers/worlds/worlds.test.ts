// What is known of the worlds agrees with the worlds themselves and with what ETO's and AgentGym's files say.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { corridor } from "../../../test/corridor.ts";
import { shared, skipWithout } from "../../../test/shared.ts";
import { findKind, TASK_KINDS } from "../../worlds/scienceworld/tasks.ts";
import { ALFWORLD } from "./alfworld.ts";
import { agentgymKey, etoKey, SCIENCEWORLD } from "./scienceworld.ts";
import { WEBSHOP } from "./webshop.ts";
import { safeKey } from "./world.ts";
import { worldOf } from "./worlds.ts";

const ETO_NUMBERS = "splits/eto/sciworld_taskname2id.json";

test("ETO's numbers of ScienceWorld's tasks are those of its file", { skip: skipWithout(ETO_NUMBERS) }, () => {
  const numbers = JSON.parse(readFileSync(shared(ETO_NUMBERS), "utf8")) as Record<string, number>;
  for (const [name, number] of Object.entries(numbers)) {
    const key = etoKey(`${number}_7`);
    if (number <= 24) assert.equal(key, `${findKind(name)!.name}/7`);
    else assert.equal(key, undefined);
  }
  for (const id of ["5_1", "99_1", "1_x", "1", "-1_2", "1_1234567"]) assert.equal(etoKey(id), undefined);
});

test("AgentGym's indices count the variations of the benchmark's tasks but those of seven", () => {
  const without = /^(?:grow-plant|grow-fruit|inclined-plane|mendelian)/;
  const variations = TASK_KINDS.filter(({ name }) => !without.test(name)).flatMap(({ name, variations: count }) =>
    Array.from({ length: count }, (_, variation) => `${name}/${variation}`),
  );
  assert.deepEqual(
    variations.map((_, index) => agentgymKey(index)),
    variations,
  );
  assert.equal(agentgymKey(variations.length), undefined);
});

test("openings: the goal and the first observation, as the world and as gleaner tell them", () => {
  const room = "You are in the middle of a room. Looking quickly around you, you see a desk 1.";
  const introduction = `-= Welcome to TextWorld, ALFRED! =-\n\n${room}\n\nYour task is to: put some mug on desk.`;
  for (const told of [
    introduction,
    `put some mug on desk.\n\n${introduction}`,
    `${room}\nYour task is to: put some mug on desk.`,
  ]) {
    const { instruction, firstObservation } = ALFWORLD.opening(told)!;
    assert.equal(instruction, "put some mug on desk.");
    assert.equal(ALFWORLD.normalize(firstObservation!), room);
  }
  assert.equal(ALFWORLD.opening(room), undefined);
  assert.equal(
    ALFWORLD.normalize("You arrive at loc 4. On the desk 1, you see a mug 2."),
    "On the desk 1, you see a mug 2.",
  );

  const goal = "Your task is to boil water. First, focus on it.";
  const hallway = "This room is called the hallway.\nYou also see:\n\tA door";
  const expected = { instruction: goal, firstObservation: hallway };
  for (const told of [`${goal}\n${hallway}`, `${goal}\n\n${hallway}\n`, `Task Description:\n${goal}\n${hallway}`])
    assert.deepEqual(SCIENCEWORLD.opening(told), expected);
  assert.deepEqual(SCIENCEWORLD.opening(goal), { ...expected, firstObservation: null });
  assert.equal(SCIENCEWORLD.opening(hallway), undefined);

  const page = "WebShop [SEP] Instruction: [SEP] a mug [SEP] Search";
  for (const told of [page, `a mug\n\n${page}`, `${page}\n`])
    assert.deepEqual(WEBSHOP.opening(told), { instruction: "a mug", firstObservation: page });
  const rich = "WebShop\nInstruction: \na mug\n[button] Search [button_]";
  assert.deepEqual(WEBSHOP.opening(rich), { instruction: "a mug", firstObservation: rich });
  assert.equal(WEBSHOP.opening("Instruction: [SEP] a mug [SEP] Back to Search"), undefined);
  assert.deepEqual(worldOf(corridor).opening("go.\n\nA hall."), { instruction: "go.", firstObservation: "A hall." });
});

test("names of tasks: ids, paths of games and the numbers of others; nothing that leads out of a folder", () => {
  const game = "pick_and_place_simple-Mug-None-Desk-308/trial_T20190907_1";
  for (const name of [
    `/data/json_2.1.1/train/${game}/game.tw-pddl`,
    game,
    game.replace("/", "_"),
    `alfworld/train/${game}`,
  ])
    assert.equal(ALFWORLD.taskKey(name), game);
  assert.equal(ALFWORLD.taskKey("alfworld_3"), undefined);
  assert.equal(SCIENCEWORLD.taskKey("sciworld_31"), "melt/1");
  assert.equal(SCIENCEWORLD.taskKey("scienceworld/boil/3"), "boil/3");
  assert.equal(SCIENCEWORLD.taskKey("task-2a-test-conductivity/3"), "task-2a-test-conductivity/3");
  assert.equal(WEBSHOP.taskKey("webshop_6"), "synthetic/6");
  assert.equal(WEBSHOP.taskKey("webshop/human/6#seed-3"), "human/6#seed-3");
  const { taskKey } = worldOf(corridor);
  for (const id of ["corridor/train/halls/3", "corridor/3", "corridor/train/Halle größer: 3 #b"])
    assert.equal(taskKey(id), id, "an id that the world made stays as it is");
  for (const id of ["halls/3", "corridor/../x", "corridor/a/..\\\\b", "corridor/\u0000"])
    assert.equal(taskKey(id), undefined);
  for (const name of ["../x", "a/../b", "/etc", "a//b", "", "a\u0000b", "a b"]) assert.equal(safeKey(name), undefined);
});

test("ALFWorld's two releases are told apart by the first words that differ", () => {
  const [older, newer] = ["put OBJECT in/on RECEPTACLE", "move OBJECT to RECEPTACLE"];
  const adviceOn = (action: string, expected: string, got: string, rules: string) => {
    const step = { thought: "", action, completion: action, observation: expected };
    const log = { taskKey: null, instruction: "", firstObservation: null, steps: [step], unusedThoughts: 0 } as const;
    return ALFWORLD.advice!({ step: 0, log: { ...log, claimed: "not told" }, instruction: "", expected, got, rules });
  };
  const [at5, atDesk] = [
    "You arrive at loc 5. On the desk 1, you see nothing.",
    "You arrive at desk 1. You see nothing.",
  ];
  for (const [action, expected, got] of [
    ["go to desk 1", at5, atDesk],
    ["put mug 1 in/on desk 1", "You put the mug 1 in/on the desk 1.", "Nothing happens."],
    ["put mug 1 in/on desk 1", "done", "Nothing happens."],
  ] as const) {
    assert.match(adviceOn(action, expected, got, newer)!, /alfworld 0\.3 or older .*: add --logic DIR, .*tag 0\.3\.5$/);
    assert.equal(adviceOn(action, expected, got, older), undefined, "the world is of that release already");
  }
  for (const [action, expected, got] of [
    ["go to desk 1", atDesk, at5],
    ["move mug 1 to desk 1", "You move the mug 1 to the desk 1.", "Nothing happens."],
  ] as const) {
    assert.match(adviceOn(action, expected, got, older)!, /alfworld 0\.4 or newer .*: leave out --logic/);
    assert.equal(adviceOn(action, expected, got, newer), undefined);
  }
  assert.equal(adviceOn("open desk 1", "You open the desk 1.", "Nothing happens.", newer), undefined);
});

test("ScienceWorld: spaces at line ends make no difference; closed in the log and open in the world names openContainers", () => {
  const room =
    "This is the kitchen.\n\ta cupboard. The cupboard door is closed. \n\ta fridge. The fridge door is closed. \n";
  const cut =
    "This is the kitchen.\r\n\ta cupboard. The cupboard door is closed.\r\n\ta fridge. The fridge door is closed.";
  for (const text of [SCIENCEWORLD.normalize, SCIENCEWORLD.spacing!]) {
    assert.equal(text(room), text(cut));
    assert.notEqual(text(room), text(room.replace("\tA", "A").replace("\ta", "a")), "spaces that begin a line count");
    assert.notEqual(text(room), text(room.replace("a cupboard", "a  cupboard")));
  }
  const log = {
    taskKey: null,
    instruction: "",
    firstObservation: null,
    steps: [],
    unusedThoughts: 0,
    claimed: "not told",
  } as const;
  const adviceOn = (expected: string, got: string) =>
    SCIENCEWORLD.advice!({ step: -1, log, instruction: "", rules: "", expected, got })!;
  const open = room.replaceAll("is closed. ", "is open. In it is: nothing.");
  assert.match(
    adviceOn(room, open),
    /^what is closed in the log is open in the world: releases of ScienceWorld before 1\.2\.3 ignore/,
  );
  for (const [expected, got] of [
    [open, room],
    [room, room.replace("fridge", "freezer")],
    [room, "This is the hallway."],
  ] as const)
    assert.match(adviceOn(expected, got), /^the first rooms differ/);
});
