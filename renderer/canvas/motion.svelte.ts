/** Whether things may move: the system's wish for less motion stops every fade. */
class Motion {
  #reduced = $state(false)

  constructor() {
    if (typeof matchMedia === 'undefined') return
    const query = matchMedia('(prefers-reduced-motion: reduce)')
    const follow = (): void => void (this.#reduced = query.matches)
    follow()
    query.addEventListener('change', follow)
  }

  get allowed(): boolean {
    return !this.#reduced
  }

  /** Milliseconds; zero where motion is not wanted. */
  duration(milliseconds: number): number {
    return this.#reduced ? 0 : milliseconds
  }
}

export const motion = new Motion()
