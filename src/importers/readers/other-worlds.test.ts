// ETO's and AgentGym's conversations of ALFWorld and ScienceWorld. There are no files of theirs here: the examples are built
// after their sources, and published ALFWorld episodes are written as they would be.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importing } from "../../../test/importing.ts";
import { type LogRow, scratchFolder } from "../../../test/logs.ts";
import { alfworldGames, readJsonLines, shared, skipWithout } from "../../../test/shared.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { alfworld } from "../../worlds/alfworld/index.ts";
import type { LogReader } from "../reader.ts";
import { agentgymAlfworld, agentgymScienceworld } from "./agentgym.ts";
import { etoAlfworld, etoScienceworld } from "./eto.ts";
import { knowagent } from "./knowagent.ts";

const { write } = scratchFolder();
const conversation = (...values: readonly string[]) =>
  values.map((value, index) => ({ from: index % 2 === 0 ? "human" : "gpt", value }));
const ROOM = "You are in the middle of a room. Looking quickly around you, you see a desk 1.";
const CONSENT = "OK. I'll follow your instructions and try my best to solve the task.";
const GOAL = "Your task is to boil water.";
const HALLWAY = "This room is called the hallway.";

const etoGame = {
  game_file: "/data/json_2.1.1/train/pick_x-Mug-None-Desk-308/trial_T1_2/game.tw-pddl",
  conversations: conversation(
    "Interact with a household …",
    "OK",
    `${ROOM}\n\nYour task is to: put some mug on desk.`,
    "Thought: I look.\nAction: go to desk 1",
    "Observation: On the desk 1, you see nothing.",
    "Action: inventory",
  ),
};

test("ETO on ALFWorld: the game by its folder, the goal by its line", () => {
  const { taskKey, instruction, steps, claimed } = etoAlfworld.read(etoGame);
  assert.deepEqual([taskKey, instruction], ["pick_x-Mug-None-Desk-308/trial_T1_2", "put some mug on desk."]);
  assert.deepEqual(steps[0], {
    thought: "I look.",
    action: "go to desk 1",
    completion: "Thought: I look.\nAction: go to desk 1",
    observation: "On the desk 1, you see nothing.",
  });
  assert.equal(claimed, "not told");
  assert.deepEqual(etoAlfworld.read({ ...etoGame, reward: true }).end, { return: 1, terminated: true });
});

test("ETO on ScienceWorld: the task by its number, the first room not told, raw scores", () => {
  const conversations = conversation(
    "You are …",
    "OK",
    GOAL,
    "Thought: a\nAction: look around",
    `Observation: ${HALLWAY}`,
  );
  const episode = etoScienceworld.read({ id: "3_7", conversations, reward: 0.08 });
  assert.partialDeepStrictEqual(episode, { taskKey: "melt/7", instruction: GOAL, firstObservation: null });
  assert.partialDeepStrictEqual(episode, { claimed: "lost", end: { return: 8 }, settings: "simplifications easy" });
  assert.match(
    etoScienceworld.advice!({ step: 0, log: episode, instruction: GOAL, expected: "a", got: "b", rules: "" })!,
    /the log says simplifications easy/,
  );
});

test("AgentGym: available actions are no part of an observation, scores go up to 100", () => {
  const start = `${ROOM}\nYour task is to: put some mug on desk.\nAVAILABLE ACTIONS: look,inventory`;
  const conversations = conversation("…", CONSENT, start, "Thought:\na\n\nAction:\nlook", "You see a desk 1.");
  const game = agentgymAlfworld.read({ item_id: "alfworld_3", conversations, reward: 0, success: 0 });
  assert.partialDeepStrictEqual(game, { taskKey: null, instruction: "put some mug on desk.", claimed: "lost" });
  assert.equal(game.firstObservation, `${ROOM}\nYour task is to: put some mug on desk.`);
  const named = agentgymAlfworld.read({ item_id: "pick_x-Mug-None-Desk-308/trial_T1_2", conversations });
  assert.equal(named.taskKey, "pick_x-Mug-None-Desk-308/trial_T1_2");

  const science = conversation("…", CONSENT, `${GOAL}\n${HALLWAY}`, "Action:\nlook around</s>", HALLWAY);
  const episode = agentgymScienceworld.read({
    item_id: "sciworld_31",
    conversations: science,
    reward: 100,
    success: 0,
  });
  assert.partialDeepStrictEqual(episode, { taskKey: "melt/1", instruction: GOAL, firstObservation: HALLWAY });
  assert.partialDeepStrictEqual(episode, { claimed: "won", end: { return: 100, terminated: true } });
  assert.equal(episode.steps[0]!.action, "look around");
});

test("what names no task of the world, or is no episode of it, is refused", () => {
  const fails = (reader: LogReader, row: unknown, message: RegExp) =>
    assert.throws(() => reader.read(row), { name: "CliError", message });
  const { conversations } = etoGame;
  fails(etoAlfworld, { conversations }, /game_file: expected a path with .*found nothing/);
  fails(etoScienceworld, { id: "5_1", conversations }, /id: expected "<number of the task>_<variation>", found "5_1"/);
  fails(
    agentgymAlfworld,
    { item_id: "sciworld_3", conversations },
    /item_id: expected "alfworld_<index>", found "sciworld_3"/,
  );
  fails(agentgymScienceworld, { item_id: "sciworld_9999", conversations }, /item_id: expected "sciworld_<index>"/);
  fails(
    etoAlfworld,
    { ...etoGame, conversations: conversations.with(2, { from: "human", value: ROOM }) },
    /conversations\[2\]: expected the room and "Your task/,
  );
  fails(etoScienceworld, { id: "0_1", conversations }, /conversations\[2\]: expected the task's description/);
  const second = { from: "human", value: `${ROOM}\n\nYour task is to: heat some egg.` };
  fails(
    etoAlfworld,
    { ...etoGame, conversations: conversations.with(4, second) },
    /conversations\[4\]: a second task, "heat some egg\."/,
  );
  const invalid = { from: "human", value: "Invalid Action.\n\nYou see a desk 1." };
  fails(
    agentgymAlfworld,
    { item_id: "alfworld_1", conversations: conversations.with(4, invalid) },
    /AgentGym answered a turn itself/,
  );
  fails(
    agentgymScienceworld,
    { item_id: "sciworld_1", conversations: conversation("…", "OK", `${GOAL}\n${HALLWAY}`, "Action: a"), reward: 101 },
    /reward: expected a score/,
  );
});

const LOGS = "alfworld/trajectories/knowagent_llama-2-13b_D0.jsonl.gz";

test("published episodes, as ETO, AgentGym and a chat would have them, are confirmed", {
  skip: skipWithout(LOGS),
}, async () => {
  const benchmark = await alfworld({ data: alfworldGames(), logic: shared("alfworld/logic-0.3") });
  const logs = readJsonLines<LogRow>(LOGS).slice(0, 4);
  const rows = logs.map((log) => {
    const { firstObservation, instruction, steps } = knowagent.read(log);
    const start = `${firstObservation}\n\nYour task is to: ${instruction}`;
    const turns = (gap: string, prefix: string) =>
      steps.flatMap(({ action, observation }) => [
        `Thought:${gap}hm${gap}\nAction:${gap}${action}`,
        ...(observation === null ? [] : [`${prefix}${observation}`]),
      ]);
    const eto = conversation("Rules.", "OK", start, ...turns(" ", "Observation: "));
    const messages = eto
      .slice(2)
      .map(({ from, value }) => ({ role: from === "gpt" ? "assistant" : "user", content: value }));
    return {
      eto: { game_file: `valid/${log.name}/game.tw-pddl`, conversations: eto },
      // Without the game's name: of the tasks with this goal the one whose room and answers agree.
      agentgym: { item_id: "alfworld_0", conversations: conversation("Rules.", CONSENT, start, ...turns("\n", "")) },
      messages: { messages, success: log.result === true },
    };
  });
  for (const format of ["eto", "agentgym", "messages"] as const) {
    const repository = openSqlite(":memory:");
    const files = [write(`${format}.json`, JSON.stringify(rows.map((row) => row[format])))];
    const summary = await importing({ format, benchmark, files, repository });
    assert.partialDeepStrictEqual(summary, { lines: 4, verified: 4, diverged: [], malformed: [], disagreements: [] });
    const games = repository.trajectoriesOf("logs").map((id) => repository.trajectory(id)!.taskId);
    // Where only the goal tells, another game that answers all the same may be found.
    if (format === "eto") for (const { name } of logs) assert(games.some((game) => game.includes(name)));
    const again = await importing({ format, benchmark, files, repository });
    assert.deepEqual(again, { ...summary, added: 0 });
    repository.close();
  }
});
