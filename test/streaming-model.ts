/** A server of the OpenAI chat protocol that streams, whose model is a function of the test. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

interface Said {
  readonly role: string;
  readonly content: string;
}

export interface StreamingModel {
  /** The base URL, `/v1` included. */
  readonly url: string;
  close(): void;
}

export async function streamingModel(answer: (messages: readonly Said[]) => string): Promise<StreamingModel> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { messages, model } = JSON.parse(Buffer.concat(chunks).toString()) as { messages: Said[]; model: string };
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    const event = (choices: readonly object[], more: object = {}) =>
      response.write(
        `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 0, model, choices, ...more })}\n\n`,
      );
    event([{ index: 0, delta: { role: "assistant", content: answer(messages) }, finish_reason: null }]);
    event([{ index: 0, delta: {}, finish_reason: "stop" }]);
    event([], { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } });
    response.end("data: [DONE]\n\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
