// Tasks, ids and bad input: what a user can get wrong is said in one line; nothing outside the data folder is read.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { anyCharacter } from "../../../test/any-character.ts";
import { environmentContract } from "../../../test/contract/environment.ts";
import { alfworldGames, shared, skipWithout } from "../../../test/shared.ts";
import { CliError, EnvironmentError } from "../../core/errors.ts";
import type { TaskId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import type { Task } from "../../core/task.ts";
import { alfworld } from "./index.ts";

const skip = skipWithout("alfworld/json_2.1.1.tar.xz");
const folder = mkdtempSync(join(tmpdir(), "gleaner-alfworld-test-"));
after(() => rmSync(folder, { recursive: true }));

environmentContract("alfworld", () => alfworld({ data: alfworldGames() }), { skip, refusal: /^Nothing happens\.$/ });
environmentContract(
  "alfworld, older logic",
  () => alfworld({ data: alfworldGames(), logic: shared("alfworld/logic-0.3") }),
  { skip, refusal: /^Nothing happens\.$/, runs: 20 },
);

const open = () => alfworld({ data: alfworldGames() });

test("the splits hold the games of the release", { skip }, async () => {
  const benchmark = await open();
  const sizes = await Promise.all(
    benchmark.splits.map(async (split) => [split, (await benchmark.tasks(split)).length]),
  );
  assert.deepEqual(Object.fromEntries(sizes), { train: 3553, valid_seen: 140, valid_unseen: 134, valid_train: 200 });
  const [first] = (await benchmark.tasks("valid_unseen")).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  assert.deepEqual(first, {
    id: "alfworld/valid_unseen/look_at_obj_in_light-AlarmClock-None-DeskLamp-308/trial_T20190908_222917_366542",
    split: "valid_unseen",
    category: "look_at_obj_in_light",
    instruction: "examine the alarmclock with the desklamp.",
    data: {
      game: "valid_unseen/look_at_obj_in_light-AlarmClock-None-DeskLamp-308/trial_T20190908_222917_366542/game.tw-pddl",
    },
  });
});

test("the folder above the games will do; any other folder is named in the error", { skip }, async () => {
  symlinkSync(alfworldGames(), join(folder, "json_2.1.1"));
  const benchmark = await alfworld({ data: folder });
  const kinds = (await benchmark.tasks("train")).slice(0, 100).map(({ category }) => category);
  assert.equal(new Set(kinds).size, 6, "the first hundred are of every kind");
  assert.equal((await benchmark.tasks("valid_unseen")).length, 134);
  const empty = join(folder, "empty");
  mkdirSync(empty);
  for (const data of [empty, join(folder, "nowhere")]) {
    await assert.rejects(alfworld({ data }), (error: Error) => {
      assert(error instanceof CliError);
      assert(error.message.startsWith(`${data}: expected the folder of ALFWorld's games`));
      return error.message.includes("alfworld-download");
    });
  }
  await assert.rejects(alfworld({ data: alfworldGames(), logic: empty }), {
    name: "CliError",
    message: /alfred\.pddl and alfred\.twl2/,
  });
  await assert.rejects(alfworld({ data: alfworldGames(), maxSteps: 0 }), CliError);
});

test("kinds of task can be chosen", { skip }, async () => {
  const tasks = await (
    await alfworld({ data: alfworldGames(), tasks: ["pick_two_obj_and_place", "look_at_obj_in_light"] })
  ).tasks("valid_seen");
  const counts = Object.groupBy(tasks, ({ category }) => category);
  assert.deepEqual(Object.keys(counts).sort(), ["look_at_obj_in_light", "pick_two_obj_and_place"]);
  assert.equal(tasks.length, 13 + 24);
});

test("the instruction of a task is what the game says the task is", { skip }, async () => {
  const benchmark = await open();
  const [task] = await benchmark.tasks("valid_seen");
  const environment = await benchmark.open();
  const instruction = 'look at {o.name} #task# "under" \\n the [desklamp]';
  const text = await environment.reset({ ...task!, instruction }, 0);
  assert(text.endsWith(`\n\nYour task is to: ${instruction}`));
});

test("no id leads out of the data folder", { skip }, async () => {
  const benchmark = await open();
  const [task] = await benchmark.tasks("valid_seen");
  const [, , type, trial] = task!.id.split("/");
  const piece = fc.constantFrom(
    "..",
    ".",
    "",
    "valid_seen",
    "alfworld",
    type!,
    trial!,
    "\0",
    "~",
    "\\..\\",
    "constructor",
  );
  const ids = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join("/"));
  await fc.assert(
    fc.asyncProperty(fc.oneof(ids, fc.string({ unit: anyCharacter })), async (id) => {
      fc.pre(id !== task!.id);
      await assert.rejects(benchmark.task(id as TaskId), CliError);
    }),
  );
  const environment = await benchmark.open();
  for (const game of ["../x", "/etc/passwd", "train/../../x", "a\0b", "", 3, null]) {
    await assert.rejects(environment.reset({ ...task!, data: { game } } as Task, 0), EnvironmentError);
  }
});

test("huge and odd actions are answered", { skip }, async () => {
  const benchmark = await open();
  const [task] = await benchmark.tasks("valid_seen");
  const environment = await benchmark.open();
  await environment.reset(task!, 0);
  for (const action of ["x".repeat(5e6), " ".repeat(5e6), "\ud800", "look\0", "__proto__", "go to", "LOOK"]) {
    assert.equal((await environment.step(action)).observation, "Nothing happens.");
  }
  assert.match((await environment.step(" \n\u001f\u2003look\t")).observation, /^You are in the middle of a room/);
});

test("a snapshot that this world did not make is refused", { skip }, async () => {
  const benchmark = await open();
  const [task] = await benchmark.tasks("valid_seen");
  const environment = await benchmark.open();
  await environment.reset(task!, 0);
  const snapshot = { kind: "state", taskId: task!.id, observation: "" } as const;
  const states: readonly Json[] = [
    null,
    [],
    "x",
    { holds: [[1]] },
    { holds: [[0, 1e9]] },
    { holds: 1 },
    { pickupable: [[0]] },
  ];
  for (const state of states) {
    await assert.rejects(environment.restore(task!, { ...snapshot, state }), EnvironmentError, JSON.stringify(state));
  }
});

test("what is wrong with a game is said", { skip }, async () => {
  const source = await open();
  const [task] = await source.tasks("valid_unseen");
  const { game } = task!.data as { game: string };
  const whole = JSON.parse(readFileSync(join(alfworldGames(), game), "utf8"));
  const data = join(folder, "wrong");
  mkdirSync(join(data, game, ".."), { recursive: true });
  const change = (key: string, from: string, to: string) => ({ ...whole, [key]: whole[key].replace(from, to) });
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ ...whole, grammar: 3 }, /expected a game with a text "grammar"/],
    [change("pddl_domain", "(define", "(refine"), /pddl_domain: expected "\(define \(domain …\) …\)", got \(refine/],
    [change("pddl_domain", "(atLocation ?a ?l)", "(isAt ?a ?l)"), /action look: unknown predicate "isat"/],
    [change("pddl_domain", "(atLocation ?a ?l)", "(atLocation ?a ?x)"), /action look: unknown variable \?x/],
    [change("pddl_domain", "(atLocation ?a ?l)", "(atLocation ?a)"), /expected 2 terms after "atlocation", got 1/],
    [change("pddl_problem", "(:init", "((:init"), /pddl_problem: expected 1 more "\)" at the end/],
    [change("pddl_problem", "(:goal", ") (:goal"), /pddl_problem: expected the end of the text|expected one list/],
    [
      change("pddl_problem", "(:init", "(:init (pickupable nobody)"),
      /"nobody" in \(pickupable nobody\) is no declared object/,
    ],
    [change("pddl_problem", "(:init", "(:init (pickupable)"), /expected 1 objects in \(pickupable\)/],
    [change("pddl_problem", "agent1 - agent", "agent1 - robot"), /agent1 is of type "robot"/],
    [change("pddl_problem", "(:goal", "(:aim"), /cannot read :aim/],
    [change("grammar", "holdsany(a:agent)", "holding(a:agent)"), /grammar: unknown predicate "holding"/],
    [change("grammar", "holdsany(a:agent)", "holdsany(a:agent"), /grammar: expected predicate\(variable:type, …\)/],
    [change("grammar", "#look-variations#", "#looks#"), /grammar: expected a rule "looks"/],
    [change("grammar", "{o.indefinite + ' ' + o.name |", "{o.weight |"), /expected 'text' or variable\.name\|id/],
    [change("grammar", 'template :: "open {r}";', ""), /expected a template and a feedback in action OpenObject/],
    [change("grammar", "Your task is to: ", "Task: "), /expected a rule with the sentence "Your task is to: …"/],
    [change("grammar", "#list_appliances#", "#look.feedback#"), /does not come to an end/],
  ];
  for (const [damaged, message] of cases) {
    writeFileSync(join(data, game), JSON.stringify(damaged));
    const play = async () => {
      const environment = await (await alfworld({ data })).open();
      await environment.reset(task!, 0);
    };
    await assert.rejects(play, (error: Error) => {
      assert(error instanceof CliError, String(error.stack));
      assert(error.message.startsWith(join(data, game)), error.message);
      assert.match(error.message, message);
      return true;
    });
  }
});
