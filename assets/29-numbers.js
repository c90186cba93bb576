/* Numbers in the reader's marks, by the rules of ml/marks.py: a form says which marks they are.
   Nothing is guessed: what is no number in these marks is handed on in a way that nobody takes for one. */
(() => {
  "use strict";
  const NO_NUMBER = "\u2063"; // not to be seen; no number holds it
  const PLAIN = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
  const ALIKE = [[/[ \u00a0\u2009\u202f]/g, " \u00a0\u2009\u202f"], [/['’]/g, "'’"]]; // keyboards have one of each

  const marksOf = (element) => {
    const { decimal = ".", group = "," } = element.closest("[data-decimal]")?.dataset ?? {};
    return { decimal, group };
  };
  const escaped = (mark) => mark.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

  /* What was typed as "-1234.5"; the same with an invisible mark where it is no number here. */
  function read(typed, { decimal, group }) {
    let text = typed.trim().replace("−", "-");
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

  window.likelyNumbers = { marksOf, read, write, plain, misread };
})();
