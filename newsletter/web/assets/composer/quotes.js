// Straight quotes become the language's own while they are typed; the server does the
// same for what was typed elsewhere. One Backspace gives the straight one back.
import { Extension, InputRule } from "@tiptap/core";

const NARROW = "\u202f";
const MARKS = {
  fr: { double: [`«${NARROW}`, `${NARROW}»`], single: ["‘", "’"] },
  de: { double: ["„", "“"], single: ["‚", "‘"] },
  nl: { double: ["‘", "’"], single: ["’", "’"] }, // 's avonds: an apostrophe begins a word
  en: { double: ["“", "”"], single: ["‘", "’"] },
};

export function quotes(language) {
  const marks = MARKS[language.split("-")[0].toLowerCase()];
  return Extension.create({
    name: "quotes",
    addInputRules() {
      if (!marks) return [];
      const rule = (find, written) =>
        new InputRule({
          find,
          handler: ({ state, range, match }) => {
            const kept = match[0].slice(0, -1);
            state.tr.insertText(kept + written, range.from, range.to);
          },
        });
      return [
        rule(/(?:^|[\s(\[{«„“‘\-–—/])"$/, marks.double[0]),
        rule(/[^\s(\[{«„“‘\-–—/]"$/, marks.double[1]),
        rule(/[\p{L}\p{N}]'$/u, "’"),
        rule(/(?:^|[\s(\[{«„“\-–—/])'$/, marks.single[0]),
        rule(/[^\s\p{L}\p{N}]'$/u, marks.single[1]),
      ];
    },
  });
}
