/* Scripts that are loaded when they are first needed, whose addresses the head of the page names. After a failure the next
   who needs one tries again. */
import { find, make, need } from "./dom.ts";

const loading = new Map<string, Promise<void>>();

export async function loadScript(name: "drawing" | "grid") {
  const src = need<HTMLMetaElement>(`meta[name=likely-${name}]`).content;
  const begun = loading.get(src);
  if (begun) return begun;
  const came = new Promise<void>((done, failed) => {
    const tag = find(`script[src="${src}"]`, document.head) ?? make("script", { src }); // the prerendered page may have begun
    tag.addEventListener("load", () => done());
    tag.addEventListener("error", () => {
      loading.delete(src);
      tag.remove();
      failed(new Error(`${src} did not load.`));
    });
    if (!tag.isConnected) document.head.append(tag);
  });
  loading.set(src, came);
  return came;
}
