/** ScienceWorld keeps the contract of environments, with states that are copied and with states that are replayed. */
import { scienceworld } from "../../src/worlds/scienceworld/index.ts";
import { environmentContract } from "../contract/environment.ts";
import { newWorld, skip } from "./scienceworld.ts";

const TASKS = ["find-plant", "lifespan-shortest-lived", "chemistry-mix"];
// No `refusal`: now and then the simulator lists an action that it then does not understand (names that repeat).
const options = { skip, tasks: 6, runs: 6, depth: 5 };

environmentContract("scienceworld", () => scienceworld({ tasks: TASKS, variations: 2, processes: 2 }), options);

environmentContract("scienceworld, replaying", () => scienceworld({ tasks: TASKS, variations: 2 }), {
  ...options,
  runs: 3,
  open: async () => (await replayed()).open(),
});

let made: ReturnType<typeof newWorld> | undefined;
const replayed = () => (made ??= newWorld({ flags: ["-Dgleaner.copying=off"] }));
