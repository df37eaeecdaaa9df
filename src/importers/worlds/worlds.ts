/** The worlds by the name of their benchmark. */
import type { Benchmark } from "../../core/environment.ts";
import { ALFWORLD } from "./alfworld.ts";
import { NONE, noWorld } from "./none.ts";
import { plainWorld } from "./plain.ts";
import { SCIENCEWORLD } from "./scienceworld.ts";
import { WEBSHOP } from "./webshop.ts";
import type { World } from "./world.ts";

/** What is known of the benchmark's world. */
export function worldOf(benchmark: Pick<Benchmark, "name" | "successReturn">): World {
  if (benchmark.name === NONE) return noWorld(benchmark);
  return [ALFWORLD, SCIENCEWORLD, WEBSHOP].find((known) => known.benchmark === benchmark.name) ?? plainWorld(benchmark);
}
