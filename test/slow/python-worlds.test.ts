// Python worlds keep what every world promises, however they are put back.
import { join } from "node:path";
import { openBenchmark } from "../../src/worlds/open.ts";
import { ROOT } from "../command.ts";
import { environmentContract } from "../contract/environment.ts";
import { skipWithoutPython } from "../python.ts";

const skip = skipWithoutPython();
const WORLDS = join(ROOT, "test", "python-worlds.py");

const few = { skip, runs: 15, depth: 8, refusal: /nothing to do here/ };
environmentContract("Python, own snapshots", () => openBenchmark({ name: `${WORLDS}:Corridor` }), few);
environmentContract("Python, by replay", () => openBenchmark({ name: `${WORLDS}:Plain` }), few);
environmentContract("Python, by copies", () => openBenchmark({ name: `${WORLDS}:Plain`, restore: "copy" }), few);
environmentContract("Python, like Gymnasium's", () => openBenchmark({ name: `${WORLDS}:Seeded`, restore: "copy" }), {
  ...few,
  refusal: /There is no action/,
});
const together = { name: `${WORLDS}:Plain`, restore: "copy", together: 4 };
environmentContract("Python, several in one process", () => openBenchmark(together), few);
