import assert from "node:assert/strict";
import test from "node:test";
import { withSentences } from "./page.ts";
import { misread, nearest, plain, points, read, same, write } from "../../assets/ts/shared/numbers.ts";

const english = { decimal: ".", group: "," };
const german = { decimal: ",", group: "." };

test("a number is read in the reader's marks", () => {
  assert.equal(read("1,234.5", english), "1234.5");
  assert.equal(read("1.234,5", german), "1234.5");
  assert.equal(read(" −3 ", german), "-3");
  assert.equal(read("", german), "");
});

test("what is no number in these marks is passed on so that the server refuses it", () => {
  const sent = read("1.4", german);
  assert.notEqual(sent, "1.4");
  assert.equal(plain(sent), "1.4");
  assert.ok(misread(sent)); // it is one in other marks
  assert.ok(!misread(read("abc", german)));
});

test("a number is written as it is typed, without groups", () => {
  assert.equal(write("1234.5", german), "1234,5");
  assert.equal(write("north", german), "north");
});

test("two texts are equal as numbers", () => {
  assert.ok(same("1", "1.0"));
  assert.ok(!same("", "0"));
  assert.ok(same("", ""));
});

test("points: whole from 10 on, else tenths, halves away from 0", () => {
  withSentences();
  assert.equal(points(0.005, english), "+0.5 points");
  assert.equal(points(-0.01, german), "−1 point");
  assert.equal(points(0.105, english), "+11 points");
  assert.equal(points(0.0004, english), "no change");
});

test("the nearest of a rising list; of two equally near, the lower", () => {
  assert.equal(nearest([0, 1, 3], 2), 1);
  assert.equal(nearest([0, 1, 3], 2.1), 2);
  assert.equal(nearest([0.5], 9), 0);
});
