/* "Copy link": the page's address, which opens the same record and values again. Personal values are in no address. */
import { all, byId, closest } from "../shared/dom.ts";
import { valueOf } from "../shared/fields.ts";
import { sentence } from "../shared/sentences.ts";

const SHOWN = 2500; // ms that the button says what it did
let timer = 0;

addEventListener("click", async (event) => {
  const button = closest(event, "[data-do=copy]");
  const form = closest(event, ".form");
  if (!button || !form) return;
  const address = location.href.split("#")[0];
  const said = !(await copied(address)) ? "copy_yourself" : withheld(form) ? "copied_without" : "copied";
  button.dataset.words ??= button.textContent;
  button.textContent = sentence(said);
  byId("pins-words")?.replaceChildren(sentence(said === "copied" ? "link_copied" : said));
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
