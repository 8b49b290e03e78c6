/** What the window remembers of a person's taste; kept in the browser's own storage, never in a lab. */
import type { LayerFilter } from '../canvas/selection.js'
import { preferredLanguage } from '../i18n/catalogue.js'
import { currentLanguage, setLanguage } from '../i18n/text.svelte.js'
import type { Language } from '../i18n/text.svelte.js'
import { theme } from '../ui/theme.svelte.js'

export type Theme = 'system' | 'dark' | 'light'
/** When what is changed by hand in a sandbox that runs is carried out. */
export type Apply = 'at-once' | 'on-deploy'
export type LeftPanel = 'labs' | 'build' | 'guide'

interface Kept {
  readonly theme: Theme
  /** Null: the system's. */
  readonly language: Language | null
  readonly layer: LayerFilter
  /** Null: closed. */
  readonly left: LeftPanel | null
  readonly inspector: boolean
  readonly dock: boolean
  readonly apply: Apply
  /** Checks run again after a change. */
  readonly recheck: boolean
  /** A trace waits for what its sender expects of it. */
  readonly predict: boolean
  /** The first-start words have been read. */
  readonly welcomed: boolean
  /** Who hands in: the name that was given last. */
  readonly student: string
}

const defaults: Kept = {
  theme: 'system',
  language: null,
  layer: 'all',
  left: 'labs',
  inspector: true,
  dock: true,
  apply: 'at-once',
  recheck: true,
  predict: false,
  welcomed: false,
  student: '',
}

const storageKey = 'vethlab.settings'

/** Storage may be forbidden or hold what an older window wrote: then the defaults stand. */
function read(): Kept {
  try {
    const kept = JSON.parse(localStorage.getItem(storageKey) ?? '{}') as unknown
    return { ...defaults, ...(typeof kept === 'object' ? kept : {}) }
  } catch {
    return defaults
  }
}

export class Settings {
  private kept = $state.raw<Kept>(read())
  private systemLanguages: readonly string[] = navigator.languages

  constructor() {
    this.show()
  }

  get theme(): Theme {
    return this.kept.theme
  }
  get language(): Language {
    return currentLanguage()
  }
  get chosenLanguage(): Language | null {
    return this.kept.language
  }
  get layer(): LayerFilter {
    return this.kept.layer
  }
  get left(): LeftPanel | null {
    return this.kept.left
  }
  get inspector(): boolean {
    return this.kept.inspector
  }
  get dock(): boolean {
    return this.kept.dock
  }
  get apply(): Apply {
    return this.kept.apply
  }
  get recheck(): boolean {
    return this.kept.recheck
  }
  get predict(): boolean {
    return this.kept.predict
  }
  get welcomed(): boolean {
    return this.kept.welcomed
  }

  get student(): string {
    return this.kept.student
  }

  set(change: Partial<Kept>): void {
    this.kept = { ...this.kept, ...change }
    try {
      // What another window has chosen meanwhile stays chosen for the next one.
      localStorage.setItem(storageKey, JSON.stringify({ ...read(), ...change }))
    } catch {
      // A window without storage forgets; everything else works.
    }
    this.show()
  }

  /** The shell knows the user's language better than the browser engine. BCP 47. */
  systemLanguageIs(tag: string): void {
    this.systemLanguages = [tag, ...navigator.languages]
    this.show()
  }

  private show(): void {
    theme.pick(this.kept.theme === 'system' ? null : this.kept.theme)
    setLanguage(this.kept.language ?? preferredLanguage(this.systemLanguages))
  }
}
