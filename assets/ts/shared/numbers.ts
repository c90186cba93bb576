/* Numbers in the reader's marks, which the form's attributes name. Nothing is guessed: a text that is no number in
   these marks is passed on with an invisible character, so that the server refuses it. The same rules in Python are ml/locale.py, ml/text/words.py and
   ThresholdTable.at; tests/e2e/test_both_sides.py runs both. */
import { counted, sentence } from "./sentences.ts";

const NO_NUMBER = "\u2063"; // invisible separator; part of no number
const PLAIN = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const [WHOLE, TENTHS] = [0, 1].map((digits) => new Intl.NumberFormat("en-US", { maximumFractionDigits: digits }));
const ALIKE: [RegExp, string][] = [[/[ \u00a0\u2009\u202f]/g, " \u00a0\u2009\u202f"], [/['’]/g, "'’"]]; // a keyboard has one of each group

export type Marks = { decimal: string; group: string };

const marksOf = (element: Element): Marks => {
  const { decimal = ".", group = "," } = element.closest<HTMLElement>("[data-decimal]")?.dataset ?? {};
  return { decimal, group };
};
const escaped = (mark: string) => mark.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/* The typed text as "-1234.5"; with the invisible character where it is no number in these marks. */
function read(typed: string, { decimal, group }: Marks) {
  let text = typed.trim().replaceAll("−", "-");
  if (!text) return "";
  for (const [kind, marks] of ALIKE) if (marks.includes(group)) text = text.replace(kind, group);
  const whole = `(?:\\d{1,3}(?:${escaped(group)}\\d{3})+|\\d+)`;
  const form = `^[+-]?(?:${whole}(?:${escaped(decimal)}\\d*)?|${escaped(decimal)}\\d+)(?:[eE][+-]?\\d+)?$`;
  if (!new RegExp(form).test(text)) return plain(typed.trim()) + NO_NUMBER;
  return text.replaceAll(group, "").replace(decimal, ".");
}

/* A plain number as this reader types it, without groups, which would be in the way of the next digit. */
const write = (value: string, { decimal }: Pick<Marks, "decimal">) => (PLAIN.test(value) ? value.replace(".", decimal) : value.replaceAll(NO_NUMBER, ""));

const plain = (text: string) => text.replaceAll(NO_NUMBER, "");
const misread = (text: string) => text.includes(NO_NUMBER) && PLAIN.test(plain(text));

/* True when two texts of a number's field are equal as numbers: 1 and 1.0. */
const same = (a: string, b: string) => a === b || (a.trim() !== "" && b.trim() !== "" && Number(a) === Number(b));

/* Change of a probability in percentage points: whole from 10 on, else tenths, halves away from 0. Intl rounds the
   shortest decimal of a number, as Python rounds its repr; Math.round would round its binary value. */
function points(difference: number, marks: Marks) {
  const size = Math.abs(100 * difference);
  const tenths = TENTHS.format(size);
  const text = Number(tenths) >= 10 ? WHOLE.format(size) : tenths;
  if (text === "0") return sentence("no_change");
  return counted("points", Number(text), `${difference > 0 ? "+" : "−"}${write(text, marks)}`);
}

/* Index of the value of a rising list that is nearest; of two equally near, the lower. */
function nearest(list: number[], value: number) {
  let [low, high] = [0, list.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (list[middle] <= value) low = middle; else high = middle;
  }
  return value - list[low] <= list[high] - value ? low : high;
}

export { marksOf, read, write, plain, misread, same, points, nearest };
