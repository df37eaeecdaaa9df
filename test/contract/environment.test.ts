// The environments that keep the contract, each in every way it can be opened.
import { benchmark as ownTools } from "../../examples/own-tools.ts";
import { openWorld } from "../../src/core/call-by-call.ts";
import { actionOfCalls, callsInAction } from "../../src/core/calls.ts";
import { replaying } from "../../src/worlds/replaying.ts";
import { workshop } from "../../src/worlds/workshop/index.ts";
import { alfworldGames, skipWithout } from "../shared.ts";
import { environmentContract } from "./environment.ts";

environmentContract("workshop", () => workshop());
environmentContract("workshop, any stages, silent", () => workshop({ kind: "any", ruin: "silent", seed: 3 }));
environmentContract("workshop, replaying", () => workshop({ ruin: "off" }), {
  open: async (benchmark) => replaying(await benchmark.open()),
});

/** A world with tools whose listed actions are turns of one call and of two. */
environmentContract("own tools, call by call", () => ownTools, {
  tasks: 3,
  async open(benchmark) {
    const world = await openWorld(benchmark);
    const twice = (action: string) => actionOfCalls([...callsInAction(action), ...callsInAction(action)]);
    const actions = async () => ((await world.actions()) ?? []).flatMap((action) => [action, twice(action)]);
    return { ...world, actions };
  },
});

const games = {
  skip: skipWithout("alfworld/json_2.1.1.tar.xz"),
  refusal: /^Nothing happens/,
  tasks: 8,
};
// Loaded only where its data is: nothing else here needs it.
const alfworld = async () => {
  const module = await import("../../src/worlds/alfworld/index.ts");
  return module.alfworld({ data: alfworldGames() });
};
environmentContract("alfworld", alfworld, games);
environmentContract("alfworld, replaying", alfworld, {
  ...games,
  runs: 20,
  open: async (benchmark) => replaying(await benchmark.open()),
});
