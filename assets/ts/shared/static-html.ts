/* The component of layouts/shared/static_html.py: an element whose content is HTML text from the server. */
type Props = { tag: string; attributes: Record<string, unknown>; html: string };
export type { Props };

declare global {
  const React: { createElement: (tag: string, props: Record<string, unknown>) => unknown };
  interface Window { likely: object }
}

window.likely = {
  StaticHtml: ({ tag, attributes, html }: Props) =>
    React.createElement(tag, { ...attributes, dangerouslySetInnerHTML: { __html: html } }),
};
