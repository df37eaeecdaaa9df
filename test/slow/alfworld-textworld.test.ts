/**
 * Random walks through games that nobody recorded, beside the real TextWorld: what both say must be the same to the
 * letter. Half of the walks begin with a part of the game's solution, so that late states are seen too; every fifth is
 * in an older release's domain and grammar.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { installTextWorld, startTextWorld } from "../../bench/python/textworld.ts";
import { type Random, random } from "../../src/core/random.ts";
import type { Task } from "../../src/core/task.ts";
import { alfworld } from "../../src/worlds/alfworld/index.ts";
import { alfworldGames, shared, skipWithout } from "../shared.ts";

/** Each split and type once, and two more. TextWorld takes seconds to load a game; GLEANER_TEXTWORLD_GAMES=50 asks for more. */
const GAMES = Number(process.env.GLEANER_TEXTWORLD_GAMES ?? 20);
const STEPS = 15;
const ODD_ACTIONS = ["", "  look\u2003", "\u001finventory", "LOOK", "go to nowhere 1", "take", "you\u0000 ünderstand?"];

const folder = mkdtempSync(join(tmpdir(), "gleaner-textworld-"));
after(() => rmSync(folder, { recursive: true }));

const [python, skip] = await textWorldOr(skipWithout("alfworld/json_2.1.1.tar.xz"));

async function textWorldOr(skip: string | false): Promise<[python: string, skip: string | false]> {
  if (skip) return ["", skip];
  try {
    return [await installTextWorld(), false];
  } catch (error) {
    if (process.env.CI) throw error;
    return ["", `needs TextWorld (python3, pip): ${(error as Error).message.split("\n")[0]}`];
  }
}

test(`${GAMES} random walks are the same in TextWorld`, { skip }, async (context) => {
  const data = alfworldGames();
  const logic = shared("alfworld/logic-0.3");
  const worlds = { new: await alfworld({ data }), old: await alfworld({ data, logic }) };
  const tasks = await freshTasks(await Promise.all(worlds.new.splits.map((split) => worlds.new.tasks(split))));
  const textWorld = startTextWorld(python);
  context.after(() => textWorld.close());
  let compared = 0;
  for (const [index, task] of tasks.entries()) {
    const draw = random("alfworld textworld", task.id);
    const isOld = index % 5 === 4;
    const file = join(data, (task.data as { game: string }).game);
    const { walkthrough } = JSON.parse(readFileSync(file, "utf8")) as { walkthrough: readonly string[] };
    const start = index % 2 === 0 ? walkthrough.slice(0, draw.integer(walkthrough.length)) : [];
    const environment = await worlds[isOld ? "old" : "new"].open();
    let observation = await environment.reset(task, 0);
    let won = false;
    let expected = await textWorld.load(isOld ? inOldLogic(file, logic, task) : file);
    for (let step = 0; ; step++) {
      const where = `${task.id}, step ${step}`;
      const listed = (await environment.actions())!;
      assert.deepEqual({ observation, admissible: listed, won }, withoutTime(expected), where);
      compared += 1;
      if (step === STEPS) break;
      const action =
        start[step]?.replace(/^move (.*) to (.*)$/, isOld ? "put $1 in/on $2" : "$&") ?? choose(listed, draw);
      const result = await environment.step(action);
      observation = result.observation;
      won = result.terminated;
      expected = await textWorld.step(action);
    }
  }
  context.diagnostic(`${compared} states compared`);
  assert.equal(compared, GAMES * (STEPS + 1));
});

/** Every split and type in turn. */
async function freshTasks(splits: readonly (readonly Task[])[]): Promise<Task[]> {
  const groups = splits.flatMap((tasks) => [...Map.groupBy(tasks, (task) => task.category).values()]);
  const shuffled = groups.map((tasks, index) => random("alfworld textworld", index).shuffle(tasks));
  const rounds = Array.from({ length: GAMES }, (_, round) => shuffled.map((tasks) => tasks[round]));
  return rounds
    .flat()
    .filter((task) => task !== undefined)
    .slice(0, GAMES);
}

/** Any kind of action as likely as any other, and now and then one that is none. */
function choose(listed: readonly string[], draw: Random): string {
  if (draw.next() < 0.1) return draw.pick(ODD_ACTIONS);
  const kinds = [...Map.groupBy(listed, (action) => action.split(" ")[0]).values()];
  return draw.pick(draw.pick(kinds));
}

/** A copy of the game as the older release would have made it. */
function inOldLogic(file: string, logic: string, task: Task): string {
  const game = JSON.parse(readFileSync(file, "utf8"));
  const [domain, grammar] = ["alfred.pddl", "alfred.twl2"].map((name) => readFileSync(join(logic, name), "utf8"));
  const copy = join(folder, "game.tw-pddl");
  const changed = { ...game, pddl_domain: domain, grammar: grammar!.replace("UNKNOWN GOAL.", () => task.instruction) };
  writeFileSync(copy, JSON.stringify(changed));
  return copy;
}

const withoutTime = <T extends { ms: number }>({ ms: _, ...answer }: T): Omit<T, "ms"> => answer;
