/** A film as a file: the page that was built once, with the data of one film in it; and the lab taken out of it again. */
import { z } from 'zod'
import { said, type Said } from '../words/said.js'
import { filmVersion, type FilmData } from './film.js'

/** Stands in the built page where the data goes. */
export const filmPlace = '<!--film-->'

const opening = '<script type="application/json" id="vethlab-film">'
const closing = '</script>'

/** `<` would let the text of a lab end the element, or begin a comment; JSON can say it otherwise. */
const inScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')

/** In two pieces around the place, because the data may hold what `replace` would read as a pattern. */
export function filmHtml(page: string, data: FilmData): string {
  const at = page.indexOf(filmPlace)
  return `${page.slice(0, at)}${opening}${inScript(data)}${closing}${page.slice(at + filmPlace.length)}`
}

/** Whether a file is a page rather than a lab: no YAML begins like that. */
export const isPage = (text: string): boolean => /^\s*<!doctype html/i.test(text.slice(0, 1000))

export const filmName = /\.html?$/i

const carried = z.object({ film: z.number().int(), lab: z.object({ name: z.string(), text: z.string() }) })

export type CarriedLab =
  { readonly ok: true; readonly name: string; readonly text: string } | { readonly ok: false; readonly said: Said }

/** The lab that a film carries. Nothing of the page is run or believed but this text, which is then read as any lab file. */
export function labOfFilm(page: string): CarriedLab {
  const start = page.indexOf(opening)
  const end = start < 0 ? -1 : page.indexOf(closing, start)
  if (end < 0) return { ok: false, said: said`This page is no film of Vethlab, so there is no lab in it.` }
  let value: unknown
  try {
    value = JSON.parse(page.slice(start + opening.length, end))
  } catch {
    value = null
  }
  const read = carried.safeParse(value)
  if (!read.success)
    return {
      ok: false,
      said: said`The film in this page is damaged, so its lab cannot be taken out. Ask for the file again.`,
    }
  if (read.data.film > filmVersion)
    return { ok: false, said: said`This film is of a newer Vethlab. Update Vethlab to open its lab.` }
  return { ok: true, ...read.data.lab }
}
