/** A chat server that answers everything the same after a fixed time, in a process of its own: `node stub-server.ts MILLISECONDS`. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const latencyMs = Number(process.argv[2]);
const answer = JSON.stringify({
  id: "answer",
  object: "chat.completion",
  created: 0,
  model: "stub",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "Thought: I should look where the tools are.\n\nAction: go nowhere" },
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 400, completion_tokens: 16, total_tokens: 416 },
});
const headers = { "content-type": "application/json", "content-length": String(Buffer.byteLength(answer)) };

const server = createServer((request, response) => {
  if (request.method === "GET") return void response.end('{"data":[{"id":"stub"}]}');
  request.resume().on("end", () => setTimeout(() => response.writeHead(200, headers).end(answer), latencyMs));
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", 1024, () => {
  process.send?.((server.address() as AddressInfo).port);
});
process.on("disconnect", () => process.exit());
