/** A world whose agents call tools: a help desk that pays lost orders back. An action is a call (`callInAction` reads it). */
import * as gleaner from "gleaner";

const tool = (name: string, description: string, properties: Record<string, gleaner.Json>): gleaner.Tool => ({
  ...{ name, description },
  parameters: { type: "object", properties, required: Object.keys(properties) },
});
const find = tool("find_order", "What is known of an order.", { order_id: { type: "string" } });
const refund = tool("refund", "Pays it back.", { order_id: { type: "string" }, cents: { type: "integer" } });

const simulator: gleaner.Simulator<{ order: string; cents: number }> = {
  initial: ({ data }) => ({ state: { order: `A-${data}`, cents: 500 * Number(data) }, observation: "It never came." }),
  transition(state, action) {
    const { name, given } = gleaner.callInAction(action) ?? {};
    const isOwn = given?.order_id === state.order;
    if (name !== "refund")
      return { state, observation: isOwn ? JSON.stringify(state) : "?", reward: 0, terminated: false };
    const isRight = isOwn && given?.cents === state.cents;
    return { state, observation: isRight ? "Paid." : "Refused.", reward: Number(isRight), terminated: true };
  },
  actions: ({ order, cents }) => [
    gleaner.actionOfCall({ name: find.name, arguments: JSON.stringify({ order_id: order }) }),
    gleaner.actionOfCall({ name: refund.name, arguments: JSON.stringify({ order_id: order, cents }) }),
  ],
};
const desk = { benchmark: "desk", split: "train", category: "refund" };
const tasks = [1, 2, 3].map((n) =>
  gleaner.newTask({ ...desk, key: `${n}`, instruction: `Help with order A-${n}.`, data: n }),
);
export const benchmark: gleaner.Benchmark = {
  ...{ name: "desk", maxSteps: 6, successReturn: 1, tools: [find, refund], ...gleaner.listedTasks(tasks) },
  instructions: "You work at a help desk. Look an order up before you pay it back.",
  open: async () => gleaner.fromSimulator(simulator),
};
const who = { environment: await gleaner.openWorld(benchmark), policy: gleaner.randomPolicy() };
const what = { task: tasks[0]!, id: gleaner.trajectoryId("1"), seed: 0, maxSteps: 6, successReturn: 1 };
if (import.meta.main) for (const { action } of (await gleaner.rollout({ ...who, ...what })).steps) console.log(action);
