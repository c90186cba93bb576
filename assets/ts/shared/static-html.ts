/* Components of ours, which Dash draws: an element whose content is HTML text from the server (layouts/shared/static_html.py),
   and one whose content callbacks change as a whole (layouts/shared/html_tree.py). */
type Props = { tag: string; attributes: Record<string, unknown>; html: string };
type Node = string | [tag: string, attributes: Record<string, unknown>, ...inside: Node[]];
export type { Props };

declare global {
  const React: { createElement: (tag: string, props: Record<string, unknown>, ...inside: unknown[]) => unknown };
  interface Window { likely: object }
}

/* A text beside others is an element of its own: React changes the very nodes of such texts, which a browser that translates
   the page has replaced by others, so the old number would stay, and removing it would end the page. */
function element(node: Node): unknown {
  if (typeof node === "string") return node;
  const [tag, attributes, ...inside] = node;
  const apart = (each: Node) => (typeof each === "string" && inside.length > 1 ? ["likely-text", {}, each] as Node : each);
  return React.createElement(tag, attributes, ...inside.map((each) => element(apart(each))));
}

window.likely = {
  StaticHtml: ({ tag, attributes, html }: Props) =>
    React.createElement(tag, { ...attributes, dangerouslySetInnerHTML: { __html: html } }),
  HtmlTree: ({ id, className, tree }: { id: string; className?: string; tree: string }) =>
    React.createElement("div", { id, className }, tree && element(JSON.parse(tree) as Node)),
};
