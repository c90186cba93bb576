/* "Copy link": the page's address, which opens the same record and values again. Personal values are in no address. */

import { valueOf } from "../shared/fields.ts";

const SHOWN = 2500; // ms that the button says what it did

addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-do=copy]");
  if (!button) return;
  const form = button.closest(".form");
  const address = location.href.split("#")[0];
  const words = (await copied(address)) ? `Copied${withheld(form) ? ", without personal values" : ""}` : "Copy it from the address bar";
  button.dataset.words ??= button.textContent;
  button.textContent = words;
  document.getElementById("pins-words")?.replaceChildren(words === "Copied" ? "The link is copied." : words);
  clearTimeout(button.timer);
  button.timer = setTimeout(() => { button.textContent = button.dataset.words; }, SHOWN);
});

/* Personal values that a person typed and that the address leaves out. */
const withheld = (form) => [...form.querySelectorAll("[data-personal]")]
  .some((field) => valueOf(field) !== field.dataset.default);

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { return selected(text); } // without HTTPS a browser has no clipboard
}

function selected(text) {
  const [area, back] = [document.createElement("textarea"), document.activeElement];
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  back?.focus({ preventScroll: true });
  return done;
}
