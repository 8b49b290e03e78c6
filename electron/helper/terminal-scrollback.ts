/** The end of what a terminal has shown, for a window that comes back. */

/** Kept of each terminal (characters): some 2500 full lines, what a screen and its history show; 64 terminals stay below 32 MB. */
export const scrollbackCharacters = 200_000

/** Cut only when so much is too much (characters): cutting costs a copy. */
const slack = scrollbackCharacters / 4

/** A line start is looked for within this much (characters); a program that draws its screen may send none for long. */
const longestLine = 20_000

export class Scrollback {
  private parts: string[] = []
  private length = 0

  push(data: string): void {
    this.parts.push(data)
    this.length += data.length
    if (this.length > scrollbackCharacters + slack) this.cut()
  }

  /** At most `scrollbackCharacters`, from the start of a line on where there is one. */
  text(): string {
    this.cut()
    return this.parts[0] ?? ''
  }

  private cut(): void {
    let text = this.parts.length === 1 ? (this.parts[0] as string) : this.parts.join('')
    if (text.length > scrollbackCharacters) text = text.slice(cutPlace(text, text.length - scrollbackCharacters))
    this.parts = [text]
    this.length = text.length
  }
}

/** The first good place at or behind `from`: after a line feed, else before an escape sequence, never inside a character. */
function cutPlace(text: string, from: number): number {
  const line = text.indexOf('\n', from)
  if (line !== -1 && line - from < longestLine) return line + 1
  const escape = text.indexOf('\u001b', from)
  if (escape !== -1 && escape - from < longestLine) return escape
  const unit = text.charCodeAt(from)
  const isSecondHalf = unit >= 0xdc00 && unit <= 0xdfff
  return isSecondHalf ? from + 1 : from
}
