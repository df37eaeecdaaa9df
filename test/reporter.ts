/** A test reporter: a dot for each test, every failure in full, skipped tests with their reasons, and one closing line of counts. */
import type { TestEvent } from "node:test/reporters";

const DOTS_A_LINE = 100;

export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const failures: string[] = [];
  const skipped = new Map<string, number>();
  let passed = 0;
  for await (const event of source) {
    if (event.type === "test:stdout" || event.type === "test:stderr") yield event.data.message;
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const { name, file, details, skip } = event.data;
    if (details.type === "suite") continue;
    if (skip !== undefined) {
      const reason = String(skip);
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
    } else if (event.type === "test:pass") {
      passed++;
      yield passed % DOTS_A_LINE ? "." : ".\n";
    } else {
      yield "F";
      const { error } = event.data.details;
      failures.push(
        `\n✖ ${name} (${file ?? ""})\n${String(error.cause instanceof Error ? (error.cause.stack ?? error.cause) : error)}\n`,
      );
    }
  }
  yield `\n${failures.join("")}`;
  for (const [reason, count] of skipped) yield `skipped ${count}: ${reason}\n`;
  const total = [...skipped.values()].reduce((sum, count) => sum + count, 0);
  yield `${passed} passed, ${failures.length} failed${total ? `, ${total} skipped` : ""}\n`;
}
