import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.ts";
import { counted, listed, sentence } from "../../assets/ts/shared/sentences.ts";

/* Polish has three forms: 1, 2 to 4 of each ten but not of the teens, and the others. */
const polish = (n: number) => (n === 1 ? 0 : n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 12 || n % 100 > 14) ? 1 : 2);
const given = { sent: "Sending {file} …", left: { forms: ["{n} plik", "{n} pliki", "{n} plików"], of: Array.from({ length: 200 }, (_, n) => polish(n)).join("") } };
document.body.dataset.sentences = JSON.stringify(given);

test("slots are filled, and what fills them is not searched for slots", () => {
  assert.equal(sentence("sent", { file: "{file}.csv" }), "Sending {file}.csv …");
  assert.equal(sentence("unknown"), "unknown");
});

test("a number chooses the form, by its last two digits where it is large; fractions go with 2", () => {
  const said = [1, 3, 13, 22, 102, 212, 1003, 1011].map((n) => counted("left", n));
  assert.deepEqual(said, ["1 plik", "3 pliki", "13 plików", "22 pliki", "102 pliki", "212 plików", "1003 pliki", "1011 plików"]);
  assert.equal(counted("left", 0.5, "0,5"), "0,5 pliki");
});

test("the language of the page joins names", () => {
  document.documentElement.lang = "de";
  assert.equal(listed(["Alter", "Einkommen"]), "Alter und Einkommen");
});
