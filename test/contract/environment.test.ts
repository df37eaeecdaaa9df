// The environments that keep the contract, each in every way it can be opened.
import { replaying } from "../../src/worlds/replaying.ts";
import { workshop } from "../../src/worlds/workshop/index.ts";
import { alfworldGames, skipWithout } from "../shared.ts";
import { environmentContract } from "./environment.ts";

environmentContract("workshop", () => workshop());
environmentContract("workshop, any stages, silent", () => workshop({ kind: "any", ruin: "silent", seed: 3 }));
environmentContract("workshop, replaying", () => workshop({ ruin: "off" }), {
  open: async (benchmark) => replaying(await benchmark.open()),
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
