/** A date as Python's `strftime` writes it, in English. */

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];

/** `date`: YYYY-MM-DD. Throws for a directive that is no part of a date. */
export function strftime(date: string, format: string): string {
  const day = new Date(`${date}T00:00:00Z`);
  const two = (value: number) => String(value).padStart(2, "0");
  const [weekday, month] = [DAYS[day.getUTCDay()]!, MONTHS[day.getUTCMonth()]!];
  const parts: Readonly<Record<string, string>> = {
    ...{ Y: date.slice(0, 4), m: date.slice(5, 7), d: date.slice(8, 10), y: date.slice(2, 4), "%": "%" },
    ...{ B: month, b: month.slice(0, 3), A: weekday, a: weekday.slice(0, 3) },
    ...{
      e: two(day.getUTCDate()).replace(/^0/, " "),
      "-d": String(day.getUTCDate()),
      "-m": String(day.getUTCMonth() + 1),
    },
  };
  return format.replace(/%(-?[\s\S])?/g, (all, directive: string | undefined) => {
    const text = parts[directive ?? ""];
    if (text === undefined) throw new Error(`it writes ${all} of a date, which is not known here`);
    return text;
  });
}
