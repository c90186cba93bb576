/* Numbers and times of the Campaign page, in the reader's marks and by the rules of layouts/shared/percent.py. */

import { marksOf, read, write } from "../shared/numbers.ts";
import { c } from "./campaign.ts";

const TENTHS = 1000; // of a percent in the whole
const page = () => c.page();
const marks = () => marksOf(page());

/* A number in English marks ("1,234.5") in the reader's. */
const dressed = (text) => text.replace(/[.,]/g, (mark) => (mark === "." ? marks().decimal : marks().group));
/* The same for all numbers in a sentence. */
const spoken = (text) => text.replace(/\d{1,3}(,\d{3})+(\.\d+)?|\d+\.\d+/g, dressed);

const decimals = (value, most) => dressed(value.toLocaleString("en-US", { maximumFractionDigits: most }));
const count = (value) => decimals(Math.round(value), 0);
const money = (value) => {
  const text = decimals(Math.round(value), 0).replace("-", "−");
  return page().dataset.currency ? `${text}\u00a0${page().dataset.currency}` : text;
};
const noun = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

const even = (value) => { // halves to the even number, as the server rounds
  const whole = Math.floor(value);
  if (value - whole !== 0.5) return Math.round(value);
  return whole % 2 ? whole + 1 : whole;
};
const sign = (text) => page().dataset.percent.replace("{}", dressed(text));

function percent(probability, tenths = even(TENTHS * probability)) {
  if (tenths <= 0 && probability > 0) return `< ${sign("0.1")}`;
  if (tenths >= TENTHS && probability < 1) return `> ${sign("99.9")}`;
  return sign((tenths / 10).toFixed(1));
}

/* Percentages of probabilities that sum to 1; they sum to 100.0 (largest remainders are rounded up). */
function percents(probabilities, exclusive) {
  if (!exclusive) return probabilities.map((each) => percent(each));
  const exact = probabilities.map((each) => TENTHS * each);
  const tenths = exact.map(Math.trunc);
  const missing = Math.max(0, TENTHS - tenths.reduce((sum, each) => sum + each, 0));
  const order = exact.map((_, at) => at).sort((a, b) => tenths[a] - exact[a] - (tenths[b] - exact[b]));
  for (const at of order.slice(0, missing)) tenths[at] += 1;
  return probabilities.map((each, at) => percent(each, tenths[at]));
}

function time(seconds) {
  if (seconds < 1.5) return "about a second";
  if (seconds < 90) return `about ${noun(Math.round(seconds), "second")}`;
  if (seconds < 5400) return `about ${noun(Math.round(seconds / 60), "minute")}`;
  return `about ${noun(Math.round(seconds / 3600), "hour")}`;
}

const size = (bytes) => (bytes < 1e6 ? `${count(Math.ceil(bytes / 1e3))} kB` : `${decimals(bytes / 1e6, 1)} MB`);

/* The typed number: null for an empty text, NaN for a text that is no number in these marks. */
function typed(text) {
  const plain = read(text.replace("%", ""), marks());
  return plain === "" ? null : Number(plain);
}
const written = (value) => write(String(value), marks());

/* Sentences of the server as a list. */
function tellNotes(name, sentences) {
  const { part, element } = c;
  part(name).replaceChildren(...sentences.map((sentence) => element("li", {}, spoken(sentence))));
}

Object.assign(c, { tellNotes, count, money, noun, percent, percents, sign, spoken, time, size, typed, written });
