/** openenv's own clients, from PyPI, in a virtual environment that the first test makes. */
import { type PythonChild, startPython, virtualEnvironment } from "../bench/python/environment.ts";
import type { Benchmark, Environment } from "../src/core/environment.ts";
import { EnvironmentError } from "../src/core/errors.ts";
import { skipWithoutPython } from "./python.ts";

export const OPENENV = "0.10.0";

/** The interpreter of an environment with openenv in it; 0.4 GB, and a minute or two when it is made. */
export const openenvPython = (): Promise<string> =>
  virtualEnvironment(`python-openenv-${OPENENV}`, [`openenv==${OPENENV}`]);

/** The `skip` option of such a test. */
export const skipWithoutOpenenv = (): string | false => skipWithoutPython(["venv", "ensurepip"]);

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
export type Client = PythonChild<any>;

export const openenvClient = async (): Promise<Client> => startPython(await openenvPython(), "openenv_client.py");

/** `benchmark`, whose worlds are those of the server at `url`, played by openenv's client. */
export function throughClient(
  benchmark: Benchmark,
  url: () => Promise<string>,
  client: () => Promise<Client>,
): Benchmark {
  let opened = 0;
  return {
    ...benchmark,
    async open(): Promise<Environment> {
      const env = opened++;
      let shown: { readonly text: string; readonly actions: readonly string[] } | undefined;
      const ask = async (op: string, given: object = {}) => {
        const answer = await (await client()).ask({ op, env, url: await url(), ...given });
        if (answer.error === undefined) return answer;
        throw new EnvironmentError(answer.error);
      };
      const live = () => {
        if (!shown) throw new EnvironmentError("the environment was used before reset()");
        return shown;
      };
      return {
        async reset(task, seed) {
          shown = (await ask("reset", { with: { task: task.id, seed } })).observation;
          return live().text;
        },
        async step(action) {
          const { observation, reward, done, metadata } = await ask("step", { action: { action } });
          shown = observation;
          const info = metadata.info === undefined ? {} : { info: metadata.info };
          return { observation: observation.text, reward, terminated: done, ...info };
        },
        actions: async () => live().actions,
        async snapshot() {
          const { task, snapshot } = await ask("state");
          return { kind: "state", taskId: task, observation: live().text, state: snapshot };
        },
        async restore(task, snapshot) {
          if (snapshot.kind !== "state" || snapshot.taskId !== task.id) throw new EnvironmentError("of another task");
          shown = (await ask("reset", { with: { restore: snapshot.state } })).observation;
          return live().text;
        },
        async close() {
          await ask("close").catch(() => {});
        },
      };
    },
  };
}
