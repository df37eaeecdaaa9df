/**
 * AgentGym's own servers under gleaner's client, to be run by hand: they are on no package registry.
 *
 *     git clone https://github.com/WooooDyy/AgentGym && cd AgentGym/agentenv-textcraft
 *     pip install fastapi uvicorn gymnasium transformers
 *     PYTHONHASHSEED=0 uvicorn agentenv_textcraft.server:app --port 36001
 *     npx node24 --test test/agentgym-servers.ts
 *
 * The same for BabyAI in agentenv-babyai on port 36002, with `gym "gymnasium<1" "minigrid<2.5" "numpy<2" matplotlib`. A server
 * that does not answer is left out.
 */
import { openBenchmark } from "../src/worlds/open.ts";
import { environmentContract } from "./contract/environment.ts";

const SERVERS = { textcraft: "http://127.0.0.1:36001", babyai: "http://127.0.0.1:36002" };

for (const [world, url] of Object.entries(SERVERS)) {
  const answers = await fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
  const skip = !answers && `no server at ${url}`;
  const benchmark = () => openBenchmark({ name: "agentgym", world, url });
  environmentContract(`AgentGym's ${world}`, benchmark, { skip, runs: 10, depth: 6, tasks: 12 });
}
