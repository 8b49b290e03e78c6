/** The film that the page carries, put together again as the program had it. */
import type { FilmData } from '../../electron/core/film/film.js'
import type { Diagnosis } from '../../electron/core/diagnosis/diagnosis.js'
import type { Trace, TraceHop } from '../../electron/core/diagnosis/trace.js'

/** As `traceJson` writes it. */
interface TraceDocument extends Pick<Trace, 'lab' | 'probe' | 'outcome' | 'rttUs' | 'ttl'> {
  readonly hops: readonly Omit<TraceHop, 'frame' | 'comparedWith'>[]
  readonly diagnosis: Omit<Diagnosis, 'message' | 'ruledOutMessages' | 'inside'> | null
}

export interface ReadFilm {
  readonly data: FilmData
  readonly trace: Trace
}

function readDiagnosis(
  diagnosis: TraceDocument['diagnosis'],
  cause: FilmData['told']['cause'],
  ruledOutMessages: FilmData['told']['ruledOut'],
  inside: FilmData['told']['inside'],
): Diagnosis | null {
  return diagnosis && cause ? { ...diagnosis, message: cause, ruledOutMessages, ...(inside ? { inside } : {}) } : null
}

export function readFilm(): ReadFilm {
  const data = JSON.parse(document.getElementById('vethlab-film')?.textContent ?? '') as FilmData
  const { hops, diagnosis, ...rest } = data.trace as TraceDocument
  const { comparedWith, cause, ruledOut, inside, time, message } = data.told
  return {
    data,
    trace: {
      ...rest,
      id: '',
      time,
      message,
      hops: hops.map((hop, index) => ({ ...hop, frame: null, comparedWith: comparedWith[index] ?? null })),
      diagnosis: readDiagnosis(diagnosis, cause, ruledOut, inside),
      answers: [],
      frames: [],
      dropped: 0,
      beyond: 0,
      interfaces: [],
    },
  }
}
