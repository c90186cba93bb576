/* The component of layouts/shared/static_html.py: an element whose content is HTML text from the server. */
window.likely = {
  StaticHtml: ({ tag, attributes, html }) =>
    React.createElement(tag, { ...attributes, dangerouslySetInnerHTML: { __html: html } }),
};
