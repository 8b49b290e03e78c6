/** Films of traffic that were shown a moment ago, so that one of them can be held; the oldest go first. */
import type { EpisodeFilm } from '../../core/packet/stream/episode-film.js'
import type { Flow } from '../../core/packet/stream/flow.js'

/** As long as somebody may still point at them: at the rate of films, some ten seconds. */
const mostFilms = 300
/** Frames of all films together; each is 256 bytes at most. */
const mostFrames = 10_000

export interface StoredFilm {
  readonly id: string
  readonly flow: Flow
  readonly film: EpisodeFilm
}

export class FilmStore {
  readonly #films = new Map<string, StoredFilm>()
  #frames = 0

  add(stored: StoredFilm): void {
    this.#films.set(stored.id, stored)
    this.#frames += stored.film.frames.length
    for (const [id, oldest] of this.#films) {
      if (this.#films.size <= mostFilms && this.#frames <= mostFrames) return
      this.#films.delete(id)
      this.#frames -= oldest.film.frames.length
    }
  }

  get(id: string): StoredFilm | undefined {
    return this.#films.get(id)
  }

  latestOf(flow: string): StoredFilm | undefined {
    return [...this.#films.values()].findLast((stored) => stored.flow.id === flow)
  }

  clear(): void {
    this.#films.clear()
    this.#frames = 0
  }
}
