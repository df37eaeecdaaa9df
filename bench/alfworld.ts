/**
 * Our ALFWorld beside the real TextWorld: the same commands in the same games, in one run. Ours is timed with the list
 * of possible commands asked for at every step, since the real engine makes it at every step whether asked or not.
 * TextWorld's times are those of the engine alone, without the pipe between the processes.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { random } from "../src/core/random.ts";
import type { Task } from "../src/core/task.ts";
import { readGame } from "../src/worlds/alfworld/files.ts";
import type { Game } from "../src/worlds/alfworld/game.ts";
import { alfworld } from "../src/worlds/alfworld/index.ts";
import { alfworldGames } from "../test/shared.ts";
import type { Findings } from "./parts/result.ts";
import { installTextWorld, startTextWorld, TEXTWORLD_VERSIONS } from "./python/textworld.ts";

/** Walks of ours; the real engine does the first few of them. */
const GAMES = 400;
const TEXTWORLD_GAMES = 6;
const STEPS = 30;

interface Walk {
  readonly file: string;
  readonly commands: readonly string[];
}

interface Times {
  readonly loadingMs: number;
  readonly steppingMs: number;
  readonly games: number;
  readonly steps: number;
}

interface Speed {
  readonly stepsPerSecond: number;
  readonly loadMs: number;
}

export async function run(): Promise<Findings> {
  const data = alfworldGames();
  const benchmark = await alfworld({ data });
  const tasks = random("bench alfworld")
    .shuffle(await benchmark.tasks("train"))
    .slice(0, GAMES);
  const walks = tasks.map((task) => walkOf(data, task));
  // Ours before and after theirs: what else the machine does hits both alike.
  const before = [ours(walks), ours(walks)];
  const real = speedOf([await textWorlds(walks.slice(0, TEXTWORLD_GAMES))]);
  const own = speedOf([...before, ours(walks), ours(walks)]);
  const row = ({ stepsPerSecond, loadMs }: Speed) => ({ "steps/s": stepsPerSecond, "loading a game, ms": loadMs });
  return {
    settings: { games: GAMES, "games in TextWorld": TEXTWORLD_GAMES, "steps a game": STEPS },
    versions: TEXTWORLD_VERSIONS,
    figures: { gleaner: row(own), TextWorld: row(real) },
    ratios: {
      "gleaner ÷ TextWorld, steps/s": own.stepsPerSecond / real.stepsPerSecond,
      "TextWorld ÷ gleaner, loading": real.loadMs / own.loadMs,
    },
  };
}

/** A game's solution, then random commands: what an agent does, and more. */
function walkOf(data: string, task: Task): Walk {
  const file = join(data, (task.data as { game: string }).game);
  const { walkthrough } = JSON.parse(readFileSync(file, "utf8")) as { walkthrough: readonly string[] };
  const draw = random("bench alfworld", task.id);
  const game = readGame(file);
  const commands = [...walkthrough];
  let facts = commands.reduce((at, command) => game.act(at, command).facts, game.initial);
  while (commands.length < STEPS) {
    const command = draw.pick(game.commands(facts));
    facts = game.act(facts, command).facts;
    commands.push(command);
  }
  return { file, commands };
}

function ours(walks: readonly Walk[]): Times {
  let [loadingMs, steppingMs, steps] = [0, 0, 0];
  for (const { file, commands } of walks) {
    const start = performance.now();
    const game = readGame(file);
    const loaded = performance.now();
    play(game, commands);
    steppingMs += performance.now() - loaded;
    loadingMs += loaded - start;
    steps += commands.length;
  }
  return { loadingMs, steppingMs, games: walks.length, steps };
}

function speedOf(rounds: readonly Times[]): Speed {
  const sum = (pick: (times: Times) => number) => rounds.reduce((total, round) => total + pick(round), 0);
  return {
    stepsPerSecond: (sum((times) => times.steps) / sum((times) => times.steppingMs)) * 1000,
    loadMs: sum((times) => times.loadingMs) / sum((times) => times.games),
  };
}

/** Everything that the real engine does at a step: the observation, the possible commands, whether it is won. */
function play(game: Game, commands: readonly string[]): void {
  let facts = game.initial;
  game.commands(facts);
  for (const command of commands) {
    facts = game.act(facts, command).facts;
    game.commands(facts);
    game.isWon(facts);
  }
}

async function textWorlds(walks: readonly Walk[]): Promise<Times> {
  const engine = startTextWorld(await installTextWorld());
  let [loadingMs, steppingMs, steps] = [0, 0, 0];
  try {
    for (const { file, commands } of walks) {
      loadingMs += (await engine.load(file)).ms;
      for (const command of commands) steppingMs += (await engine.step(command)).ms;
      steps += commands.length;
    }
  } finally {
    engine.close();
  }
  return { loadingMs, steppingMs, games: walks.length, steps };
}
