/** What `/schema`, `/metadata` and `/openapi.json` say, as openenv 0.10.0 would of a world written for it. */
import type { Benchmark } from "../../core/environment.ts";
import type { Json } from "../../core/json.ts";

const text = (description: string) => ({ type: "string", description });
const metadata = { type: "object", additionalProperties: true, description: "what is not meant for the model" };

/** The model that acts may be shown the schema of actions alone, so the world's rules stand in it. */
export const schemasOf = (benchmark: Benchmark): Json => ({
  action: actionSchema(benchmark),
  observation: observationSchema,
  reset_observation: observationSchema,
  state: stateSchema,
});

function actionSchema({ instructions, tools = [] }: Benchmark): Json {
  return {
    title: "TextAction",
    type: "object",
    additionalProperties: false,
    description: "One action as text.",
    properties: { action: text(instructions), metadata },
    required: ["action"],
    // A call says the same as its text does; MCP clients write calls.
    ...(tools.length > 0 && {
      available_tools: tools.map(({ name, description, parameters }) => ({ name, description, parameters })),
    }),
  };
}

const observationSchema: Json = {
  title: "TextObservation",
  type: "object",
  properties: {
    text: text("what the world shows"),
    actions: {
      anyOf: [{ type: "array", items: { type: "string" } }, { type: "null" }],
      description: "what the world would accept now; null if it cannot list that",
    },
    instruction: text("the goal of the task"),
    done: {
      type: "boolean",
      default: false,
      description: "whether the episode is over, by the world or its limit of steps",
    },
    reward: { anyOf: [{ type: "number" }, { type: "null" }], default: null, description: "of this step alone" },
    metadata,
  },
  required: ["text", "actions", "instruction"],
};

const stateSchema: Json = {
  title: "EpisodeState",
  type: "object",
  additionalProperties: true,
  properties: {
    episode_id: { anyOf: [{ type: "string" }, { type: "null" }], default: null },
    step_count: { type: "integer", minimum: 0, default: 0 },
    task: text("its id"),
    seed: { type: "integer" },
    return: { type: "number", description: "the rewards so far, summed" },
    end: { enum: ["terminated", "truncated", null], description: "how the episode ended" },
    snapshot: {
      anyOf: [{ type: "string" }, { type: "null" }],
      description: "goes back to this state in any session of this server: reset with restore=snapshot",
    },
  },
};

export const metadataOf = (benchmark: Benchmark, version: string): Json => ({
  name: benchmark.name,
  description: benchmark.instructions,
  readme_content: benchmark.notes?.join("\n\n") ?? null,
  version,
  author: null,
  documentation_url: null,
});

/** The routes by name. Who looks for a mode of OpenEnv finds simulation. */
export const openApiOf = (benchmark: Benchmark, version: string): Json => {
  const paths = {
    get: ["/health", "/metadata", "/schema", "/state", "/list_environments", "/{env_name}/splits"],
    post: [
      ...["/reset", "/step", "/mcp"],
      ...["tasks", "num_tasks", "task", "task_range"].map((name) => `/{env_name}/${name}`),
    ],
  };
  const of = (method: "get" | "post") =>
    paths[method].map((path) => [path, { [method]: { responses: { "200": { description: "OK" } } } }]);
  return {
    openapi: "3.1.0",
    info: { title: benchmark.name, version },
    paths: Object.fromEntries([...of("get"), ...of("post")]),
  };
};
