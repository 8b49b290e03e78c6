/**
 * Who may open the window's connection.
 *
 * - The printed address carries a token of 32 random bytes in its fragment, which browsers send to nobody. The page
 *   sends it in its first message; it works once.
 * - The answer carries a secret, which the page keeps in its `sessionStorage` (of this tab and this origin alone) and
 *   sends instead when it is loaded again. Whoever sees the address later, in the browser's history or over a shoulder,
 *   holds a token that has been used.
 * - A new token, made on request, ends the secret before it: the window moves, it is not shared.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 bits: nobody guesses one. */
const tokenBytes = 32

const newToken = (): string => randomBytes(tokenBytes).toString('base64url')

/** Takes the same time wherever the two differ, and whatever their lengths. */
function isSame(given: string, expected: string): boolean {
  const [one, other] = [given, expected].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(one as Buffer, other as Buffer)
}

export class Admission {
  private token: string | null = null
  private secret: string | null = null

  /** A token for one more opening; the one before, if it was not used, is void. */
  mint(): string {
    this.token = newToken()
    return this.token
  }

  /** The secret to hand to the window, or null: not admitted. */
  admit(given: string): string | null {
    // Both are compared in any case, so that the time says nothing about which one was close.
    const isToken = this.token !== null && isSame(given, this.token)
    const isSecret = this.secret !== null && isSame(given, this.secret)
    if (isToken) {
      this.token = null
      this.secret = newToken()
      return this.secret
    }
    return isSecret ? this.secret : null
  }
}
