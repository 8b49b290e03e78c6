/** The film that the page carries, put together again as the program had it. */
import type { FilmData } from '../../electron/core/film/film.js'
import type { Diagnosis } from '../../electron/core/diagnosis/diagnosis.js'
import type { Trace, TraceHop } from '../../electron/core/diagnosis/trace.js'

/** As `traceJson` writes it. */
interface TraceDocument extends Pick<Trace, 'lab' | 'probe' | 'outcome' | 'rttUs' | 'ttl'> {
  readonly hops: readonly Omit<TraceHop, 'frame' | 'comparedWith'>[]
  readonly diagnosis: Omit<Diagnosis, 'message' | 'ruledOutMessages'> | null
}

export interface ReadFilm {
  readonly data: FilmData
  readonly trace: Trace
}

export function readFilm(): ReadFilm {
  const data = JSON.parse(document.getElementById('vethlab-film')?.textContent ?? '') as FilmData
  const { hops, diagnosis, ...rest } = data.trace as TraceDocument
  const { comparedWith, cause, ruledOut, time, message } = data.told
  return {
    data,
    trace: {
      ...rest,
      id: '',
      time,
      message,
      hops: hops.map((hop, index) => ({ ...hop, frame: null, comparedWith: comparedWith[index] ?? null })),
      diagnosis: diagnosis && cause ? { ...diagnosis, message: cause, ruledOutMessages: ruledOut } : null,
      answers: [],
      frames: [],
      dropped: 0,
      beyond: 0,
      interfaces: [],
    },
  }
}
