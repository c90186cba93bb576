/* "Copy link": the page's address, which opens the same record and values again. Personal values are in no address. */
import { all, byId, closest } from "../shared/dom.ts";
import { valueOf } from "../shared/fields.ts";

const SHOWN = 2500; // ms that the button says what it did
let timer = 0;

addEventListener("click", async (event) => {
  const button = closest(event, "[data-do=copy]");
  const form = closest(event, ".form");
  if (!button || !form) return;
  const address = location.href.split("#")[0];
  const words = (await copied(address)) ? `Copied${withheld(form) ? ", without personal values" : ""}` : "Copy it from the address bar";
  button.dataset.words ??= button.textContent;
  button.textContent = words;
  byId("pins-words")?.replaceChildren(words === "Copied" ? "The link is copied." : words);
  clearTimeout(timer);
  timer = setTimeout(() => { button.textContent = button.dataset.words ?? ""; }, SHOWN);
});

/* Personal values that a person typed and that the address leaves out. */
const withheld = (form: HTMLElement) => all("[data-personal]", form).some((field) => valueOf(field) !== field.dataset.default);

async function copied(text: string) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { return selected(text); } // without HTTPS a browser has no clipboard
}

function selected(text: string) {
  const [area, back] = [document.createElement("textarea"), document.activeElement];
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (back instanceof HTMLElement) back.focus({ preventScroll: true });
  return done;
}
