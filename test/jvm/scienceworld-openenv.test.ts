/** ScienceWorld over OpenEnv's protocol, there and back: states are put back by the server's snapshots. */
import { openBenchmark } from "../../src/worlds/open.ts";
import { scienceworld } from "../../src/worlds/scienceworld/index.ts";
import { environmentContract } from "../contract/environment.ts";
import { served } from "../openenv-client.ts";
import { skip } from "./scienceworld.ts";

let made: ReturnType<typeof served> | undefined;
const serving = () =>
  (made ??= scienceworld({ tasks: ["find-plant"], variations: 2, processes: 1 }).then((benchmark) =>
    served({ benchmark }),
  ));

environmentContract(
  "scienceworld over OpenEnv",
  async () => openBenchmark({ name: "openenv", url: (await serving()).url }),
  { skip, tasks: 2, runs: 3, depth: 4 },
);
