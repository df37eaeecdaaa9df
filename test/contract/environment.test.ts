// The environments that keep the contract, each in every way it can be opened.
import { replaying } from "../../src/environments/replaying.ts";
import { workshop } from "../../src/environments/workshop/index.ts";
import { environmentContract } from "./environment.ts";

environmentContract("workshop", () => workshop());
environmentContract("workshop, any stages, silent", () => workshop({ kind: "any", ruin: "silent", seed: 3 }));
environmentContract("workshop, replaying", () => workshop({ ruin: "off" }), {
  open: async (benchmark) => replaying(await benchmark.open()),
});
