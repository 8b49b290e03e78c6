/** The picked theme, or the system's as long as none is picked. */
export type Theme = 'dark' | 'light'

class ThemeState {
  #picked = $state<Theme | null>(null)
  #system = $state<Theme>('dark')

  constructor() {
    if (typeof matchMedia === 'undefined') return
    const light = matchMedia('(prefers-color-scheme: light)')
    const follow = (): void => void (this.#system = light.matches ? 'light' : 'dark')
    follow()
    light.addEventListener('change', follow)
  }

  get current(): Theme {
    return this.#picked ?? this.#system
  }

  get picked(): Theme | null {
    return this.#picked
  }

  /** Null follows the system again. */
  pick(theme: Theme | null): void {
    if (theme === this.#picked) return
    this.#picked = theme
    if (theme) document.documentElement.dataset['theme'] = theme
    else delete document.documentElement.dataset['theme']
  }
}

export const theme = new ThemeState()
