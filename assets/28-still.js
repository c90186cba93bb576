/* The component of layouts/still.py: an element whose inside is text of HTML, written by the server. */
window.likely = {
  Still: ({ tag, attributes, html }) =>
    React.createElement(tag, { ...attributes, dangerouslySetInnerHTML: { __html: html } }),
};
