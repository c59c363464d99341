// htmx where its extensions look for it, before they are loaded.
import htmx from "htmx.org";

window.htmx = htmx;

export { htmx };
