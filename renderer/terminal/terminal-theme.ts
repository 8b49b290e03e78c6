/** The screen's colours from the window's tokens, so that both themes are one set of decisions. */
import type { ITheme } from '@xterm/xterm'

export function terminalTheme(element: Element): ITheme {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    background: token('panel'),
    foreground: token('text2'),
    cursor: token('text'),
    cursorAccent: token('panel'),
    selectionBackground: token('line2'),
    black: token('line3'),
    red: token('bad'),
    green: token('ok'),
    yellow: token('nat'),
    blue: token('l3'),
    magenta: token('l3'),
    cyan: token('l2'),
    white: token('text2'),
    brightBlack: token('text3'),
    brightRed: token('bad'),
    brightGreen: token('ok'),
    brightYellow: token('nat'),
    brightBlue: token('l3'),
    brightMagenta: token('l3'),
    brightCyan: token('l2'),
    brightWhite: token('text'),
  }
}

/** Resolves when the screen's font is there, in both weights, or cannot be had. */
export async function fontsLoaded(): Promise<void> {
  await Promise.allSettled([
    document.fonts.load('12px "JetBrains Mono"'),
    document.fonts.load('600 12px "JetBrains Mono"'),
  ])
}
