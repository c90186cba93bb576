/* Numbers in the reader's marks: a form says which marks they are. Nothing is guessed: what is no number in these
   marks is handed on in a way that nobody takes for one. The same rules in Python are ml/locale.py, ml/text/words.py and
   ThresholdTable.at; tests/e2e/test_both_sides.py runs both. */
(() => {
  "use strict";
  const NO_NUMBER = "\u2063"; // not to be seen; no number holds it
  const PLAIN = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
  const [WHOLE, TENTHS] = [0, 1].map((digits) => new Intl.NumberFormat("en-US", { maximumFractionDigits: digits }));
  const ALIKE = [[/[ \u00a0\u2009\u202f]/g, " \u00a0\u2009\u202f"], [/['’]/g, "'’"]]; // keyboards have one of each

  const marksOf = (element) => {
    const { decimal = ".", group = "," } = element.closest("[data-decimal]")?.dataset ?? {};
    return { decimal, group };
  };
  const escaped = (mark) => mark.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

  /* What was typed as "-1234.5"; the same with an invisible mark where it is no number here. */
  function read(typed, { decimal, group }) {
    let text = typed.trim().replaceAll("−", "-");
    if (!text) return "";
    for (const [kind, marks] of ALIKE) if (marks.includes(group)) text = text.replace(kind, group);
    const whole = `(?:\\d{1,3}(?:${escaped(group)}\\d{3})+|\\d+)`;
    const form = `^[+-]?(?:${whole}(?:${escaped(decimal)}\\d*)?|${escaped(decimal)}\\d+)(?:[eE][+-]?\\d+)?$`;
    if (!new RegExp(form).test(text)) return plain(typed.trim()) + NO_NUMBER;
    return text.replaceAll(group, "").replace(decimal, ".");
  }

  /* A plain number as this reader types it: no groups, for they would be in the way of the next digit. */
  const write = (value, { decimal }) => (PLAIN.test(value) ? value.replace(".", decimal) : value.replaceAll(NO_NUMBER, ""));

  const plain = (text) => text.replaceAll(NO_NUMBER, "");
  const misread = (text) => text.includes(NO_NUMBER) && PLAIN.test(plain(text));

  /* Two values of a number's field are one: 1 and 1.0. */
  const same = (a, b) => a === b || (a.trim() !== "" && b.trim() !== "" && Number(a) === Number(b));

  /* How far a probability moved, in percentage points: whole from 10 on, else tenths, halves away from 0. Intl rounds the
     shortest decimal that stands for the number, as Python does of its repr; Math.round rounds what binary made of it. */
  function points(difference, marks) {
    const size = Math.abs(100 * difference);
    const tenths = TENTHS.format(size);
    const text = Number(tenths) >= 10 ? WHOLE.format(size) : tenths;
    if (text === "0") return "no change";
    return `${difference > 0 ? "+" : "−"}${write(text, marks)} ${text === "1" ? "point" : "points"}`;
  }

  /* Of a rising list the place that lies nearest; of two as near the lower. */
  function nearest(list, value) {
    let [low, high] = [0, list.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (list[middle] <= value) low = middle; else high = middle;
    }
    return value - list[low] <= list[high] - value ? low : high;
  }

  window.likelyNumbers = { marksOf, read, write, plain, misread, same, points, nearest };
})();
