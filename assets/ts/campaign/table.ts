/* The script of AG Grid, 2 MB, is loaded with the first table that is shown: a clientside callback gives the table to
   Dash when its script is there, for a component whose script is missing cannot be drawn. */
import { register } from "../shared/dash.ts";
import { make, need } from "../shared/dom.ts";

let loading: Promise<unknown> | null = null;

async function tableShown({ shown, otherwise }: { shown: unknown; otherwise: unknown }) {
  try {
    await script();
    return shown;
  } catch { return otherwise; }
}

export function script() {
  loading ??= new Promise((done, failed) => {
    const tag = make("script", { src: need<HTMLMetaElement>("meta[name=likely-grid]").content });
    tag.addEventListener("load", done);
    tag.addEventListener("error", (event) => {
      loading = null; // so that the next table tries again
      tag.remove();
      failed(event);
    });
    document.head.append(tag);
  });
  return loading;
}

register({ tableShown });
