// What is pasted becomes what a letter may hold. Word, Google Docs, LibreOffice and web
// pages each bring their own: lists that are none, tables for looks, links that follow
// people. The server cleans once more and trusts none of this.
const BLOCKS = "p,h4,ul,ol,li,blockquote,div,section,article,table";
const GONE = "style,script,meta,link,title,head,xml,template,noscript,iframe,object,svg,button,input,select,nav";
const TRACKING = /^(utm_|mc_|fbclid$|gclid$|dclid$|msclkid$|yclid$|igshid$|_hsenc$|_hsmi$|mkt_tok$|oly_|vero_id$|pk_|mtm_)/i;
// At the start of a declaration: Word says mso-bidi-font-weight:normal within bold words.
const BOLD = /(?:^|;)\s*font-weight\s*:\s*(?:bold|bolder|[6-9]00)/i;
const NOT_BOLD = /(?:^|;)\s*font-weight\s*:\s*(?:normal|[1-5]00)/i;
const ITALIC = /(?:^|;)\s*font-style\s*:\s*italic/i;
const LOOKS = /(?:^|;)\s*(?:color|background(?:-color)?|font-family|font-size)\s*:/i;

// Return clean HTML, and what had to go: {tables, looks, pictures, tracking}.
export function tidied(html) {
  const done = { tables: 0, looks: false, pictures: false, tracking: false };
  const plain = html
    .replace(/<!--\[if[\s\S]*?<!\[endif\]-->/gi, "")
    .replace(/<!\[(?:if|endif)[^>]*>/gi, "")
    .replace(/<!--[\s\S]*?-->/g, "");
  const body = new DOMParser().parseFromString(plain, "text/html").body;
  for (const node of body.querySelectorAll(GONE)) node.remove();
  for (const node of [...body.querySelectorAll("*")]) if (node.tagName.includes(":")) unwrap(node);
  pointed(body);
  for (const node of body.querySelectorAll("[style],font[color],font[face]")) {
    if (node.tagName === "FONT" || LOOKS.test(node.getAttribute("style") || "")) done.looks = true;
  }
  for (const node of body.querySelectorAll("img,picture,video,canvas")) {
    if (Number(node.getAttribute("width") || 9) > 2) done.pictures = true;
    node.remove();
  }
  for (const table of [...body.querySelectorAll("table")].reverse()) flattened(table, done);
  for (const node of [...body.querySelectorAll("*")]) weighed(node);
  for (const link of body.querySelectorAll("a")) followed(link, done);
  for (const node of [...body.querySelectorAll("*")]) reduced(node);
  for (const node of [...body.querySelectorAll("p,h4,li,blockquote,strong,em,a")]) {
    if (!node.textContent.trim() && !node.querySelector("br")) node.replaceWith(node.textContent ? " " : "");
  }
  return { html: body.innerHTML.trim(), done };
}

// Word writes list points as paragraphs with a sign typed in front of them.
function pointed(body) {
  const points = [...body.querySelectorAll("p,h1,h2,h3,h4,h5,h6")].filter((node) =>
    /mso-list\s*:\s*(?!none|ignore)/i.test(node.getAttribute("style") || ""),
  );
  let open = [];
  let last = null;
  for (const point of points) {
    const level = Number(/level(\d)/i.exec(point.getAttribute("style"))?.[1] || 1);
    const sign = [...point.querySelectorAll("span")].find((node) => /mso-list\s*:\s*ignore/i.test(node.getAttribute("style") || ""));
    const written = (sign?.textContent || /^\s*(\d+[.)]|[·•o§-])/.exec(point.textContent)?.[1] || "").trim();
    sign?.remove();
    const tag = /^(\d+|[a-z]|[ivx]+)[.)]/i.test(written) ? "ol" : "ul";
    if (previous(point) !== last || !last) open = [];
    open.length = Math.min(open.length, level);
    if (!open.length) {
      const list = document.createElement(tag);
      point.before(list);
      open.push(list);
    } else if (open.length < level) {
      const list = document.createElement(tag);
      (open.at(-1).lastElementChild || open.at(-1)).append(list);
      open.push(list);
    }
    const item = document.createElement("li");
    item.append(...point.childNodes);
    open.at(-1).append(item);
    point.remove();
    last = open[0];
  }
}

function previous(node) {
  return node.previousElementSibling;
}

function flattened(table, done) {
  done.tables += 1;
  const lines = [];
  for (const row of table.rows) {
    const cells = [...row.cells].map((cell) => cell.textContent.replace(/\s+/g, " ").trim()).filter(Boolean);
    if (!cells.length) continue;
    const line = document.createElement("p");
    line.textContent = cells.join(" — ");
    lines.push(line);
  }
  table.replaceWith(...lines);
}

function weighed(node) {
  const style = node.getAttribute("style") || "";
  if (/^(B|STRONG)$/.test(node.tagName) && NOT_BOLD.test(style)) return unwrap(node);
  if (node.tagName === "B") return renamed(node, "strong");
  if (node.tagName === "I") return renamed(node, "em");
  if (!/^(SPAN|FONT)$/.test(node.tagName)) return null;
  let inner = node;
  for (const [wish, tag] of [[BOLD, "strong"], [ITALIC, "em"]]) {
    if (!wish.test(style) || node.closest(tag) || !node.textContent.trim()) continue;
    const mark = document.createElement(tag);
    mark.append(...inner.childNodes);
    inner.append(mark);
    inner = mark;
  }
  return null;
}

function followed(link, done) {
  const href = (link.getAttribute("href") || "").trim();
  let url;
  try {
    url = new URL(href);
    // Google Docs and mail programs lead through themselves.
    const through = /(^|\.)google\.[a-z.]+$/.test(url.hostname) && url.pathname === "/url" && url.searchParams.get("q");
    if (through) url = new URL(through);
  } catch {
    return unwrap(link);
  }
  if (!/^(https?|mailto):$/.test(url.protocol)) return unwrap(link);
  const kept = [...url.searchParams].filter(([name]) => !TRACKING.test(name));
  if (url.protocol !== "mailto:" && kept.length < [...url.searchParams].length) {
    done.tracking = true;
    url.search = new URLSearchParams(kept).toString();
  }
  return link.setAttribute("href", url.href);
}

function reduced(node) {
  const tag = node.tagName.toLowerCase();
  if (/^h[1-6]$/.test(tag)) return bare(renamed(node, "h4"));
  if (/^(p|ul|ol|li|blockquote|strong|em|a|br|h4)$/.test(tag)) return bare(node);
  if (/^(div|section|article|main|header|footer|aside|figure|figcaption|dd|dt|dl|pre|address|center)$/.test(tag) && !node.querySelector(BLOCKS)) {
    return bare(renamed(node, "p"));
  }
  return unwrap(node);
}

function bare(node) {
  for (const { name } of [...node.attributes]) {
    if (!(node.tagName === "A" && name === "href")) node.removeAttribute(name);
  }
}

function renamed(node, tag) {
  const other = document.createElement(tag);
  other.append(...node.childNodes);
  node.replaceWith(other);
  return other;
}

function unwrap(node) {
  node.replaceWith(...node.childNodes);
}
