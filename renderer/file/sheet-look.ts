/** How the lab's text looks: neutral like all of the frame. A hue only ever means a layer: addresses and MACs have theirs. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { tags } from '@lezer/highlight'
import { Decoration, EditorView, MatchDecorator, ViewPlugin } from '@codemirror/view'
import type { DecorationSet, ViewUpdate } from '@codemirror/view'
import type { Extension } from '@codemirror/state'

const theme = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'transparent', color: 'var(--text2)', fontSize: '12px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--mono)',
    fontVariantLigatures: 'none',
    fontFeatureSettings: "'calt' 0",
    lineHeight: '20px',
  },
  '.cm-content': { padding: '4px 0 16px', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 16px 0 8px' },
  '.cm-cursor': { borderLeft: '1.5px solid var(--ink)' },
  '.cm-gutters': { border: '0', backgroundColor: 'var(--panel)', color: 'var(--text3)' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '40px', padding: '0 8px 0 12px', fontSize: '11px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLineGutter': { color: 'var(--text)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--line3) 45%, transparent)',
  },
  '.cm-selected-object': { backgroundColor: 'var(--raised)', boxShadow: 'inset 2px 0 var(--ink)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    outline: '1px solid var(--line3)',
    backgroundColor: 'transparent',
  },
  '.cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket': {
    color: 'var(--bad)',
    backgroundColor: 'transparent',
  },
  '.cm-panels': { border: '0', backgroundColor: 'var(--panel)', color: 'var(--text2)' },
  '.cm-panels.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panel.cm-search, .cm-panel.cm-gotoLine': {
    padding: '6px 32px 6px 12px',
    font: '400 12px/20px var(--sans)',
  },
  '.cm-panel.cm-search [name=close]': {
    top: '6px',
    right: '8px',
    width: '24px',
    height: '24px',
    color: 'var(--text2)',
    fontSize: '16px',
  },
  '.cm-panel label': { fontSize: '12px' },
  '.cm-textfield': {
    height: '26px',
    padding: '0 8px',
    border: '1px solid var(--line2)',
    borderRadius: '6px',
    backgroundColor: 'var(--canvas)',
    color: 'var(--text)',
    font: '400 12px/20px var(--mono)',
  },
  '.cm-textfield:focus': { outline: 'none', borderColor: 'var(--ink)' },
  '.cm-button': {
    height: '26px',
    padding: '0 8px',
    border: '1px solid var(--line2)',
    borderRadius: '6px',
    backgroundColor: 'var(--raised)',
    backgroundImage: 'none',
    color: 'var(--text)',
    fontSize: '12px',
  },
  '.cm-searchMatch': { backgroundColor: 'transparent', outline: '1px solid var(--line3)' },
  '.cm-searchMatch.cm-searchMatch-selected': { backgroundColor: 'var(--hover)', outlineColor: 'var(--ink)' },
  '.cm-tooltip': {
    border: '1px solid var(--line2)',
    borderRadius: '7px',
    backgroundColor: 'var(--panel)',
    boxShadow: 'var(--shadow)',
    color: 'var(--text)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { maxHeight: '200px', fontFamily: 'var(--mono)', fontSize: '12px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 12px', lineHeight: '20px', color: 'var(--text2)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--hover)',
    color: 'var(--text)',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600', color: 'var(--text)' },
  '.cm-diagnostic': {
    maxWidth: '440px',
    padding: '6px 12px',
    borderLeft: '0',
    font: '400 12px/18px var(--sans)',
    whiteSpace: 'pre-wrap',
  },
  '.cm-diagnostic + .cm-diagnostic': { borderTop: '1px solid var(--line)' },
  '.cm-lintRange-error, .cm-lintRange-warning': {
    backgroundImage: 'none',
    paddingBottom: '0',
    textDecoration: 'underline wavy 1px var(--bad)',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-warning': { textDecorationColor: 'var(--text3)' },
  '.cm-lintRange-active': { backgroundColor: 'var(--badt)' },
  '.cm-lintPoint::after': { borderBottomColor: 'var(--bad)' },
  '.cm-layer3': { color: 'var(--l3)' },
  '.cm-layer2': { color: 'var(--l2)' },
})

const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--text)', fontWeight: '500' },
  { tag: tags.comment, color: 'var(--text3)' },
  { tag: [tags.punctuation, tags.separator, tags.bracket, tags.squareBracket, tags.brace], color: 'var(--text3)' },
  { tag: tags.meta, color: 'var(--text3)' },
])

/** A MAC before an address: both have colons. */
const addresses = new MatchDecorator({
  regexp:
    /\b[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}\b|\b\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?\b|(?<![\w:])(?=[0-9a-fA-F:]*::|(?:[0-9a-fA-F]+:){7})[0-9a-fA-F:]+(?:\/\d{1,3})?(?![\w:])/g,
  decoration: ([word]) =>
    Decoration.mark({ class: /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(word) ? 'cm-layer2' : 'cm-layer3' }),
})

const layers = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet
    constructor(view: EditorView) {
      this.decorations = addresses.createDeco(view)
    }
    update(update: ViewUpdate): void {
      this.decorations = addresses.updateDeco(update, this.decorations)
    }
  },
  { decorations: (plugin) => plugin.decorations },
)

export const look: Extension = [theme, syntaxHighlighting(highlight), layers]
