/**
 * Logs of an invented agent of a shop's support desk, in the shape of tau-bench's results: a list of runs, each with its
 * task, reward and conversation in OpenAI's messages. Two trials of each task; which of them fail, and how, follows from
 * the number of the task alone.
 */

interface ToolAgentRun {
  readonly task_id: number;
  readonly trial: number;
  readonly reward: number;
  readonly info: { readonly reward_info: { readonly reward: number } };
  readonly traj: readonly object[];
}

const SYSTEM = "You help customers of a shop. Look orders up before you change them. Answer in one sentence.";

/** What the agent may call: OpenAI's function tools. */
export const TOOLS = [
  tool("find_order", "Looks an order up.", { order: { type: "integer" } }),
  tool("find_customer", "Looks a customer up.", { name: { type: "string" } }),
  tool("refund", "Pays an amount back.", { order: { type: "integer" }, amount: { type: "number" } }),
];

function tool(name: string, description: string, properties: object) {
  const parameters = { type: "object", properties, required: Object.keys(properties) };
  return { type: "function", function: { name, description, parameters } };
}

/** Two runs of each of so many tasks. Trial 0 wins unless the task's number is divisible by 3, trial 1 unless by 2. */
export function toolAgentRuns(tasks: number): ToolAgentRun[] {
  return Array.from({ length: tasks }, (_, task) => [0, 1].map((trial) => run(task, trial))).flat();
}

function run(task: number, trial: number): ToolAgentRun {
  const isWon = task % (trial === 0 ? 3 : 2) !== 0;
  const order = 1000 + task;
  // A model writes its numbers and spaces as it likes: what it learns must be what it wrote.
  const amount = `${5 + (task % 7)}.50`;
  const name = `Customer ${task}`;
  const call = (id: number, called: string, given: string) => ({
    id: `call_${task}_${trial}_${id}`,
    type: "function",
    function: { name: called, arguments: given },
  });
  const answer = (id: number, content: string) => ({
    role: "tool",
    tool_call_id: `call_${task}_${trial}_${id}`,
    content,
  });
  const looked = [
    {
      role: "assistant",
      content: null,
      tool_calls: [call(0, "find_order", `{"order": ${order}}`), call(1, "find_customer", `{"name":"${name}"}`)],
    },
    answer(0, JSON.stringify({ order, paid: Number(amount), name })),
    answer(1, JSON.stringify({ name, isMember: task % 2 === 0 })),
  ];
  const refunded = [
    {
      role: "assistant",
      content: "The amount is clear.",
      tool_calls: [call(2, "refund", `{"order": ${order}, "amount": ${amount}}`)],
    },
    answer(2, "done"),
    { role: "assistant", content: `Order ${order} is refunded.` },
  ];
  const refused = [
    { role: "assistant", content: null, tool_calls: [call(2, "refund", `{"order": ${order}, "amount": 0.0}`)] },
    answer(2, "Error: the amount must be above 0"),
    { role: "assistant", content: "I cannot refund that." },
  ];
  const traj = [
    { role: "system", content: SYSTEM },
    { role: "user", content: `I am ${name}. Refund my order ${order}, please.` },
    ...looked,
    ...(isWon ? refunded : refused),
  ];
  const reward = isWon ? 1 : 0;
  return { task_id: task, trial, reward, info: { reward_info: { reward } }, traj };
}
