/* Words of the row that tells what came, for the outcome in focus: the server gives those of all (layouts/predict/outcome_row.py). */
import { find, setWords } from "../shared/dom.ts";
import { entryOf } from "../shared/fields.ts";

type Words = { about: string; came: string; missed: string; whole: [string, string] }; // as ToldWords in Python

/* What the buttons are about stands above them, once, unless they say it themselves; of several classes the whole name of
   the one chosen stands below, where the closed list cuts it. */
export function nameOutcome(row: HTMLElement, choice: HTMLSelectElement | null) {
  if (choice) { nameChoice(row, choice); return; }
  const every = JSON.parse(row.dataset.words ?? "{}") as Record<string, Words>;
  const words = entryOf(every, find("#result [data-focus]")?.dataset.focus ?? "");
  const [came, missed] = ["came", "missed"].map((kind) => find(`[data-outcome=${kind}]`, row));
  if (!words || !came || !missed || came.dataset.name !== undefined) return; // of classes, whatever is in focus
  nameButton(came, words.came, words.about && words.whole[0]);
  nameButton(missed, words.missed, words.about && words.whole[1]);
  const about = find(".outcome-about", row);
  if (!about) return;
  about.hidden = !words.about;
  setWords(about, words.about);
}

/* Who comes to a button alone by a screen reader hears what it is about. */
function nameButton(button: HTMLElement, words: string, whole: string) {
  setWords(find(".outcome-word", button), words);
  if (whole) button.setAttribute("aria-label", whole);
  else button.removeAttribute("aria-label");
}

function nameChoice(row: HTMLElement, choice: HTMLSelectElement) {
  const chosen = find(".outcome-chosen", row);
  if (!chosen) return;
  const label = choice.value ? choice.options[choice.selectedIndex]?.text ?? "" : "";
  chosen.hidden = label.length <= Number(chosen.dataset.short);
  setWords(chosen, chosen.hidden ? "" : label);
}
