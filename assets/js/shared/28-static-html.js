/* The component of layouts/shared/static_html.py: an element whose inside is text of HTML, written by the server. */
window.likely = {
  StaticHtml: ({ tag, attributes, html }) =>
    React.createElement(tag, { ...attributes, dangerouslySetInnerHTML: { __html: html } }),
};
