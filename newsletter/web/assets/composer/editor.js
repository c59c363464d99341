// The text of an item: TipTap with what a letter may hold, and nothing else. It writes
// into the field of the plain form, which is what is saved.
import { Editor } from "@tiptap/core";
import { Blockquote } from "@tiptap/extension-blockquote";
import { Bold } from "@tiptap/extension-bold";
import { Document } from "@tiptap/extension-document";
import { HardBreak } from "@tiptap/extension-hard-break";
import { Heading } from "@tiptap/extension-heading";
import { Italic } from "@tiptap/extension-italic";
import { Link } from "@tiptap/extension-link";
import { BulletList, ListItem, ListKeymap, OrderedList } from "@tiptap/extension-list";
import { Paragraph } from "@tiptap/extension-paragraph";
import { Text } from "@tiptap/extension-text";
import { UndoRedo } from "@tiptap/extensions";
import { ask, whole } from "./linking.js";
import { tidied } from "./pasting.js";
import { quotes } from "./quotes.js";

const DOES = {
  strong: (chain) => chain.toggleBold(),
  em: (chain) => chain.toggleItalic(),
  ul: (chain) => chain.toggleBulletList(),
  ol: (chain) => chain.toggleOrderedList(),
  quote: (chain) => chain.toggleBlockquote(),
  heading: (chain) => chain.toggleHeading({ level: 4 }),
};
const IS = { strong: "bold", em: "italic", link: "link", ul: "bulletList", ol: "orderedList", quote: "blockquote", heading: "heading" };

function extensions(language) {
  return [
    Document,
    Paragraph,
    Text,
    Bold,
    Italic,
    Heading.configure({ levels: [4] }),
    Blockquote,
    // Ctrl+Enter goes on to the next gap: the editor keeps every Enter from the page.
    HardBreak.extend({
      addKeyboardShortcuts() {
        return {
          "Shift-Enter": () => this.editor.commands.setHardBreak(),
          "Mod-Enter": () => {
            document.querySelector('[data-key~="ctrl+enter"]')?.click();
            return true;
          },
        };
      },
    }),
    BulletList,
    OrderedList,
    ListItem,
    ListKeymap,
    UndoRedo,
    Link.extend({
      addKeyboardShortcuts() {
        return { "Mod-k": () => ask(this.editor) };
      },
    }).configure({
      openOnClick: false,
      autolink: true,
      defaultProtocol: "https",
      isAllowedUri: (url) => Boolean(whole(url)),
      HTMLAttributes: { target: null, rel: null, class: null },
    }),
    quotes(language),
  ];
}

function furnish(field) {
  const form = field.form;
  const frame = document.createElement("div");
  frame.className = "rich";
  const label = form.querySelector(`label[for="${field.id}"]`);
  const off = field.matches(":disabled");
  field.after(frame);
  field.hidden = true;
  let last = null;
  const editor = new Editor({
    element: frame,
    extensions: extensions(field.lang),
    content: field.dataset.rich,
    editable: !off,
    injectCSS: false,
    editorProps: {
      attributes: {
        role: "textbox",
        "aria-multiline": "true",
        "aria-labelledby": label.id,
        "aria-describedby": field.getAttribute("aria-describedby"),
        lang: field.lang,
        dir: "auto",
        spellcheck: "true",
      },
      transformPastedHTML(html) {
        const { html: clean, done } = tidied(html);
        last = done;
        return clean;
      },
    },
    onUpdate({ editor: it, transaction }) {
      mirror(field, it);
      field.dispatchEvent(new Event("input", { bubbles: true }));
      if (last && transaction.getMeta("paste")) told(form, it, last);
      if (transaction.getMeta("paste")) last = null;
    },
  });
  mirror(field, editor);
  typedAsHtml(form);
  label.addEventListener("click", () => editor.commands.focus());
  field.addEventListener("filled", () => {
    editor.commands.setContent(field.value, { emitUpdate: false });
    mirror(field, editor);
  });
  frame.prepend(bar(editor, off));
}

function mirror(field, editor) {
  field.value = editor.isEmpty ? "" : editor.getHTML();
}

function typedAsHtml(form) {
  if (form.elements.body_as) return;
  const as = document.createElement("input");
  as.type = "hidden";
  as.name = "body_as";
  as.value = "html";
  form.append(as);
}

// A toolbar is one stop for Tab; arrows walk through it (ARIA practices, toolbar).
function bar(editor, off) {
  const tools = document.getElementById("tools").content.firstElementChild.cloneNode(true);
  const buttons = [...tools.querySelectorAll("button")];
  buttons.forEach((button, at) => {
    button.tabIndex = at ? -1 : 0;
    button.disabled = off;
  });
  tools.addEventListener("mousedown", (event) => event.preventDefault());
  tools.addEventListener("click", (event) => {
    const does = event.target.closest("button")?.dataset.does;
    if (does === "link") ask(editor);
    else if (does) DOES[does](editor.chain().focus()).run();
  });
  tools.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -buttons.length, End: buttons.length }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement);
    const next = Math.abs(step) > 1 ? (step < 0 ? 0 : buttons.length - 1) : (at + step + buttons.length) % buttons.length;
    buttons.forEach((button, number) => (button.tabIndex = number === next ? 0 : -1));
    buttons[next].focus();
  });
  const shown = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(editor.isActive(IS[button.dataset.does])));
  };
  editor.on("transaction", shown);
  return tools;
}

function told(form, editor, done) {
  const note = document.getElementById("tidied");
  const what = [
    done.tables === 1 && note.dataset.table,
    done.tables > 1 && note.dataset.tables.replace("{n}", done.tables),
    done.looks && note.dataset.colours,
    done.pictures && note.dataset.pictures,
    done.tracking && note.dataset.tracking,
  ].filter(Boolean);
  note.hidden = !what.length;
  if (!what.length) return;
  note.querySelector("span").textContent = note.dataset.tidied.replace("{what}", what.join(", "));
  form.querySelector(".rich").after(note);
  note.querySelector("button").onclick = () => {
    note.hidden = true;
    editor.chain().focus().undo().run();
  };
}

function write(form) {
  form.classList.add("written");
  for (const field of form.querySelectorAll("textarea[data-rich]")) furnish(field);
}

document.addEventListener("words:ready", (event) => write(event.target));

// A page that saves when its button is pressed, like that of an item, has the editor at once.
for (const form of document.querySelectorAll("form[data-writes]")) write(form);
