/** `npm run bench -- NAME…`: each benchmark compares two things in one run and prints a table and a line of JSON. */
import { readdirSync } from "node:fs";

const known = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".ts") && file !== "main.ts")
  .map((file) => file.replace(/\.ts$/, ""));
const names = process.argv.slice(2);
if (names.length === 0 || names.some((name) => !known.includes(name))) {
  console.error(`usage: npm run bench -- ${known.join("|")}`);
  process.exit(2);
}
for (const name of names) {
  const { bench } = (await import(`./${name}.ts`)) as { bench: () => Promise<void> };
  await bench();
}
